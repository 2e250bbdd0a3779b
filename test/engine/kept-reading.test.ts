import { afterEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/adapters/store/store.ts';
import { SectionCache } from '../../src/core/section-cache.ts';
import { checkText, keepReading } from '../../src/engine/kept-reading.ts';
import { folderForEach } from '../support/folder.ts';

let file = '';
const opened: Store[] = [];
folderForEach((folder) => (file = `${folder}/.plans/state.db`));
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

/** A process of its own, as far as the cache is concerned. */
function place(gates: readonly string[] = []) {
  const store = openStore(file);
  opened.push(store);
  return { known: { gates: new Set(gates), agents: new Set<string>() }, cache: new SectionCache(), store: () => store };
}

const TEXT = `---\nstatus: running\n---\n\n# P\n\n${Array.from({ length: 2_000 }, (_, id) => `- [ ] Task ${id}\n\n  \`\`\`yaml\n  id: t${id}\n  \`\`\`\n\n`).join('')}`;
const ticked = TEXT.replace('- [ ] Task 7\n', '- [x] Task 7\n');

/** Whether the sections of the text were read: a kept reading needs none. */
function wasRead({ cache }: ReturnType<typeof place>): boolean {
  let read = false;
  cache.read('- [ ] Task 9\n\n  ```yaml\n  id: t9\n  ```\n\n', () => {
    read = true;
    return { blocks: [], findings: [], open: false };
  });
  return !read;
}

test('a long plan that was read before is not read again, ticks or not', () => {
  const first = place();
  const fresh = checkText(first, TEXT, 'p', 'b1');
  expect(wasRead(first)).toBe(true);
  keepReading(first, TEXT, 'p', 'b1');
  for (const text of [TEXT, ticked]) {
    const next = place();
    expect(checkText(next, text, 'p', 'b1')).toEqual({ ...fresh, plan: checkText(place(), text, 'p', null).plan });
    expect(wasRead(next)).toBe(false);
    // What is edited next finds its parts read.
    keepReading(next, text, 'p', 'b1');
    expect(wasRead(next)).toBe(true);
  }
});

test('another text, name, config or build, or a damaged row, is read', () => {
  const first = place();
  checkText(first, TEXT, 'p', 'b1');
  keepReading(first, TEXT, 'p', 'b1');
  const row = first.store().readings.find('p');
  if (row === null) throw new Error('nothing was kept');
  const reads = (text: string, id: string, gates: readonly string[], build: string | null) => {
    const next = place(gates);
    expect(checkText(next, text, id, build)).toEqual(checkText(place(gates), text, id, null));
    return wasRead(next);
  };
  expect(reads(TEXT, 'p', [], 'b1')).toBe(false);
  expect(reads(`${TEXT}\n`, 'p', [], 'b1')).toBe(true);
  expect(reads(TEXT, 'q', [], 'b1')).toBe(true);
  expect(reads(TEXT, 'p', ['test'], 'b1')).toBe(true);
  expect(reads(TEXT, 'p', [], 'b2')).toBe(true);
  expect(reads(TEXT, 'p', [], null)).toBe(true);
  const body = first.store().readings.body('p', row.key) ?? '';
  for (const damaged of [
    { ...row, body: body.replace('"t9"', '"t8"') },
    { ...row, head: '[1,' },
    { ...row, head: '[]', body },
  ]) {
    first.store().readings.keep('p', { body, ...damaged });
    expect(reads(TEXT, 'p', [], 'b1')).toBe(true);
  }
});
