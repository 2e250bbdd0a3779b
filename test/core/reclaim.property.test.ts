import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkPlan } from '../../src/core/lint.ts';
import type { Plan } from '../../src/core/plan.ts';
import { findTask, phaseOf } from '../../src/core/progress.ts';
import { reclaim } from '../../src/core/reclaim.ts';
import { runs } from '../support/runs.ts';

const parse = (text: string): Plan => checkPlan(text, 'p').plan;
const isValid = (text: string): boolean => checkPlan(text, 'p').valid;
const fence = (lines: readonly string[], indent: string): string =>
  lines.length === 0 ? '' : `${['```yaml', ...lines, '```'].map((line) => `${indent}${line}\n`).join('')}\n`;
/** Of lines that say the same key, the last. */
const byKey = (lines: readonly string[]): string[] => [...new Map(lines.map((line) => [line.split(':')[0], line])).values()];

const PHASE_LINES = ['executionMode: manual', 'executionMode: parallel', 'pauseAfter: true', 'gates: [a]', 'gates: []', 'agent: x'];
const TASK_LINES =
  `run: echo 1; assignee: human; gates: [a]; gates: []; files: [a]; maxBudgetUsd: 1; maxBudgetUsd: 2; maxAttempts: 2; maxAttempts: 5;
  allowNoChanges: true; agent: y; status: skipped; attempts: 2; approved: "0123456789ab"; model: m`.split(/;\s+/);
const task = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), lines: fc.subarray(TASK_LINES), done: fc.boolean() });
const phase = fc.record({
  title: fc.constantFrom('One', 'Two', 'Three'),
  lines: fc.subarray(PHASE_LINES),
  tasks: fc.uniqueArray(task, { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
});
const planText = fc
  .record({
    status: fc.constantFrom('running', 'paused', 'failed', 'ready'),
    budget: fc.constantFrom('', 'maxBudgetUsd: 3\n', 'maxBudgetUsd: 5\n'),
    phases: fc.uniqueArray(phase, { minLength: 1, maxLength: 3, selector: ({ title }) => title }),
  })
  .map(({ status, budget, phases }) => {
    const taken = new Set<string>();
    const sections = phases.map(({ title, lines, tasks }) => {
      const free = tasks.filter(({ id }) => !taken.has(id));
      for (const { id } of free) taken.add(id);
      const items = free.map(({ id, lines: own, done }) => {
        const said = done ? own.filter((line) => !/^(?:status|attempts|approved)/.test(line)) : own;
        return `- [${done ? 'x' : ' '}] Task ${id}\n\n${fence([`id: ${id}`, ...byKey(said)], '  ')}`;
      });
      return `## ${title}\n\n${fence(byKey(lines), '')}${items.join('')}`;
    });
    return `---\nstatus: ${status}\n${budget}---\n\n# P\n\n${sections.join('')}`;
  })
  .filter(isValid);

const asks = (plan: Plan, id: string) => phaseOf(plan, id)?.executionMode === 'manual';

/** Tasks of which more is decided than before, or in which a person has less to say. */
function loosened(before: Plan, after: Plan): readonly string[] {
  return after.phases
    .flatMap(({ tasks }) => tasks)
    .filter(({ id, status, run, assignee }) => {
      const was = findTask(before, id);
      if (status !== (was?.status ?? 'pending') || run !== was?.run) return true;
      return (was?.assignee === 'human' && assignee !== 'human') || (was?.status === 'pending' && asks(before, id) && !asks(after, id));
    })
    .map(({ id }) => id);
}

it('what is put back makes a valid plan, once and for all, in which nobody is asked less', () => {
  fc.assert(
    fc.property(planText, planText, (old, now) => {
      const before = parse(old);
      const { text, putBack } = reclaim(before, now, parse);
      expect(isValid(text)).toBe(true);
      expect(reclaim(before, text, parse)).toEqual({ text, putBack: [] });
      expect(text === now).toBe(putBack.length === 0);
      expect(loosened(before, parse(text))).toEqual([]);
    }),
    runs(40),
  );
});
