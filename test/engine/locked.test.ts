/** Somebody else's git holds the index while a run works: for a moment, for nearly all of the time that is waited, or for good. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import type { Pause } from '../../src/adapters/git/index-lock.ts';
import { Problem } from '../../src/core/problem.ts';
import { problemsOf } from '../support/checker.ts';
import { seeded } from '../support/faults.ts';
import { rig, task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

/** Time passes only where somebody waits for a lock, and there at once. */
let pause: Pause = () => Promise.reject(new Error('nobody should have to wait'));

vi.mock('../../src/adapters/git/open.ts', async () => {
  const { openSystemGit } = await import('../../src/adapters/git/system.ts');
  return { openGit: (folder: string) => openSystemGit(folder, process.env, { lockWaitMs: waitMs, lockPause: (ms) => pause(ms) }) };
});

/** What waits for a lock waits for so long. Milliseconds. */
const WAIT_MS = 30_000;
let waitMs = WAIT_MS;
/** A plan is stopped so often for good. */
const MAX_STOPS = 4;

const phase = (mode: string, ids: readonly string[]) =>
  `## ${mode}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${ids.map((id) => task(id, `echo ${id} > ${id}.txt`)).join('')}`;
const PLAN = phase('sequential', ['a', 'b', 'c', 'd']) + phase('parallel', ['e', 'f', 'g', 'h']);

/** Holds the lock now and then, from an event on, for `ms` of somebody's waiting; how often that was. */
function holder(lock: string, random: () => number, ms: () => number) {
  let left = 0;
  const times = { held: 0, waited: 0 };
  pause = (asked) => {
    left -= asked;
    times.waited += 1;
    if (left <= 0) rmSync(lock, { force: true });
    return new Promise(setImmediate);
  };
  const on = () => {
    if (existsSync(lock) || random() > 0.3) return;
    left = ms();
    times.held += 1;
    writeFileSync(lock, '');
  };
  return { on, times };
}

it.each(rounds(1, 50))('for a time that a commit waits: the run goes on as if nothing were. Seed %i', async (seed) => {
  await using it = await rig(PLAN);
  const random = seeded(seed);
  const lock = it.repository.path('.git/index.lock');
  waitMs = WAIT_MS;
  const { on, times } = holder(lock, random, () => 100 + random() * (WAIT_MS - 1_100));
  const { end } = await it.run({ on });
  rmSync(lock, { force: true });
  expect(end, JSON.stringify(times)).toEqual({ type: 'completed' });
  expect(problemsOf(it.repository.root, 'demo', 8)).toEqual([]);
  expect(Math.min(times.held, times.waited)).toBeGreaterThan(0);
});

it.each(rounds(1, 50))('for good: the run pauses or stops, names the file, and leaves it. Seed %i', async (seed) => {
  await using it = await rig(PLAN);
  const random = seeded(seed);
  const lock = it.repository.path('.git/index.lock');
  waitMs = 100;
  const { on } = holder(lock, random, () => Infinity);
  let said = '';
  for (let [ended, stops] = ['', 0]; ended !== 'completed'; stops += 1) {
    const summary = await it.run(stops < MAX_STOPS ? { on } : {}).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      return error.message;
    });
    ended = typeof summary === 'string' ? 'stopped' : summary.end.type;
    said = typeof summary === 'string' ? summary : JSON.stringify(summary.end);
    if (ended === 'completed') break;
    expect(said).toContain(`Another git holds ${lock}`);
    expect(existsSync(lock)).toBe(true);
    rmSync(lock);
  }
  rmSync(lock, { force: true });
  expect(problemsOf(it.repository.root, 'demo', 8)).toEqual([]);
});
