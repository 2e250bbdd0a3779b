import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPlanPlace, writeNewPlan } from '../../src/engine/new-plan.ts';
import { openWorkspace, type Workspace } from '../../src/engine/workspace.ts';
import { createRepository, type Repository } from '../support/repository.ts';

let repository: Repository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await createRepository({ 'README.md': 'x\n' });
  workspace = await openWorkspace(repository.root);
});
afterEach(async () => {
  await workspace.close();
  await repository.dispose();
});

describe('the place of a new plan', () => {
  test.each([
    ['Add user authentication', 'add-user-authentication'],
    ['Task force', 'task-force'],
    ['数据', '数据'],
    ['!?', 'plan'],
    ['Two\n\tlines', 'two-lines'],
  ])('%j', (title, id) => {
    expect(newPlanPlace(workspace, { title })).toMatchObject({ id, path: `plans/${id}.plan.md`, title: title.replace(/\s+/, ' ') });
  });

  test.each([
    [{ title: ' \n' }, /needs a title/],
    [{ title: '<!-- x' }, null],
    [{ title: 'T', slug: '../x' }, /"\.\.\/x" cannot be a slug/],
    [{ title: 'T', slug: 'a\u001b[2J' }, /^"a \[2J" cannot be a slug/],
  ])('%j', (given, refused) => {
    if (refused === null) expect(newPlanPlace(workspace, given).title).toBe(given.title);
    else expect(() => newPlanPlace(workspace, given)).toThrow(refused);
  });
});

describe('its file', () => {
  test('is made with its folder, and never written over', () => {
    const place = newPlanPlace(workspace, { title: 'T' });
    expect(writeNewPlan(workspace, place, 'one')).toBe(true);
    expect(writeNewPlan(workspace, place, 'two')).toBe(false);
    expect(readFileSync(place.file, 'utf8')).toBe('one');
    expect(repository.status()).toEqual(['?? plans/t.plan.md']);
  });

  test('is not made where git could not keep it', async () => {
    await repository.write({ 'elsewhere/x': '' });
    symlinkSync('elsewhere', join(repository.root, 'plans'));
    const place = newPlanPlace(workspace, { title: 'T' });
    expect(() => writeNewPlan(workspace, place, 'one')).toThrow(/plans is a symbolic link/);
    expect(existsSync(join(repository.root, 'elsewhere/t.plan.md'))).toBe(false);
  });

  test('says why it cannot be made', async () => {
    await repository.write({ plans: 'a file' });
    expect(() => writeNewPlan(workspace, newPlanPlace(workspace, { title: 'T' }), 'one')).toThrow(
      /^plans\/t\.plan\.md could not be written\./,
    );
  });
});
