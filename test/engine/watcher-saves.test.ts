import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRepository } from '../support/repository.ts';
import { rounds } from '../support/runs.ts';
import { planText } from '../support/sync.ts';
import { watched } from '../support/watching.ts';

/** After the last save of a burst the cache has to be equal to the file so soon. Milliseconds. */
const LIMIT_MS = 1_000;
const SAVES = 20;
/** How much a busy machine may add to that: so many times the longest that a timer was late meanwhile. */
const STALLS = 20;

/** The ways in which editors and tools save. */
const STYLES: Readonly<Record<string, (path: string, text: string) => void | Promise<void>>> = {
  'in place': (path, text) => writeFileSync(path, text),
  'truncated, then written': async (path, text) => {
    truncateSync(path, 0);
    await delay(2);
    writeFileSync(path, text);
  },
  'in pieces': async (path, text) => {
    const file = openSync(path, 'w');
    writeSync(file, text.slice(0, 30));
    await delay(1);
    writeSync(file, text.slice(30));
    closeSync(file);
  },
  'a rename over it': (path, text) => {
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
  },
  'a backup first, as vim': (path, text) => {
    renameSync(path, `${path}~`);
    writeFileSync(path, text);
    rmSync(`${path}~`);
  },
  'deleted and made anew': async (path, text) => {
    unlinkSync(path);
    await delay(1);
    writeFileSync(path, text);
  },
  'a copy over it': (path, text) => {
    writeFileSync(`${path}.new`, text);
    copyFileSync(`${path}.new`, path);
    rmSync(`${path}.new`);
  },
};

/** The longest that a timer was late until the returned function is called: the machine's share in a delay. */
function stalls(): () => number {
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

describe('the cache is equal to the file after a burst of saves', () => {
  test.each(Object.entries(STYLES))('%s', async (_name, save) => {
    await using repository = await createRepository({ 'plans/one.plan.md': planText('One', ['First']) });
    await using watch = await watched(repository.root);
    const file = repository.path('plans/one.plan.md');
    const digest = () =>
      createHash('sha1')
        .update(blobOf(readFileSync(file)))
        .digest('hex');
    const cached = () => watch.workspace.store().files.all().get('plans/one.plan.md')?.digest;
    let number = 0;
    for (const round of rounds(1, 20)) {
      for (const pauseMs of [1, 5, 50]) {
        for (let saves = 0; saves < SAVES; saves += 1) {
          if (saves > 0) await delay(pauseMs);
          // Shorter now and then, as what a person deletes is.
          await save(file, planText(`Save ${(number += 1)}`, ['First', 'Second', 'Third'].slice(0, 1 + (number % 3))));
        }
        const late = stalls();
        const start = performance.now();
        const wanted = digest();
        await watch.until(() => cached() === wanted);
        const took = performance.now() - start;
        expect(took, `round ${round}, every ${pauseMs} ms`).toBeLessThan(LIMIT_MS + STALLS * late());
      }
    }
    expect(watch.changes().every(({ plan }) => plan === 'one')).toBe(true);
  });
});

function blobOf(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]);
}
