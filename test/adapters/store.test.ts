import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/adapters/store/store.ts';
import { folderForEach } from '../support/folder.ts';

let folder: string;
let file: string;
const opened: Store[] = [];

folderForEach((path) => {
  folder = path;
  file = join(folder, '.plans/state.db');
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

function open(): Store {
  const store = openStore(file);
  opened.push(store);
  return store;
}

const run = { id: 'r1', planId: 'auth', pid: 1, pidStart: 'now', startedAt: '2026-01-01T00:00:00.000Z' };
/** Enough that the file has many pages. */
function fill(store: Store): void {
  store.transaction(() => {
    store.startRun(run);
    for (let seq = 1; seq <= 2000; seq++) store.appendEvent('r1', seq, `{"text":"${'x'.repeat(200)}"}`);
  });
}

/** The store takes and gives back, whatever was there before. */
function works(store: Store): void {
  store.startRun({ ...run, id: 'r2' });
  expect(store.runs().map(({ id }) => id)).toContain('r2');
}

describe('the cache’s file', () => {
  test('is made with a folder that ignores itself, and kept', () => {
    fill(open());
    expect(readFileSync(join(dirname(file), '.gitignore'), 'utf8')).toBe('*\n');
    const again = open();
    expect(again.runs()).toEqual([{ ...run, endedAt: null, outcome: null }]);
    expect(again.events('r1', 1998).map(({ seq }) => seq)).toEqual([1999, 2000]);
    expect(again.persistent).toBe(true);
    expect(again.notes).toEqual([]);
  });

  test('of another version is thrown away', () => {
    const store = open();
    fill(store);
    store.close();
    const database = new DatabaseSync(file);
    database.exec('pragma user_version = 7; drop table events; create table events (nonsense); create table other (a)');
    database.close();
    const again = open();
    works(again);
    expect(again.runs().map(({ id }) => id)).toEqual(['r2']);
    expect(again.events('r1')).toEqual([]);
  });

  test.each([
    ['not a database', () => writeFileSync(file, 'not a database, '.repeat(1000))],
    ['empty', () => truncateSync(file, 0)],
    ['cut in the middle', () => truncateSync(file, 50_000)],
    ['cut to a part of a page', () => truncateSync(file, 100)],
    [
      'garbled after the first page',
      () => {
        const bytes = readFileSync(file);
        writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]));
      },
    ],
    [
      'a folder',
      () => {
        rmSync(file);
        mkdirSync(join(file, 'sub'), { recursive: true });
      },
    ],
  ])('that is %s is replaced at the next opening', (_, damage) => {
    const store = open();
    fill(store);
    store.close();
    damage();
    const again = open();
    works(again);
    expect(again.events('r1').length === 0 || again.events('r1').length === 2000).toBe(true);
    works(again);
  });

  test('damaged while open is replaced, with a note and a new generation', () => {
    const store = open();
    fill(store);
    store.close();
    const again = open();
    const { generation } = again;
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.alloc(bytes.length, 0xa5));
    expect(again.runs()).toEqual([]);
    works(again);
    expect(again.generation).toBeGreaterThan(generation);
    expect(again.notes.join(' ')).toMatch(/damaged/);
    expect(again.persistent).toBe(true);
  });

  test('deleted while open is made anew', () => {
    const store = open();
    fill(store);
    rmSync(dirname(file), { recursive: true });
    works(store);
    const { generation } = store;
    store.refresh();
    expect(store.generation).toBe(generation + 1);
    expect(existsSync(file)).toBe(true);
    works(store);
    expect(
      open()
        .runs()
        .map(({ id }) => id),
    ).toEqual(['r2']);
  });

  test('that cannot be made leaves a store in memory that says so', () => {
    writeFileSync(join(folder, '.plans'), 'in the way');
    const store = open();
    works(store);
    expect(store.persistent).toBe(false);
    expect(store.notes.join(' ')).toMatch(/cannot be opened/);
  });

  test.skipIf(process.getuid?.() === 0)('in a folder without permission leaves a store in memory', () => {
    chmodSync(folder, 0o500);
    const store = open();
    works(store);
    expect(store.persistent).toBe(false);
    chmodSync(folder, 0o700);
  });

  test('a full disk is no reason to fail', () => {
    const store = open();
    fill(store);
    // SQLITE_FULL, as node:sqlite throws it.
    const error = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    let calls = 0;
    store.transaction(() => {
      calls++;
      if (calls < 3) throw error;
      store.startRun({ ...run, id: 'r3' });
    });
    expect(store.persistent).toBe(false);
    expect(store.runs().map(({ id }) => id)).toEqual(['r3']);
  });

  test('what fails for another reason is thrown, and leaves nothing', () => {
    const store = open();
    expect(() =>
      store.transaction(() => {
        store.startRun(run);
        throw new Error('mistake');
      }),
    ).toThrow('mistake');
    expect(store.runs()).toEqual([]);
  });
});

describe('what the executor records', () => {
  test('attempts with their gates, in order', () => {
    const store = open();
    const attempt = { runId: 'r1', planId: 'auth', taskId: 'model', attempt: 1, agent: 'command', startedAt: run.startedAt };
    const gate = { status: 'passed' as const, durationMs: 5, exitCode: 0, reason: '', tail: '' };
    store.transaction(() => {
      store.startRun(run);
      store.recordAttempt(attempt);
      store.recordGate({ runId: 'r1', taskId: 'model', attempt: 1, result: { name: 'types', ...gate } });
      store.recordGate({ runId: 'r1', taskId: 'model', attempt: 1, result: { name: 'build', ...gate } });
    });
    expect(store.openAttempts('r1').map(({ taskId }) => taskId)).toEqual(['model']);
    store.recordAttempt({ ...attempt, endedAt: '2026-01-01T00:01:00.000Z', outcome: 'passed', durationMs: 60_000 });
    expect(store.openAttempts('r1')).toEqual([]);
    const [read] = store.attempts('auth', 'model');
    expect(read).toMatchObject({ outcome: 'passed', durationMs: 60_000, tokens: null });
    expect(read?.gates.map(({ name }) => name)).toEqual(['types', 'build']);
    expect(store.attempts('other')).toEqual([]);
    store.endRun('r1', '2026-01-01T00:01:00.000Z', 'completed');
    expect(store.openRuns()).toEqual([]);
  });

  test('the median of what attempts took, by agent', () => {
    const store = open();
    expect(store.medianDurationMs()).toBeNull();
    for (const [index, durationMs] of [10, 1000, 20, 30].entries()) {
      store.recordAttempt({
        runId: 'r1',
        planId: 'auth',
        taskId: `t${index}`,
        attempt: 1,
        agent: durationMs === 1000 ? 'slow' : 'quick',
        startedAt: run.startedAt,
        endedAt: run.startedAt,
        outcome: 'passed',
        durationMs,
      });
    }
    expect(store.medianDurationMs('quick')).toBe(20);
    expect(store.medianDurationMs('slow')).toBe(1000);
    expect(store.medianDurationMs('other')).toBeNull();
  });
});

describe('several processes', () => {
  test('make and fill one file at the same time', async () => {
    const script = `
      const { openStore } = await import(${JSON.stringify(new URL('../../src/adapters/store/store.ts', import.meta.url).href)});
      const store = openStore(process.argv[1]);
      for (let seq = 1; seq <= 50; seq++) store.transaction(() => store.appendEvent(process.argv[2], seq, '{}'));
      if (!store.persistent || store.notes.length > 0) throw new Error(store.notes.join());
      store.close();`;
    const processes = ['a', 'b', 'c', 'd'].map((id) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, file, id]),
    );
    await Promise.all(processes);
    const store = open();
    expect(['a', 'b', 'c', 'd'].map((id) => store.events(id).length)).toEqual([50, 50, 50, 50]);
  });
});
