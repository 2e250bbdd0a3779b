import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeText } from '../../src/adapters/files.ts';
import { folderForEach } from '../support/folder.ts';

let folder: string;
folderForEach((path) => {
  folder = path;
});

test('a file is taken away where it says what it was taken away for, and else left', () => {
  const file = join(folder, 'a.md');
  writeFileSync(file, 'mine\n');
  expect(removeText(file, 'yours\n')).toEqual({ type: 'moved' });
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['mine\n', ['a.md']]);
  expect(removeText(file, 'mine\n')).toEqual({ type: 'removed' });
  expect(readdirSync(folder)).toEqual([]);
  expect(removeText(file, 'mine\n')).toEqual({ type: 'removed' });
});
