import { describe, expect, test } from 'vitest';
import { isUnchanged, type PlanChanges } from '../../src/core/change.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import { formatTrailers } from '../../src/core/trailer.ts';
import { createRepository } from '../support/repository.ts';
import { planText } from '../support/sync.ts';
import { commitAt, exported, landed, minute, PLAN } from './histories.ts';

describe('times and evidence', () => {
  test('a whole run, commit by commit', async () => {
    await using repository = await createRepository({ 'readme.md': 'x' });
    await commitAt(repository, 0, 'plan', planText('Auth', ['One', 'Two']));
    const base = await commitAt(repository, 1, 'wording', planText('Auth!', ['One', 'Two']));
    await exported(repository);
    const event = { plan: 'auth', event: 'started', reason: null, task: null } as const;
    await commitAt(repository, 2, 'start', planText('Auth!', ['One', 'Two'], 'running'), event);
    const one = await commitAt(repository, 3, 'auth: One', planText('Auth!', ['x One', 'Two'], 'running'), landed('one'));
    expect(await exported(repository)).toMatchObject({
      status: 'running',
      startedAt: minute(2),
      startingCommit: base,
      createdAt: minute(0),
      updatedAt: minute(3),
      completedAt: null,
      currentTaskId: 'two',
    });
    const paused = { plan: 'auth', event: 'paused', reason: 'phase_complete', task: null } as const;
    await commitAt(repository, 4, 'pause', planText('Auth!', ['x One', 'Two'], 'paused'), paused);
    expect(await exported(repository)).toMatchObject({ status: 'paused', pauseReason: 'phase_complete' });
    await commitAt(repository, 5, 'auth: Two', planText('Auth!', ['x One', 'x Two'], 'completed'), landed('two', { attempt: 1 }));
    const plan = await exported(repository);
    expect(plan).toMatchObject({ status: 'completed', pauseReason: null, completedAt: minute(5), startedAt: minute(2), completedTasks: 2 });
    expect(plan.tasks[0]).toMatchObject({
      id: 'one',
      status: 'completed',
      commitSha: one,
      attempts: 2,
      sessionId: 's-1',
      lastQaResults: [{ name: 'test', status: 'passed' }],
      createdAt: minute(0),
      updatedAt: minute(3),
      startedAt: minute(2.5),
      completedAt: minute(3),
    });
    expect(plan.phases[0]).toMatchObject({
      status: 'completed',
      startedAt: minute(2.5),
      completedAt: minute(5),
      createdAt: minute(0),
      updatedAt: minute(5),
    });
    expect(plan.iterations.map(({ iterationType, changes }) => [iterationType, changes.added.tasks.length, changes.plan])).toEqual([
      ['user_edit', 2, []],
      ['user_edit', 0, ['title']],
    ]);
  });

  test('a revert unticks, and takes back what the commit said', async () => {
    await using repository = await createRepository({ [PLAN]: planText('Auth', ['One']) });
    const one = await commitAt(repository, 1, 'auth: One', planText('Auth', ['x One']), landed('one'));
    expect((await exported(repository)).tasks[0]).toMatchObject({ status: 'completed', commitSha: one });
    repository.git('revert', '--no-edit', one);
    const open = {
      status: 'pending',
      commitSha: null,
      completedAt: null,
      startedAt: null,
      sessionId: null,
      lastQaResults: null,
      attempts: 0,
    };
    const plan = await exported(repository);
    expect(plan.tasks[0]).toMatchObject(open);
    expect(plan.iterations.at(-1)?.changes.modified.tasks).toEqual([{ id: 'one', phase: 'work', title: 'One', fields: ['status'] }]);
    // Ticked by hand afterwards: done, but not by that commit.
    await commitAt(repository, 9, 'by hand', planText('Auth', ['x One']));
    expect((await exported(repository)).tasks[0]).toMatchObject({ status: 'completed', commitSha: null, completedAt: minute(9) });
  });

  test('a box unticked in the work tree alone has no commit', async () => {
    await using repository = await createRepository({ [PLAN]: planText('Auth', ['One']) });
    await commitAt(repository, 1, 'auth: One', planText('Auth', ['x One']), landed('one'));
    await repository.write({ [PLAN]: planText('Auth', ['One', 'New']) });
    const { tasks } = await exported(repository);
    expect(tasks.map(({ id, status, commitSha, createdAt }) => [id, status, commitSha, createdAt === null])).toEqual([
      ['one', 'pending', null, false],
      ['new', 'pending', null, true],
    ]);
  });

  test('evidence counts only for the plan whose file the commit touches', async () => {
    await using repository = await createRepository({
      [PLAN]: planText('Auth', ['x One']),
      'plans/other.plan.md': planText('Other', ['One']),
    });
    await repository.commit(`forged\n\n${formatTrailers(landed('one'))}`, { 'plans/other.plan.md': planText('Other', ['x One']) });
    const auth = await exported(repository);
    expect(auth.tasks[0]).toMatchObject({ commitSha: null, sessionId: null });
  });

  test('no commit, no repository id and no times', async () => {
    await using repository = await createRepository();
    await repository.write({ [PLAN]: planText('Auth', ['One']) });
    const plan = await exported(repository);
    expect(plan).toMatchObject({ repositoryId: null, createdAt: null, updatedAt: null, iterations: [] });
    const id = await repository.commit('first');
    expect((await exported(repository)).repositoryId).toBe(id.slice(0, 12));
  });
});

describe('iterations', () => {
  test('say who changed what, and why', async () => {
    await using repository = await createRepository();
    await commitAt(repository, 0, 'plan', planText('Auth', ['One', 'Two', 'Three']), {
      plan: 'auth',
      iteration: 'generation',
      changedBy: 'claude',
      prompt: 'Add logins\nwith JWT',
    });
    await commitAt(repository, 1, 'edit', planText('Auth', ['Three', 'One', 'Four']).replace('- [ ] One', '- [ ] One\n\n  How.'));
    const { iterations, tasks } = await exported(repository);
    expect(iterations[0]).toMatchObject({
      iterationType: 'generation',
      changedBy: 'claude',
      prompt: 'Add logins\nwith JWT',
      createdAt: minute(0),
    });
    expect(iterations[1]).toMatchObject({
      iterationType: 'user_edit',
      changedBy: 'user',
      prompt: null,
      changes: {
        plan: [],
        added: { phases: [], tasks: [{ id: 'four', phase: 'work', title: 'Four' }] },
        removed: { phases: [], tasks: [{ id: 'two', phase: 'work', title: 'Two' }] },
        modified: { phases: [], tasks: [{ id: 'one', phase: 'work', title: 'One', fields: ['description'] }] },
        moved: { phases: [], tasks: [{ id: 'three', phase: 'work', title: 'Three' }] },
      },
    });
    expect(tasks.map(({ id, createdAt, updatedAt }) => [id, createdAt, updatedAt])).toEqual([
      ['three', minute(0), minute(1)],
      ['one', minute(0), minute(1)],
      ['four', minute(1), minute(1)],
    ]);
  });

  test('a task keeps its age when it gets an id, and starts anew when it comes back', async () => {
    await using repository = await createRepository();
    await commitAt(repository, 0, 'plan', planText('Auth', ['One', 'Two']));
    await commitAt(
      repository,
      1,
      'pin',
      planText('Auth', ['One', 'Two']).replace('- [ ] One', '- [ ] One\n\n  ```yaml\n  id: first\n  ```'),
    );
    expect((await exported(repository)).tasks[0]).toMatchObject({ id: 'first', createdAt: minute(0), updatedAt: minute(1) });
    await commitAt(repository, 2, 'gone', null);
    await commitAt(repository, 3, 'back', planText('Auth', ['One']));
    expect(await exported(repository)).toMatchObject({ createdAt: minute(3), tasks: [{ createdAt: minute(3) }] });
  });

  test('a merge adds nothing of its own; both sides count', async () => {
    await using repository = await createRepository();
    await commitAt(repository, 0, 'plan', planText('Auth', ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven']));
    await exported(repository);
    repository.git('switch', '--quiet', '--create', 'side');
    await commitAt(repository, 1, 'side', planText('Auth', ['x One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven']), landed('one'));
    repository.git('switch', '--quiet', 'main');
    await commitAt(repository, 2, 'main', planText('Auth', ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'x Seven']), landed('seven'));
    await exported(repository);
    repository.git('merge', '--quiet', '--no-edit', 'side');
    const { tasks, iterations } = await exported(repository);
    expect(tasks.filter(({ commitSha }) => commitSha !== null).map(({ id }) => id)).toEqual(['one', 'seven']);
    expect(iterations).toHaveLength(1);
  });

  test('a rewritten history replaces the old one', async () => {
    await using repository = await createRepository({ 'readme.md': 'x' });
    await commitAt(repository, 0, 'plan', planText('Auth', ['One']));
    await commitAt(repository, 1, 'two', planText('Auth', ['One', 'Two']));
    await exported(repository);
    repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    await commitAt(repository, 5, 'six', planText('Auth', ['One', 'Six']));
    const { tasks, iterations, updatedAt } = await exported(repository);
    expect(tasks.map(({ id }) => id)).toEqual(['one', 'six']);
    expect(iterations.map(({ createdAt }) => createdAt)).toEqual([minute(0), minute(5)]);
    expect(updatedAt).toBe(minute(5));
  });

  test('a review is one, with its cost; what people write into it is none', async () => {
    await using repository = await createRepository();
    await commitAt(repository, 0, 'plan', planText('Auth', ['One']));
    const review = { plan: 'auth', iteration: 'review', changedBy: 'claude', prompt: 'break_down', tokens: 10, costUsd: 0.5 } as const;
    await commitAt(repository, 1, 'auth: review', '# Review\n', review, 'plans/auth.review.md');
    await commitAt(repository, 2, 'comments', '# Review\n\nNo.\n', undefined, 'plans/auth.review.md');
    const { iterations, updatedAt, tasks } = await exported(repository);
    expect(iterations).toMatchObject([
      { iterationType: 'user_edit', subject: 'plan', authorName: 'Ada Lovelace', tokens: null, costUsd: null },
      { iterationType: 'review', subject: 'auth: review', prompt: 'break_down', tokens: 10, costUsd: 0.5, createdAt: minute(1) },
    ]);
    expect(isUnchanged(iterations[1]?.changes as PlanChanges)).toBe(true);
    expect([updatedAt, tasks[0]?.updatedAt]).toEqual([minute(0), minute(0)]);
  });

  test('a commit of plan and review is one iteration', async () => {
    await using repository = await createRepository({ 'plans/auth.review.md': '# Review\n', [PLAN]: planText('Auth', ['One']) });
    const refine: Evidence = { plan: 'auth', iteration: 'refine', changedBy: 'claude', prompt: 'Add "Two"' };
    await repository.write({ 'plans/auth.review.md': null });
    await commitAt(repository, 1, 'auth: apply', planText('Auth', ['One', 'Two']), refine);
    expect(
      (await exported(repository)).iterations.map(({ iterationType, changes }) => [iterationType, changes.added.tasks.length]),
    ).toEqual([
      ['user_edit', 1],
      ['refine', 1],
    ]);
  });
});
