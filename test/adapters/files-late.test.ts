import * as nodeFs from 'node:fs';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFiles } from '../../src/adapters/files.ts';
import { mergeLate } from '../../src/adapters/files/merge.ts';
import { folderForEach } from '../support/folder.ts';

const OLD = '# Plan\r\n\r\n- [ ] One\r\n- [ ] Two\r\n- [ ] Three';
const tick = (title: string) => (text: string) => text.replace(`[ ] ${title}`, `[x] ${title}`);

let path: string;
folderForEach((folder) => {
  path = join(folder, 'a.plan.md');
  writeFileSync(path, OLD);
});
const now = () => readFileSync(path, 'utf8');

test('what somebody writes into the file that was replaced, having opened it before, is not lost', async () => {
  const files = openFiles();
  const file = openSync(path, 'r+');
  await files.editText(path, tick('One'));
  writeSync(file, `${OLD}, and a late thought`, 0);
  closeSync(file);
  expect(await files.settle(path)).toMatchObject({ type: 'written', reapplied: 1 });
  expect(now()).toBe(`${tick('One')(OLD)}, and a late thought`);
});

test('a save into a replaced file is not lost either when the file has been saved again meanwhile, by them and by us', async () => {
  const text = `${OLD}\r\n`;
  writeFileSync(path, text);
  const files = openFiles();
  const file = openSync(path, 'r+');
  await files.editText(path, tick('One'));
  const late = text.replace('Three', 'Three, as it was meant');
  await files.editText(path, tick('Two'));
  writeFileSync(path, `${now()}the second save\r\n`);
  writeSync(file, `${late}the first save\r\n`, 0);
  await files.editText(path, tick('Three'));
  writeSync(file, `${late}the first save\r\nand more of it\r\n`, 0);
  closeSync(file);
  await files.settle(path);
  expect(now()).toBe(`${late.replaceAll('[ ]', '[x]')}the first save\r\nand more of it\r\nthe second save\r\n`);
});

test('nor when somebody is faster than we are in publishing it', async () => {
  let isFaster = false;
  const linkSync: typeof nodeFs.linkSync = (from, to) => {
    if (isFaster) writeFileSync(path, `${tick('One')(OLD)}\r\nand more`);
    isFaster = false;
    nodeFs.linkSync(from, to);
  };
  const files = openFiles({ fs: { ...nodeFs, linkSync } });
  const file = openSync(path, 'r+');
  await files.editText(path, tick('One'));
  writeSync(file, OLD.replace('Two', 'Two, late'), 0);
  closeSync(file);
  isFaster = true;
  await files.editText(path, tick('Three'));
  expect(now()).toBe(`${tick('Three')(tick('One')(OLD)).replace('Two', 'Two, late')}\r\nand more`);
});

test('nor when its writer reads the file again before it is taken up, and saves without it after', async () => {
  const text = `${OLD}\r\n`;
  writeFileSync(path, text);
  const files = openFiles();
  const file = openSync(path, 'r+');
  await files.editText(path, tick('One'));
  writeSync(file, `${text}the first save\r\n`, 0);
  closeSync(file);
  const read = now();
  await files.editText(path, tick('Two'));
  writeFileSync(path, `${read}the second save\r\n`);
  await files.settle(path);
  expect(now()).toBe(`${tick('Two')(read)}the first save\r\nthe second save\r\n`);
});

test.each([
  ['one side only', 'a\nb\nc', 'a\nB\nc', 'a\nb\nc', 'a\nB\nc'],
  ['the other only', 'a\nb\nc', 'a\nb\nc', 'a\nB\nc', 'a\nB\nc'],
  ['different lines', 'a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD', 'A\nb\nc\nD'],
  ['neighbours', 'a\nb\nc', 'A\nb\nc', 'a\nB\nc', 'A\nB\nc'],
  ['the same on both sides', 'a\nb', 'a\nB', 'a\nB', 'a\nB'],
  ['two inserted in one place', 'a\n', 'a\none\n', 'a\ntwo\n', 'a\ntwo\none\n'],
  ['a line on one side, and both after it', 'a\n', 'A\none\n', 'a\ntwo\n', 'A\ntwo\none\n'],
  ['one line, the later save stands', 'a\nb', 'a\nnew', 'a\nold', 'a\nnew'],
])('a late save and the text that is there: %s', (_, base, current, late, merged) => {
  expect(mergeLate(base, current, late)).toBe(merged);
});
