/** The semantic diff of a plan of 1,000 tasks and the review that is made of it, in units of what reading its two versions takes. */
import { commentOf } from '../../src/core/ci/comment.ts';
import { outlookOf } from '../../src/core/ci/outlook.ts';
import { sarifOf } from '../../src/core/ci/sarif.ts';
import type { PlansDiff } from '../../src/core/diff-record.ts';
import { diffPlan, type ReadVersion } from '../../src/core/diff.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { DEFAULT_CONFIG } from '../../src/adapters/config.ts';
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
  const parses = () => {
    parsePlan(before, 'plan-0');
    parsePlan(after, 'plan-0');
  };
  const result = await compare(9, () => diffPlan(old, now), parses);
  report(`diff of a plan of ${TASKS} tasks, ${diffPlan(old, now).changes.length} changes`, result, 'two parses', 0.5);
  report('  and its review: outlook, comment, SARIF', await compare(9, () => review(old, now), parses), 'two parses', 1);
}

function review(before: ReadVersion, after: ReadVersion): void {
  const diff = diffPlan(before, after);
  const side = { type: 'commit', revision: 'main', commit: '0'.repeat(40) } as const;
  const plans: PlansDiff = { version: 1, base: side, head: side, plans: [diff], problems: [] };
  commentOf({
    version: 1,
    diff: plans,
    alsoOnBase: [],
    config: null,
    unread: null,
    suggested: [],
    outlooks: [outlookOf(diff, after, DEFAULT_CONFIG)],
  });
  sarifOf(plans, '1');
}

if (import.meta.main) await benchDiff();
