import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePlan, encodePlan, keepableBoxes, withEmptyBoxes } from '../../src/core/kept-check.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { runs } from '../support/runs.ts';
import { documentText } from './documents.ts';

const task = fc
  .record({
    mark: fc.constantFrom(' ', 'x', 'X'),
    title: fc.string({ minLength: 1, maxLength: 8 }).map((text) => `T ${text.replaceAll(/[\r\n]/g, '')}`),
    keys: fc.constantFrom(
      [],
      ['run: x', 'timeout: 5m'],
      ['dependsOn: []', 'files: [a, "b"]'],
      ['status: failed', 'attempts: 2', 'error: no'],
    ),
    below: fc.constantFrom('', '  What to do.\n\n', '  - [ ] nested\n\n'),
  })
  .map(
    ({ mark, title, keys, below }) =>
      `- [${mark}] ${title}\n\n${keys.length === 0 ? '' : `  \`\`\`yaml\n${keys.map((key) => `  ${key}\n`).join('')}  \`\`\`\n\n`}${below}`,
  );
const usualText = fc.array(task, { minLength: 1, maxLength: 6 }).map((tasks) => {
  const named = tasks.map((one, index) => one.replace('] T ', `] ${index} `));
  const phase = '```yaml\nexecutionMode: parallel\n```\n';
  return `---\nstatus: running\n---\n\n# Plan\n\n## One\n\n${named.join('')}## Two\n\n${phase}\n- [ ] Last\n`;
});

test('a kept reading is the reading of every text that differs in its boxes alone', () => {
  let kept = 0;
  fc.assert(
    fc.property(
      fc.oneof({ weight: 3, arbitrary: usualText }, { weight: 1, arbitrary: documentText }),
      fc.array(fc.constantFrom(' ', 'x', 'X')),
      (text, marks) => {
        const check = checkPlan(text, 'p');
        const boxes = keepableBoxes(text, check);
        if (boxes === null) return;
        const encoded = encodePlan(check.plan);
        expect(decodePlan(encoded, text)).toEqual(check.plan);
        let ticked = text;
        for (const [index, offset] of boxes.entries())
          ticked = ticked.slice(0, offset) + (marks[index] ?? text[offset] ?? '') + ticked.slice(offset + 1);
        expect(withEmptyBoxes(ticked, boxes)).toBe(withEmptyBoxes(text, boxes));
        const plan = decodePlan(encoded, ticked);
        const again = checkPlan(ticked, 'p');
        if (plan === null) return;
        kept += 1;
        expect({ plan, diagnostics: [], valid: true }).toEqual(again);
      },
    ),
    runs(300),
  );
  expect(kept).toBeGreaterThan(30);
});

const keepable = (text: string) => keepableBoxes(text, checkPlan(text, 'p'));

test('what is wrong, or not usual, is not kept', () => {
  expect(keepable('# P\n\n- [ ] a\n')).toEqual([8]);
  expect(keepable('# P\n\n- [ ] a\n- [ ] a\n')).toBe(null);
  expect(keepable('# P\n\n- [-] a\n')).toBe(null);
  expect(withEmptyBoxes('# P\n\n- [-] a\n', [8])).toBe(null);
  const failed = '# P\n\n- [ ] a\n\n  ```yaml\n  status: failed\n  ```\n';
  const encoded = encodePlan(checkPlan(failed, 'p').plan);
  expect(decodePlan(encoded, failed)?.phases[0]?.tasks[0]?.status).toBe('failed');
  expect(decodePlan(encoded, failed.replace('[ ]', '[x]'))).toBe(null);
});
