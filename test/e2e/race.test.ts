import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { problemsOf } from '../support/checker.ts';
import { createRepository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const RUNNERS = 8;

/** Runs the plan in a process of its own; its exit code and what it said. */
function runner(root: string): Promise<{ code: number | null; said: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [CLI, 'run', 'race', '--quiet'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('close', (code) => done({ code, said }));
  });
}

/** All at once, on as many processors as there are. */
const TIMEOUT_MS = RUNNERS * 60_000;

it.each(rounds(2, 200))('eight runners, one plan: one runs it, round %i', { timeout: TIMEOUT_MS }, async (round) => {
  const ids = Array.from({ length: 5 }, (_, index) => `t${index}`);
  // Not idempotent: a second runner at work would show in the file.
  const plan = ids.map((id) => task(id, `test ! -e ${id}.txt && echo ${id} > ${id}.txt`, 'maxAttempts: 1')).join('');
  await using repository = await createRepository({ 'plans/race.plan.md': `---\nstatus: ready\n---\n\n# Race\n\n${plan}` });
  // Every other time there is a dead runner's lock to be taken over.
  const dead = { pid: 4_194_996, started: '1', host: hostname(), root: repository.root, run: 'dead' };
  if (round % 2 === 0) await repository.write({ '.git/plans/race.lock': JSON.stringify(dead) });
  const ends = await Promise.all(Array.from({ length: RUNNERS }, () => runner(repository.root)));
  const [winners, others] = [ends.filter(({ code }) => code === 0), ends.filter(({ code }) => code !== 0)];
  // Who comes after the end finds a completed plan, and has nothing to do.
  expect(winners.length).toBeGreaterThanOrEqual(1);
  for (const { code, said } of others) {
    expect(code).toBe(2);
    expect(said).toMatch(/is being run by process \d+ on /);
  }
  expect(repository.log().filter((subject) => subject === 'race: started')).toHaveLength(1);
  expect(problemsOf(repository.root, 'race', 5)).toEqual([]);
});
