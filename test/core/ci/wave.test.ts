import { expect, test } from 'vitest';
import { newLedger, NOTHING } from '../../../src/core/budget.ts';
import { waveOf } from '../../../src/core/ci/wave.ts';
import { parsePlan } from '../../../src/core/parse.ts';

const amount = (usd: number, tokens: number) => ({ usd, tokens });
const BUDGET = { attempt: amount(5, 1_000), task: amount(10, 2_000), plan: amount(20, 4_000), day: amount(50, 9_000) };

function waveIn(text: string, { most = 256, spent = 0 } = {}) {
  const { plan } = parsePlan(`---\nstatus: ready\n---\n\n# P\n\n${text}`, 'p');
  const cost = { ...NOTHING, usd: spent };
  return waveOf(plan, { ledger: newLedger(BUDGET, { plan: cost, day: cost, tasks: new Map() }), most, estimate: () => 1 });
}

const task = (id: string, ...lines: string[]) =>
  `- [ ] ${id}\n\n  \`\`\`yaml\n  id: ${id}\n${lines.map((line) => `  ${line}\n`).join('')}  \`\`\`\n\n`;
const phase = (...lines: string[]) => `## Phase\n\n\`\`\`yaml\n${lines.join('\n')}\n\`\`\`\n\n`;
const PARALLEL = phase('executionMode: parallel');
const free = (id: string, ...lines: string[]) => task(id, 'run: "true"', ...lines);

test('all that may run beside each other, in the order in which one machine would begin them', () => {
  const text = `${PARALLEL}${free('a')}${free('b')}${free('c', 'dependsOn: [b]')}`;
  expect(waveIn(text)).toEqual([
    { task: 'b', ceiling: null },
    { task: 'a', ceiling: null },
  ]);
});

test('one after another where the phase says so, or the tasks do', () => {
  expect(waveIn(`## Phase\n\n${free('a')}${free('b')}`)).toHaveLength(1);
  expect(waveIn(`${PARALLEL}${free('a', 'files: [src/**]')}${free('b', 'files: [src/x.ts]')}`)).toHaveLength(1);
  expect(waveIn(`${PARALLEL}${free('a', 'canRunInParallel: false')}${free('b')}`)).toHaveLength(1);
  expect(waveIn(`${phase('executionMode: parallel', 'maxConcurrency: 2')}${free('a')}${free('b')}${free('c')}`)).toHaveLength(2);
  expect(waveIn(`${phase('executionMode: manual')}${free('a')}`)).toEqual([]);
});

test('no more than a workflow run takes', () => {
  const text = PARALLEL + Array.from({ length: 300 }, (_, index) => free(`t${index}`)).join('');
  expect(waveIn(text)).toHaveLength(256);
  expect(waveIn(text, { most: 3 })).toHaveLength(3);
});

test('what is left of the budget is shared out, and never more than that', () => {
  const text = `${PARALLEL}${task('a')}${task('b')}${free('c')}`;
  expect(waveIn(text)).toEqual([
    { task: 'a', ceiling: amount(10, 2_000) },
    { task: 'b', ceiling: amount(10, 2_000) },
    { task: 'c', ceiling: null },
  ]);
  const close = waveIn(text, { spent: 12 });
  expect(close.map((each) => each.task)).toContain('a');
  expect(close.reduce((sum, { ceiling }) => sum + (ceiling?.usd ?? 0), 0)).toBeLessThanOrEqual(8);
  expect(waveIn(`${PARALLEL}${task('a')}`, { spent: 20 })).toEqual([]);
});
