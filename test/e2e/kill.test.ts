/**
 * The runner is killed again and again, at moments that nobody has chosen, and started again at once. What has become of the plan is
 * then read from git and the files alone. `PLANS_KILL_SEED` repeats one run of it.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problemsOf } from '../support/checker.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { runs } from '../support/runs.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const TASKS = Array.from({ length: 12 }, (_, index) => `t${index + 1}`);
/** The runner is killed up to so often; what is left to do then is done in peace. */
const KILLS = 12;
/** So many have to have hit a runner that was at work. */
const HITS = 6;

/** Each does what another try does not undo or repeat, and leaves a process behind that its runner has to end. */
const PLAN = TASKS.map((id) =>
  task(
    id,
    `touch sleeper; sleep 1000 > /dev/null 2>&1 & grep -qx ${id} list.txt || echo ${id} >> list.txt; seq 1 2000 > ${id}.txt; rm sleeper`,
  ),
).join('');

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Kills in a row with no commit between them: under the five that the executor takes for a crash loop. */
const MAX_STUCK = 3;

interface Moment {
  /** After so many events, or once a task has landed; null where it is not killed. */
  readonly events: number | 'landed' | null;
  /** Milliseconds after that. */
  readonly ms: number;
}

interface Ended {
  readonly code: number | null;
  readonly killed: boolean;
  readonly said: string;
}

/** Runs the plan; at the moment, and wherever that is in its work, it is gone. */
function runUntil(root: string, mark: string, { events, ms }: Moment): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, 'run', 'demo', '--json'], {
      cwd: root,
      env: { ...process.env, PLANS_RUN_MARK: mark },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let timer: NodeJS.Timeout | undefined;
    let seen = 0;
    let said = '';
    const count = (more: number) => {
      seen += more;
      const reached = events === 'landed' ? said.includes('"task-completed"') : events !== null && seen >= events;
      if (reached) timer ??= setTimeout(() => child.kill('SIGKILL'), ms);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      count(chunk.toString().split('\n').length - 1);
    });
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    count(0);
    child.once('error', reject);
    // Not `close`: what the dead runner has left running may hold its output open.
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, killed: signal === 'SIGKILL', said });
    });
  });
}

function marked(mark: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
    } catch {
      return false;
    }
  });
}

/** What git and the files say, and nobody else. */
function check(repository: Repository): void {
  expect(problemsOf(repository.root, 'demo', TASKS.length)).toEqual([]);
  const landed = repository.git('log', '--reverse', '--format=%(trailers:key=Plan-Attempt,valueonly,separator=)%x20%s').split('\n');
  expect(landed.filter((line) => /^\d+\/\d+ /.test(line)).map((line) => line.split(' ').at(-1))).toEqual(TASKS);
  expect(repository.git('show', 'HEAD:list.txt')).toBe(`${TASKS.join('\n')}\n`);
  for (const id of TASKS) expect(repository.git('show', `HEAD:${id}.txt`).split('\n')).toHaveLength(2001);
  expect(repository.git('show', 'HEAD:plans/demo.plan.md')).toContain('status: completed');
  expect(readdirSync(repository.path('plans'))).toEqual(['demo.plan.md']);
  expect(readdirSync(repository.path('.git/plans'))).toEqual([]);
  expect(readdirSync(repository.path('.git')).filter((name) => name.endsWith('.lock'))).toEqual([]);
}

const first = Number(process.env['PLANS_KILL_SEED'] ?? 20_261);
const seeds = Array.from({ length: runs(1).numRuns }, (_, index) => first + index);

test.skipIf(process.platform !== 'linux').each(seeds)('killed at any moment, a plan is done once and whole (seed %i)', async (seed) => {
  await using repository = await createRepository({ 'list.txt': '', 'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# Demo\n\n${PLAN}` });
  const below = random(seed);
  const mark = `kill-test-${process.pid}-${seed}`;
  let hits = 0;
  let last: Ended = { code: null, killed: true, said: '' };
  let stuck = 0;
  for (let kill = 0; last.killed; kill += 1) {
    // Some before it says anything: while it takes the lock, or mends what the last one left.
    const anyMoment: Moment = below(4) === 0 ? { events: 0, ms: 100 + below(400) } : { events: 1 + below(9), ms: below(40) };
    // A task that five runners die at in a row is a crash loop, and stops the plan: before that, one may live until it has landed.
    const moment: Moment = stuck < MAX_STUCK ? anyMoment : { events: 'landed', ms: below(40) };
    const head = repository.head();
    last = await runUntil(repository.root, mark, kill < KILLS ? moment : { events: null, ms: 0 });
    if (last.killed) hits += 1;
    stuck = repository.head() === head ? stuck + 1 : 0;
  }
  expect(last, last.said).toMatchObject({ code: 0 });
  check(repository);
  expect(marked(mark)).toEqual([]);
  expect(hits).toBeGreaterThanOrEqual(HITS);
  console.log(`kill: seed ${seed}, ${hits} kills`);
});
