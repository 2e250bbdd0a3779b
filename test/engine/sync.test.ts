import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { checkPlan } from '../../src/core/lint.ts';
import { StateExport } from '../../src/core/record.ts';
import { readiness } from '../../src/core/schedule.ts';
import { exportState, liveRuns, showPlan, stateOf } from '../../src/engine/export.ts';
import { syncFiles } from '../../src/engine/sync.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { openContext, planText } from '../support/sync.ts';

/** As if everything had been written a minute ago: signatures are trusted at once. */
function age(repository: Repository, ...names: string[]): void {
  const then = new Date(Date.now() - 60_000);
  for (const name of names) utimesSync(repository.path(name), then, then);
}

const ready = (of: Parameters<typeof readiness>[0]): unknown => readiness(of).map(({ task, because }) => [task.id, because]);

describe('files into the cache', () => {
  test('a plan’s rows say what its file says', async () => {
    await using repository = await createRepository({
      'plans/auth.plan.md': `---
status: running
createdBy: claude
---

# Authentication

Logging in.

## Database

- [x] Create the model
- [ ] Add the migration

  \`\`\`yaml
  id: migration
  dependsOn: [create-the-model]
  status: failed
  attempts: 3
  error: no such table
  \`\`\`

  Write it.

## Routes

\`\`\`yaml
executionMode: parallel
pauseAfter: true
\`\`\`

- [ ] Login
- [ ] Logout
`,
    });
    await using context = await openContext(repository.root);
    const state = StateExport.parse(await exportState(context));
    const [plan] = state.plans;
    expect(plan).toMatchObject({
      id: 'auth',
      title: 'Authentication',
      description: 'Logging in.',
      status: 'running',
      valid: true,
      createdBy: 'claude',
      sourceFile: 'plans/auth.plan.md',
      currentPhaseId: 'database',
      currentTaskId: 'migration',
      totalPhases: 2,
      completedPhases: 0,
      totalTasks: 4,
      completedTasks: 1,
      repositoryId: repository.head().slice(0, 12),
    });
    expect(
      plan?.phases.map(({ id, order, status, failedTasks, executionMode, pauseAfter }) => [
        id,
        order,
        status,
        failedTasks,
        executionMode,
        pauseAfter,
      ]),
    ).toEqual([
      ['database', 0, 'failed', 1, 'sequential', false],
      ['routes', 1, 'pending', 0, 'parallel', true],
    ]);
    expect(plan?.tasks.map(({ id, phaseId, order, status, canRunInParallel }) => [id, phaseId, order, status, canRunInParallel])).toEqual([
      ['create-the-model', 'database', 0, 'completed', false],
      ['migration', 'database', 1, 'failed', false],
      ['login', 'routes', 0, 'pending', true],
      ['logout', 'routes', 1, 'pending', true],
    ]);
    expect(plan?.tasks[1]).toMatchObject({
      dependsOn: ['create-the-model'],
      attempts: 3,
      lastError: 'no such table',
      description: 'Write it.',
    });
  });

  test('an invalid plan is listed with its diagnostics, and the others work', async () => {
    await using repository = await createRepository({
      'plans/bad.plan.md': planText('Bad', ['One', 'Two']).replace('- [ ] Two', '- [ ] Two\n\n  ```yaml\n  dependOn: [one]\n  ```'),
      'plans/good.plan.md': planText('Good', ['One']),
    });
    writeFileSync(repository.path('plans/latin.plan.md'), Buffer.from([0x23, 0x20, 0xe9, 0x0a]));
    await using context = await openContext(repository.root);
    const { plans } = StateExport.parse(await exportState(context));
    expect(plans.map(({ id, valid, totalTasks }) => [id, valid, totalTasks])).toEqual([
      ['bad', false, 2],
      ['good', true, 1],
      ['latin', false, 0],
    ]);
    expect(plans[0]?.diagnostics).toEqual([expect.objectContaining({ rule: 'unknown-key', severity: 'error', line: 13 })]);
    expect(plans[2]?.diagnostics[0]).toMatchObject({ rule: 'unreadable-file', message: expect.stringContaining('UTF-8') as string });
  });

  test('only what changed is read again, whatever the clock of the file says', async () => {
    await using repository = await createRepository({
      'plans/a.plan.md': planText('A', ['One']),
      'plans/b.plan.md': planText('B', ['One']),
    });
    age(repository, 'plans/a.plan.md', 'plans/b.plan.md');
    await using context = await openContext(repository.root);
    expect((await syncFiles(context)).changed).toEqual(['a', 'b']);
    expect((await syncFiles(context)).changed).toEqual([]);
    // Same size and same modification time: the inode's change time, or the second look at a fresh file, tells.
    writeFileSync(repository.path('plans/a.plan.md'), planText('A', ['Two']));
    age(repository, 'plans/a.plan.md');
    expect((await syncFiles(context)).changed).toEqual(['a']);
    writeFileSync(repository.path('plans/b.plan.md'), planText('B', ['One']));
    expect((await syncFiles(context)).changed).toEqual([]);
    writeFileSync(repository.path('plans/b.plan.md'), planText('B', ['Six']));
    expect((await syncFiles(context)).changed).toEqual(['b']);
    expect(
      context
        .store()
        .records.tasks('b')
        .map(({ id }) => id),
    ).toEqual(['six']);
  });

  test('a file that is gone takes its rows along; one that is away for a moment does not', async () => {
    await using repository = await createRepository({
      'plans/a.plan.md': planText('A', ['One']),
      'plans/b.plan.md': planText('B', ['One']),
    });
    await using context = await openContext(repository.root);
    await syncFiles(context);
    const path = repository.path('plans/b.plan.md');
    renameSync(path, `${path}~`);
    const syncing = syncFiles(context);
    renameSync(`${path}~`, path);
    expect((await syncing).removed).toEqual([]);
    rmSync(path);
    expect((await syncFiles(context)).removed).toEqual(['b']);
    expect(
      context
        .store()
        .records.plans()
        .map(({ id }) => id),
    ).toEqual(['a']);
    expect(context.store().records.tasks('b')).toEqual([]);
    rmSync(repository.path('plans'), { recursive: true });
    expect((await syncFiles(context)).removed).toEqual(['a']);
  });

  test('other gates in the config are checked against the plans that name some', async () => {
    await using repository = await createRepository({
      'plans/a.plan.md': planText('A', ['One']).replace('- [ ] One', '- [ ] One\n\n  ```yaml\n  gates: [test]\n  ```'),
      'plans/b.plan.md': planText('B', ['One']),
    });
    await using before = await openContext(repository.root, { gates: ['test'] });
    await syncFiles(before);
    expect(
      before
        .store()
        .records.plans()
        .map(({ valid }) => valid),
    ).toEqual([true, true]);
    await using after = await openContext(repository.root, { gates: ['lint'] });
    expect((await syncFiles(after)).changed).toEqual(['a']);
    expect(
      after
        .store()
        .records.plans()
        .map(({ valid }) => valid),
    ).toEqual([false, true]);
  });

  test('what scheduling reads is what the parser says', async () => {
    const text = planText('A', ['x One', 'Two', 'Three'])
      .replace('- [ ] Two', '- [ ] Two\n\n  ```yaml\n  assignee: human\n  dependsOn: [one]\n  ```')
      .replace('## Work', '## Work\n\n```yaml\nexecutionMode: parallel\n```');
    await using repository = await createRepository({ 'plans/a.plan.md': text, 'plans/b.plan.md': planText('B', ['One']) });
    await using context = await openContext(repository.root);
    await syncFiles(context);
    const [schedule, ...more] = context.store().records.schedules('a');
    expect(more).toEqual([]);
    expect(schedule).toMatchObject({ id: 'a', title: 'A', valid: true, phases: [{ id: 'work', title: 'Work' }] });
    const { plan } = checkPlan(text, 'a');
    expect(schedule && ready(schedule)).toEqual(ready(plan));
    expect(ready(plan)).toEqual([
      ['two', [{ type: 'human-task' }]],
      ['three', []],
    ]);
    expect(
      context
        .store()
        .records.schedules()
        .map(({ id }) => id),
    ).toEqual(['a', 'b']);
  });

  test('a plan that says completed and has an open task is paused', async () => {
    await using repository = await createRepository({ 'plans/a.plan.md': planText('A', ['x One', 'Two'], 'completed') });
    await using context = await openContext(repository.root);
    expect((await exportState(context)).plans[0]).toMatchObject({ status: 'paused', pauseReason: 'reopened', completedAt: null });
  });
});

async function world(): Promise<Repository> {
  const repository = await createRepository({
    'plans/a.plan.md': planText('A', ['One', 'Two']),
    'plans/b.plan.md': planText('B', ['One']),
  });
  await repository.commit('a: One\n\nPlan: a\nPlan-Phase: work\nPlan-Task: one\nPlan-Attempt: 1/3\nPlan-Agent: run\nPlan-Duration: 2s', {
    'plans/a.plan.md': planText('A', ['x One', 'Two']),
    'one.txt': '1',
  });
  return repository;
}

const url = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

describe('the cache may go at any moment', () => {
  test.each([
    ['deleted', (file: string) => rmSync(join(file, '..'), { recursive: true })],
    ['truncated', (file: string) => truncateSync(file, 5000)],
    ['overwritten', (file: string) => writeFileSync(file, Buffer.alloc(readFileSync(file).length, 0x5a))],
  ])('%s while open and before opening: the same export', async (_, damage) => {
    await using repository = await world();
    let expected: unknown;
    {
      await using context = await openContext(repository.root);
      expected = await exportState(context);
      damage(context.stateFile);
      expect(await exportState(context)).toEqual(expected);
      expect(context.store().persistent).toBe(true);
    }
    damage(join(repository.root, '.plans/state.db'));
    await using context = await openContext(repository.root);
    expect(await exportState(context)).toEqual(expected);
    expect(await showPlan(context, 'a')).toMatchObject({ plans: [{ id: 'a' }] });
    expect(await showPlan(context, 'none')).toBeNull();
  });

  test('a clone elsewhere exports the same', async () => {
    await using repository = await world();
    await using context = await openContext(repository.root);
    const expected = JSON.stringify(await exportState(context));
    const elsewhere = mkdtempSync(join(tmpdir(), 'plans-clone-'));
    try {
      repository.git('clone', '--quiet', repository.root, join(elsewhere, 'deep/er'));
      await using clone = await openContext(join(elsewhere, 'deep/er'));
      expect(JSON.stringify(await exportState(clone))).toBe(expected);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  test('several processes sync one repository', async () => {
    await using repository = await world();
    const script = `
      const { openContext } = await import(${url('test/support/sync.ts')});
      const { exportState } = await import(${url('src/engine/export.ts')});
      const context = await openContext(process.argv[1]);
      process.stdout.write(JSON.stringify(await exportState(context)));
      if (context.store().notes.length > 0) throw new Error(context.store().notes.join());
      await context[Symbol.asyncDispose]();`;
    const outputs = await Promise.all(
      [1, 2, 3].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, repository.root])),
    );
    await using context = await openContext(repository.root);
    const expected = JSON.stringify(await exportState(context));
    expect(outputs.map(({ stdout }) => stdout)).toEqual([expected, expected, expected]);
  });

  test('a dead runner never shows as running', async () => {
    await using repository = await world();
    await using context = await openContext(repository.root);
    await syncFiles(context);
    const store = context.store();
    const at = '2026-01-01T00:00:00.000Z';
    store.startRun({ id: 'r1', planId: 'a', pid: 4, pidStart: 'then', startedAt: at });
    store.recordAttempt({ runId: 'r1', planId: 'a', taskId: 'two', attempt: 2, agent: 'claude', startedAt: at });
    expect(liveRuns(store, 'a', () => true)).toEqual([
      { planId: 'a', runId: 'r1', pid: 4, startedAt: at, tasks: [{ taskId: 'two', attempt: 2, agent: 'claude', startedAt: at }] },
    ]);
    expect(stateOf(store, 'a').live).toEqual([]);
    expect(liveRuns(store, 'b', () => true)).toEqual([]);
  });
});
