/** The semantic diff of a plan of 1,000 tasks, in units of what reading its two versions takes. */
import { diffPlan, type ReadVersion } from '../../src/core/diff.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { compare, plansOf, report } from './measure.ts';

const TASKS = 1_000;

const read = (text: string): ReadVersion => ({ file: 'plans/plan-0.plan.md', text, ...checkPlan(text, 'plan-0') });

export async function benchDiff(): Promise<void> {
  const [before = ''] = Object.values(plansOf(1, TASKS));
  const lines = before.split('\n');
  // Ticks, rewordings and a phase that goes elsewhere, all over the file.
  const reworded = lines.map((line, at) => (at % 40 === 0 ? line.replace('[ ]', '[x]').replace('asks for', 'needs') : line)).join('\n');
  const phase = /## Phase 3\n.*?(?=## Phase 4\n)/s.exec(reworded)?.[0] ?? '';
  const after = `${reworded.replace(phase, '')}\n${phase}`;
  const [old, now] = [read(before), read(after)];
  const result = await compare(
    9,
    () => diffPlan(old, now),
    () => {
      parsePlan(before, 'plan-0');
      parsePlan(after, 'plan-0');
    },
  );
  report(`diff of a plan of ${TASKS} tasks, ${diffPlan(old, now).changes.length} changes`, result, 'two parses', 0.5);
}

if (import.meta.main) await benchDiff();
