import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal, readJournal, type JournalEntry } from '../../src/engine/journal.ts';
import { runFolder } from '../../src/engine/lock.ts';
import { folderForEach } from '../support/folder.ts';

let at: string;
folderForEach((path) => (at = path));
const held = { check: () => {}, isHeld: () => true };
const lost = {
  check: () => {
    throw new Error('lost');
  },
  isHeld: () => false,
};

const entry = (task: string, dirty: number): JournalEntry => ({
  run: 'r',
  task,
  attempt: 1,
  folder: null,
  landing: null,
  before: {
    head: { branch: 'main', commit: 'c' },
    dirty: new Map(Array.from({ length: dirty }, (_, index) => [`file-${index}.txt`, 'modified 0'] as const)),
  },
  usage: null,
  guarded: null,
});
const files = () => readdirSync(runFolder(at)).map((name) => join(runFolder(at), name));
const tasks = () => readJournal(at, 'p').map(({ task }) => task);

it('says what was written last, be it shorter, and nothing once it is closed', () => {
  const journal = openJournal(at, 'p', held);
  expect(tasks()).toEqual([]);
  const lists = [['one'], ['one', 'two'], ['two'], [], ['three']];
  for (const [index, list] of lists.entries()) {
    const entries = list.map((task) => entry(task, 50 - 10 * index));
    journal.write(entries);
    expect(readJournal(at, 'p')).toEqual(entries);
  }
  journal.close();
  expect([tasks(), files()]).toEqual([[], []]);
});

it('says what was written before where the last write was cut off anywhere', () => {
  const journal = openJournal(at, 'p', held);
  for (const list of [['one'], ['one', 'two'], ['one', 'two', 'three']]) journal.write(list.map((task) => entry(task, 200)));
  journal.abandon();
  const newest = files().find((file) => readFileSync(file, 'utf8').includes('three')) ?? '';
  const whole = readFileSync(newest);
  for (let length = 0; length < whole.length - 1; length += 997) {
    truncateSync(newest, length);
    expect(tasks()).toEqual(['one', 'two']);
    // In place: the end of what stood there before.
    const before = Buffer.from(whole.toString().replaceAll('3', '1'));
    writeFileSync(newest, Buffer.concat([whole.subarray(0, length), before.subarray(length)]));
    expect(tasks()).toEqual(length === 0 ? expect.anything() : ['one', 'two']);
    writeFileSync(newest, whole);
  }
  expect(tasks()).toEqual(['one', 'two', 'three']);
});

it('is not opened by a runner that has lost its plan: what its successor has written stays', () => {
  openJournal(at, 'p', held).write([entry('one', 1)]);
  expect(() => openJournal(at, 'p', lost)).toThrow('lost');
  expect(tasks()).toEqual(['one']);
});
