import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { readiness, waitsForPerson, type ScheduledPhase, type ScheduledPlan, type ScheduledTask } from '../../src/core/schedule.ts';
import type { TaskStatus } from '../../src/core/plan.ts';
import { runs } from '../support/runs.ts';

const task = (id: string, rest: Partial<ScheduledTask> = {}): ScheduledTask => ({
  id,
  status: 'pending',
  dependsOn: [],
  canRunInParallel: undefined,
  assignee: undefined,
  ...rest,
});
const phase = (id: string, executionMode: ScheduledPhase['executionMode'], ...tasks: ScheduledTask[]): ScheduledPhase => ({
  id,
  executionMode,
  tasks,
});
const plan = (...phases: ScheduledPhase[]): ScheduledPlan => ({ status: 'ready', phases });
const ready = (...args: Parameters<typeof readiness>) =>
  readiness(...args)
    .filter((answer) => answer.ready)
    .map((answer) => answer.task.id);
const why = (id: string, ...args: Parameters<typeof readiness>) => readiness(...args).find((answer) => answer.task.id === id)?.because;

describe('sequential phases', () => {
  it('give the turn to the first open task of the first open phase', () => {
    const subject = plan(
      phase('one', 'sequential', task('a', { status: 'completed' }), task('b', { status: 'skipped' })),
      phase('two', 'sequential', task('c'), task('d')),
      phase('three', 'sequential', task('e')),
    );
    expect(ready(subject)).toEqual(['c']);
    expect(why('d', subject)).toEqual([{ type: 'task-before', task: 'c' }]);
    expect(why('e', subject)).toEqual([{ type: 'phase-before', phase: 'two' }]);
    expect(why('a', subject)).toBeUndefined();
  });

  it('give a dependency below the turn first, in place of waiting for good', () => {
    const subject = plan(phase('one', 'sequential', task('a', { dependsOn: ['b'] }), task('b')));
    expect(ready(subject)).toEqual(['b']);
    expect(why('a', subject)).toEqual([
      { type: 'dependency', task: 'b' },
      { type: 'task-before', task: 'b' },
    ]);
  });

  it('wait behind a failed task, and it waits for a person', () => {
    const subject = plan(phase('one', 'sequential', task('a', { status: 'failed' }), task('b', { dependsOn: ['a'] })));
    expect(ready(subject)).toEqual([]);
    expect(why('b', subject)).toEqual([
      { type: 'dependency-failed', task: 'a' },
      { type: 'task-before', task: 'a' },
    ]);
    expect(waitsForPerson(readiness(subject))?.task.id).toBe('a');
  });

  it('keep the turn with what runs, also when a task is put before it', () => {
    const subject = plan(phase('one', 'sequential', task('new'), task('a')));
    const live = { running: new Set(['a']) };
    expect(ready(subject, live)).toEqual([]);
    expect(why('a', subject, live)).toEqual([{ type: 'task-running' }]);
    expect(why('new', subject, live)).toEqual([{ type: 'task-before', task: 'a' }]);
  });

  it('wait for what runs in another phase', () => {
    const subject = plan(phase('one', 'sequential', task('a')), phase('two', 'parallel', task('b')));
    expect(why('a', subject, { running: new Set(['b']) })).toEqual([{ type: 'runs-alone', task: 'b' }]);
    expect(why('a', subject, { running: new Set(['gone']) })).toEqual([{ type: 'runs-alone', task: 'gone' }]);
  });
});

describe('manual phases', () => {
  const subject = plan(phase('one', 'manual', task('a'), task('b')));
  it('need approval of the turn', () => {
    expect(ready(subject)).toEqual([]);
    expect(why('a', subject)).toEqual([{ type: 'needs-approval' }]);
    expect(waitsForPerson(readiness(subject))?.task.id).toBe('a');
  });
  it('run what is approved, in its turn', () => {
    expect(ready(subject, { approved: new Set(['a', 'b']) })).toEqual(['a']);
    expect(ready(subject, { approved: new Set(['b']) })).toEqual([]);
  });
});

describe('parallel phases', () => {
  it('free every task whose dependencies are closed', () => {
    const subject = plan(
      phase('one', 'sequential', task('z', { status: 'completed' })),
      phase(
        'two',
        'parallel',
        task('a', { dependsOn: ['z'] }),
        task('b', { status: 'skipped' }),
        task('c', { dependsOn: ['b'] }),
        task('d', { dependsOn: ['a', 'c'] }),
        task('e', { status: 'failed' }),
        task('f', { dependsOn: ['e'] }),
      ),
    );
    expect(ready(subject)).toEqual(['a', 'c']);
    expect(why('d', subject)).toEqual([
      { type: 'dependency', task: 'a' },
      { type: 'dependency', task: 'c' },
    ]);
    expect(why('e', subject)).toEqual([{ type: 'task-failed' }]);
    expect(why('f', subject)).toEqual([{ type: 'dependency-failed', task: 'e' }]);
  });

  it('run a task that may not run in parallel beside nothing', () => {
    const subject = plan(phase('one', 'parallel', task('a'), task('alone', { canRunInParallel: false }), task('c')));
    expect(ready(subject)).toEqual(['a', 'alone', 'c']);
    expect(ready(subject, { running: new Set(['a']) })).toEqual(['c']);
    expect(ready(subject, { running: new Set(['alone']) })).toEqual([]);
    expect(why('alone', subject, { running: new Set(['a']) })).toEqual([{ type: 'runs-alone', task: 'a' }]);
  });
});

it('leaves a task for a human to a human, in any mode', () => {
  for (const mode of ['sequential', 'parallel', 'manual'] as const) {
    const subject = plan(phase('one', mode, task('a', { assignee: 'human' })));
    expect(why('a', subject)).toEqual([{ type: 'human-task' }]);
  }
});

it('starts nothing of a draft or a failed plan', () => {
  for (const status of ['draft', 'failed'] as const)
    expect(why('a', { ...plan(phase('one', 'parallel', task('a'))), status })).toEqual([{ type: 'plan-status', status }]);
});

/** Valid plans: a dependency stands in an earlier phase, or in the same one without a cycle. */
const validPlan = fc
  .array(
    fc.record({
      mode: fc.constantFrom('sequential' as const, 'parallel' as const, 'manual' as const),
      down: fc.boolean(),
      tasks: fc.array(
        fc.record({
          status: fc.constantFrom<TaskStatus>('pending', 'pending', 'pending', 'completed', 'failed', 'skipped'),
          dependsOn: fc.array(fc.nat(), { maxLength: 3 }),
          alone: fc.boolean(),
          human: fc.integer({ min: 0, max: 9 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((phases) => {
    const earlier: string[] = [];
    return plan(
      ...phases.map((each, p) => {
        const ids = each.tasks.map((_, t) => `t${p}-${t}`);
        const tasks = each.tasks.map((row, t) => {
          // A phase's dependencies all point up, or all point down: no cycle either way.
          const allowed = [...earlier, ...(each.down ? ids.slice(t + 1) : ids.slice(0, t))];
          const dependsOn = allowed.length === 0 ? [] : [...new Set(row.dependsOn.map((n) => allowed[n % allowed.length] ?? ''))];
          const alone = row.alone ? false : undefined;
          return task(ids[t] ?? '', {
            status: row.status,
            dependsOn,
            canRunInParallel: alone,
            assignee: row.human === 0 ? 'human' : undefined,
          });
        });
        earlier.push(...ids);
        return phase(`p${p}`, each.mode, ...tasks);
      }),
    );
  });

const withStatus = (subject: ScheduledPlan, id: string, status: TaskStatus): ScheduledPlan => ({
  ...subject,
  phases: subject.phases.map((each) => ({ ...each, tasks: each.tasks.map((one) => (one.id === id ? { ...one, status } : one)) })),
});

describe('any valid plan', () => {
  it('always goes on: while something is open, something is ready or waits for a person; and it ends', () => {
    fc.assert(
      fc.property(validPlan, fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), (start, choices) => {
        let subject = start;
        const limit = start.phases.flatMap((each) => each.tasks).length;
        for (let step = 0; step <= limit; step++) {
          const answers = readiness(subject);
          if (answers.length === 0) return;
          const able = answers.filter((answer) => answer.ready);
          const choice = able.length > 0 ? able[(choices[step % choices.length] ?? 0) % able.length] : waitsForPerson(answers);
          expect(choice).toBeDefined();
          subject = withStatus(subject, choice?.task.id ?? '', 'completed');
        }
        expect.fail('it did not end');
      }),
      runs(100),
    );
  });

  it('never starts a task before its dependencies, out of its phase, or beside one that runs alone', () => {
    fc.assert(
      fc.property(validPlan, fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), (start, choices) => {
        let subject = start;
        const running = new Set<string>();
        const approved = new Set(start.phases.flatMap((each) => each.tasks.map((one) => one.id)));
        for (let step = 0; step < 40; step++) {
          const answers = readiness(subject, { running, approved });
          const able = answers.filter((answer) => answer.ready);
          const pick = (choices[step % choices.length] ?? 0) % (able.length + running.size + 1);
          const chosen = able[pick]?.task.id;
          if (chosen !== undefined) running.add(chosen);
          else if (running.size > 0) {
            const [done] = [...running].slice(pick % running.size);
            running.delete(done ?? '');
            subject = withStatus(subject, done ?? '', 'completed');
          }
          const status = new Map(subject.phases.flatMap((each) => each.tasks).map((one) => [one.id, one.status]));
          const home = subject.phases.filter((each) => each.tasks.some((one) => running.has(one.id)));
          expect(home.length).toBeLessThanOrEqual(1);
          for (const each of home) {
            const live = each.tasks.filter((one) => running.has(one.id));
            if (each.executionMode !== 'parallel') expect(live).toHaveLength(1);
            if (live.some((one) => one.canRunInParallel === false)) expect(live).toHaveLength(1);
            for (const one of live) for (const id of one.dependsOn) expect(['completed', 'skipped']).toContain(status.get(id));
            for (const one of live) expect(one.assignee).toBeUndefined();
          }
        }
      }),
      runs(100),
    );
  });

  it('gives reasons exactly to what is not ready', () => {
    fc.assert(
      fc.property(validPlan, (subject) => {
        for (const answer of readiness(subject)) expect(answer.ready).toBe(answer.because.length === 0);
      }),
      runs(100),
    );
  });
});
