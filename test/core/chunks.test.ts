import { expect, test } from 'vitest';
import { readSections } from '../../src/core/chunks.ts';
import { readSection } from '../../src/core/section.ts';
import { SectionCache } from '../../src/core/section-cache.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { slugOf } from '../../src/core/slug.ts';

test('after one change only the changed chunk is read again', () => {
  const text = `# T\n\n## P\n\n${Array.from({ length: 500 }, (_, index) => `- [ ] Task ${index}\n\n  Do it.\n\n`).join('')}`;
  const cache = new SectionCache();
  const before = parsePlan(text, 'p', cache).plan.phases[0]?.tasks ?? [];
  const after = parsePlan(text.replace('Task 250', 'Task two hundred and fifty'), 'p', cache).plan.phases[0]?.tasks ?? [];
  expect(after).toHaveLength(500);
  const again = () => cache.read('- [ ] Task 3\n\n  Do it.\n\n', readSection);
  expect(again()).toBe(again());
  expect(after[251]?.place.box.offset).toBe((before[251]?.place.box.offset ?? 0) + 'two hundred and fifty'.length - 3);
});

test('ids from titles', () => {
  const slugs = [
    'Create `src/models/user.ts`',
    "Don't stop",
    '**T01: Über Größe**',
    'データを移行する',
    '🚀',
    '1.10',
    '[Docs](https://x.y) now',
    ' - ',
    'a'.repeat(200),
  ];
  expect(slugs.map((title) => slugOf(title, 'task'))).toEqual([
    'create-src-models-user.ts',
    'dont-stop',
    't01-über-größe',
    'データを移行する',
    'task-1f680',
    '1.10',
    'docs-now',
    'task',
    'a'.repeat(80),
  ]);
});

test('a number after indented code is no sure split', () => {
  const text = 'text\n\n    code\n\n10) [ ] Add\n\n1. [ ] b\n';
  expect(readSections(text, 0, undefined).flatMap(({ section }) => section.blocks).length).toBe(readSection(text).blocks.length);
});
