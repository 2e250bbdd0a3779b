import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellWord } from '../../src/core/shell.ts';
import { PLAN, world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

describe('a file whose name cannot be that of a plan', () => {
  it.each([
    ['my plan', "'my plan'", 'my-plan'],
    ['a\nb', String.raw`$'a\nb'`, 'a-b'],
    ['\u001B[31mred', String.raw`$'\x1b[31mred'`, '31mred'],
    ["it's $(x)", String.raw`'it'\''s $(x)'`, 'its-x'],
  ])('%j is listed, is never run, and how to rename it is said', async (name, word, better) => {
    here.write(`plans/${name}.plan.md`, PLAN);
    here.commit();
    const head = here.git('rev-parse', 'HEAD');
    const listed = await here.plans(['list']);
    expect(listed.out.trimEnd().split('\n')).toHaveLength(1);
    expect(listed.out.startsWith(`${word}  invalid`)).toBe(true);
    for (const command of [['status'], ['next']]) {
      const { out } = await here.plans(command);
      expect(out).toContain(`plans lint ${word}\n`);
      expect(out).not.toContain('\u001B');
    }
    const lint = await here.plans(['lint', '--json']);
    expect(JSON.parse(lint.out).plans[0].diagnostics).toMatchObject([{ rule: 'plan-name', line: 1 }]);
    expect(JSON.parse(lint.out).plans[0].diagnostics[0].message).toContain(` ${better}.plan.md`);
    for (const command of [['run', name], ['run', name, '--dry-run'], ['ready', name], ['run']])
      expect((await here.plans(command)).code).toBeGreaterThan(0);
    expect(here.git('rev-parse', 'HEAD')).toBe(head);
  });

  it.each(['v2.0_final', 'Größe', '計画', 'UPPER'])('%j is one', async (name) => {
    here.write(`plans/${name}.plan.md`, PLAN);
    expect(JSON.parse((await here.plans(['lint', '--json'])).out)).toMatchObject({ errors: 0 });
  });
});

describe('a plan behind a symbolic link', () => {
  it.each([
    ['a folder', 'plans', 'real', 'Write "plans: real" into plans.config.yaml'],
    ['a file', 'plans/greet.plan.md', '../real/greet.plan.md', 'Put the file itself in its place.'],
  ])('is not run, as git could not keep it: %s', async (_, link, target, remedy) => {
    here.write('real/greet.plan.md', PLAN);
    mkdirSync(join(here.root, dirname(link)), { recursive: true });
    symlinkSync(target, join(here.root, link));
    here.commit();
    for (const command of [
      ['run', 'greet'],
      ['run', 'greet', '--dry-run'],
    ]) {
      const { code, err } = await here.plans(command);
      expect(code).toBe(2);
      expect(err).toContain(`${link} is a symbolic link, and git commits no file behind one`);
      expect(err).toContain(remedy);
    }
    expect(here.git('status', '--porcelain')).toBe('');
  });
});

it('quotes a word for a shell only where it must', () => {
  expect(['a', 'plans/a-1.plan.md', '-x', '', 'a b', 'ü', "a\tb\\'", '\u202Ea'].map(shellWord)).toEqual([
    'a',
    'plans/a-1.plan.md',
    "'-x'",
    "''",
    "'a b'",
    'ü',
    String.raw`$'a\tb\\\''`,
    String.raw`$'\u202ea'`,
  ]);
});
