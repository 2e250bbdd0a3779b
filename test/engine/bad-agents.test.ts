/** Agents that do anything but what they are asked, in the checkout and in a worktree; what they do to git stands in `misdeeds.test.ts`. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../support/checker.ts';
import { rig, task, type Rig } from '../support/rig.ts';
import { isRunning } from '../support/scripted.ts';

const PLACES = { 'in the checkout': 'sequential', 'in a worktree': 'parallel' } as const;

/** The first task is done badly, the second well; `$OUT` is the checkout's git folder, which is outside of any work tree. */
async function world(place: keyof typeof PLACES, run: string, config: object = {}): Promise<Rig> {
  const tasks = task('one', run, 'maxAttempts: 1') + task('two', 'echo 2 > two.txt', 'dependsOn: []');
  return rig(`## P\n\n\`\`\`yaml\nexecutionMode: ${PLACES[place]}\n\`\`\`\n\n${tasks}`, {
    'mine.txt': 'mine\n',
    'plans.config.json': JSON.stringify({ env: ['OUT'], maxConcurrency: 1, ...config }),
  });
}

const play = (it: Rig) => it.run({ env: { ...process.env, OUT: it.repository.path('.git') } });
const filesOf = (it: Rig, id: string) => it.of('task-completed').find((event) => event.task === id)?.files;

describe.each(Object.keys(PLACES) as (keyof typeof PLACES)[])('an agent %s', (place) => {
  it('that leaves a daemon behind which goes on writing', async () => {
    const daemon = `setsid sh -c 'echo $$ > "$OUT/pid"; while :; do echo late >> "$OUT/late"; sleep 0.01; done' > /dev/null 2>&1 &`;
    await using it = await world(place, `${daemon} while ! test -s "$OUT/late"; do sleep 0.01; done; echo 1 > one.txt`);
    expect((await play(it)).end).toEqual({ type: 'completed' });
    expect(isRunning(Number(await it.repository.read('.git/pid')))).toBe(false);
    expect(filesOf(it, 'one')).toEqual(['one.txt']);
    expect(problemsOf(it.repository.root, 'demo', 2)).toEqual([]);
  });

  it('that says nothing and never ends', async () => {
    await using it = await world(place, 'echo half > one.txt; sleep 60', { idleTimeout: '1s' });
    expect((await play(it)).end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'one' });
    expect(it.of('attempt-finished')).toMatchObject([{ task: 'one', outcome: 'timeout_idle' }]);
    expect(it.repository.git('show', 'refs/plans/attempts/demo/one/1:one.txt')).toBe('half\n');
  });

  it('that claims success where a gate says no', async () => {
    const qa = { gates: [{ name: 'no', run: 'test ! -e one.txt' }] };
    await using it = await world(place, 'echo 1 > one.txt; echo "All tests pass. Done."', { qa });
    expect((await play(it)).end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'one' });
    expect(await it.plan()).toContain('- [ ] Do one');
    expect(it.repository.git('ls-tree', '-r', '--name-only', 'HEAD')).not.toContain('one.txt');
  });

  it('that takes away what the run keeps beside the commits', async () => {
    await using it = await world(place, 'rm -rf "$OUT/plans" "$OUT/../.plans/logs" "$OUT/../.plans/state.db"; echo 1 > one.txt');
    expect((await play(it)).end).toEqual({ type: 'completed' });
    expect(problemsOf(it.repository.root, 'demo', 2)).toEqual([]);
  });

  it('that prints without end', async () => {
    await using it = await world(place, 'yes "a line that nobody reads" | head -c 30000000; echo 1 > one.txt');
    expect((await play(it)).end).toEqual({ type: 'completed' });
    expect(it.of('agent-output').reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(10_000_000);
  });
});

it('an agent in a worktree that writes into the checkout: that is no task’s work, and committed by nobody', async () => {
  await using it = await world('in a worktree', 'echo evil > "$OUT/../mine.txt"; echo evil > "$OUT/../evil.txt"; echo 1 > one.txt');
  expect((await play(it)).end).toEqual({ type: 'completed' });
  expect(filesOf(it, 'one')).toEqual(['one.txt']);
  expect(it.repository.git('show', 'HEAD:mine.txt')).toBe('mine\n');
  expect(it.repository.status()).toEqual([' M mine.txt', '?? evil.txt']);
});

it.each([
  ['forward', 400 * 86_400_000],
  ['back', -400 * 86_400_000],
])('a clock that jumps %s while tasks run changes no more than what is said of times', async (_, by) => {
  await using it = await world('in the checkout', 'git commit -q --allow-empty -m mine; echo 1 > one.txt', { budget: { day: { usd: 5 } } });
  let jumped = 0;
  const summary = await it.run({
    env: { ...process.env, OUT: it.repository.path('.git') },
    now: () => new Date(Date.now() + jumped),
    on: (event) => {
      if (event.type === 'attempt-started') jumped += by;
    },
  });
  expect(summary.end).toEqual({ type: 'completed' });
  expect(summary.durationMs ?? 0).toBeGreaterThanOrEqual(0);
  expect(problemsOf(it.repository.root, 'demo', 2)).toEqual([]);
});

it('a lock of the index that others take again and again is waited for each time', async () => {
  await using it = await world('in the checkout', 'echo 1 > one.txt');
  const lock = it.repository.path('.git/index.lock');
  const { end } = await it.run({
    env: { ...process.env, OUT: it.repository.path('.git') },
    on: (event) => {
      if (event.type !== 'agent-finished' || existsSync(lock)) return;
      writeFileSync(lock, 'theirs');
      setTimeout(() => {
        // Still theirs: nobody has taken it away.
        expect(readFileSync(lock, 'utf8')).toBe('theirs');
        rmSync(lock);
      }, 100);
    },
  });
  expect(end).toEqual({ type: 'completed' });
  expect(problemsOf(it.repository.root, 'demo', 2)).toEqual([]);
});
