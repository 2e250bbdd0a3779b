import { expect, it } from 'vitest';
import { mergePlan } from '../../../src/core/ci/merge-plan.ts';
import { checkPlan } from '../../../src/core/lint.ts';

const of = (status: string, one: string, two: string) => {
  const text = `---\nstatus: ${status}\n---\n\n# Tips\n\n## Work\n\n- [${one}] One\n\n  Some words.\n\n- [${two}] Two\n`;
  return { text, plan: checkPlan(text, 'tips').plan };
};
const merge = (run: ReturnType<typeof of>, said: ReturnType<typeof of>) => mergePlan(of('ready', ' ', ' '), run, said);

it.each([
  ['the ticks of the run stay with the person’s word', of('running', 'x', ' '), of('paused', ' ', ' '), of('paused', 'x', ' ')],
  ['cancelled is cancelled, even where all is done', of('completed', 'x', 'x'), of('failed', ' ', ' '), of('failed', 'x', 'x')],
  ['what is done needs no pause', of('completed', 'x', 'x'), of('paused', ' ', ' '), of('completed', 'x', 'x')],
  ['without a word the run’s status counts', of('paused', 'x', ' '), of('ready', ' ', ' '), of('paused', 'x', ' ')],
  ['both tick', of('running', 'x', ' '), of('ready', ' ', 'x'), of('running', 'x', 'x')],
])('%s', (_, run, said, expected) => expect(merge(run, said)).toBe(expected.text));

it('does not choose between two who changed one line', () => {
  const run = of('running', 'x', ' ');
  const other = of('ready', ' ', ' ');
  const said = { ...other, text: other.text.replace('One', 'One and a half') };
  expect(merge(run, said)).toBeNull();
});
