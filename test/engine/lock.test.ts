import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeLock } from '../../src/engine/lock.ts';
import { folderForEach } from '../support/folder.ts';
import { rounds } from '../support/runs.ts';

/** A pid that no process has: above the largest that Linux gives. */
const DEAD = { pid: 4_194_997, started: '1', host: hostname(), root: '/nowhere', run: 'dead' };
const RACERS = 4;
/** Milliseconds until all have been told. */
const AHEAD_MS = 4;

let folder = '';
folderForEach((path) => (folder = path));

const claimOn = ({ host, pid, started }: typeof DEAD): string =>
  join(folder, 'plans', `demo.lock.${encodeURIComponent(`${host} ${pid} ${started}`)}.claim`);

const answers = (racers: readonly ChildProcess[], message: { at: number | null }): Promise<unknown[]> =>
  Promise.all(
    racers.map(async (racer) => {
      const answer = once(racer, 'message');
      racer.send(message);
      return (await answer)[0] as unknown;
    }),
  );

it('a dead holder’s lock is taken over by one of all who try at the same moment', async () => {
  const racers = Array.from({ length: RACERS }, () => fork(join(import.meta.dirname, '../support/locker.ts'), [folder], { execArgv: [] }));
  await Promise.all(racers.map((racer) => once(racer, 'message')));
  mkdirSync(join(folder, 'plans'));
  for (const round of rounds(100, 5_000)) {
    writeFileSync(join(folder, 'plans/demo.lock'), JSON.stringify(DEAD));
    // Now and then another has died already while it took the lock over, and one more at that.
    if (round % 3 === 0) writeFileSync(claimOn(DEAD), JSON.stringify({ ...DEAD, started: '2' }));
    if (round % 6 === 0) writeFileSync(claimOn({ ...DEAD, started: '2' }), JSON.stringify({ ...DEAD, started: '3' }));
    const said = await answers(racers, { at: Date.now() + AHEAD_MS });
    expect([round, said.filter((one) => one === 'taken').length]).toEqual([round, 1]);
    // A loser names the winner, or one that had just taken the dead one's lock away.
    for (const pid of said.filter((one) => one !== 'taken')) expect(racers.map((racer) => racer.pid)).toContain(pid);
    await answers(racers, { at: null });
    expect(readdirSync(join(folder, 'plans'))).toEqual([]);
  }
  const ends = Promise.all(racers.map((racer) => once(racer, 'exit')));
  for (const racer of racers) racer.disconnect();
  await ends;
});

it('says whose it was, and leaves nothing of those who died on the way', () => {
  const place = { commonDir: folder, root: folder };
  mkdirSync(join(folder, 'plans'));
  for (const name of ['demo.lock', 'demo.lock.9.x', 'demo.lock.y.claim']) writeFileSync(join(folder, 'plans', name), JSON.stringify(DEAD));
  writeFileSync(join(folder, 'plans', `demo.lock.${DEAD.pid}.cut`), '');
  const lock = takeLock(place, 'demo', 'mine');
  if ('holder' in lock) throw new Error(`held by ${lock.holder.pid}`);
  expect(lock.after).toEqual(DEAD);
  expect(readdirSync(join(folder, 'plans'))).toEqual(['demo.lock']);
  expect(takeLock(place, 'demo', 'other')).toMatchObject({ holder: { pid: process.pid, run: 'mine' } });
  lock.release();
  expect(readdirSync(join(folder, 'plans'))).toEqual([]);
  writeFileSync(join(folder, 'plans/demo.lock'), '');
  expect(takeLock(place, 'demo', 'mine')).toMatchObject({ after: null });
});

it('is put back where somebody removed it, and lost where another host took it over, however late that is seen', () => {
  const file = join(folder, 'plans/demo.lock');
  const place = { commonDir: folder, root: '/root' };
  const lock = takeLock(place, 'demo', 'first');
  if ('holder' in lock) throw new Error('it was free');
  rmSync(join(folder, 'plans'), { recursive: true });
  expect(lock.isHeld()).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ run: 'first' });
  // What another host sees that has heard nothing of it for a minute.
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), host: 'elsewhere' }));
  utimesSync(file, new Date(0), new Date(0));
  const next = takeLock(place, 'demo', 'next');
  expect(next).toMatchObject({ after: { run: 'first' } });
  expect(lock.isHeld()).toBe(false);
  if (!('holder' in next)) next.release();
  expect(lock.isHeld()).toBe(false);
  expect(() => lock.check()).toThrow(/another took the lock .*demo\.lock over/);
  lock.release();
  expect(readdirSync(join(folder, 'plans'))).toEqual([]);
});
