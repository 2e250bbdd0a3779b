/** What is still to do, as a comment on a pull request. */
import type { PlansDiff } from '../diff-record.ts';
import { forecastWords } from '../diff-words.ts';
import { inlineCode, inlineText } from '../markdown-text.ts';

/** Plans that are told. */
const MAX_PLANS = 50;

/** A line for each plan that a change leaves with something to do: Markdown that does nothing, whatever a plan says. */
export function estimateText({ plans }: PlansDiff): string {
  const lines = plans.flatMap((plan) => {
    const words = plan.after === null ? null : forecastWords(plan);
    return plan.after === null || words === null
      ? []
      : [`- ${inlineCode(plan.after.id)} ${inlineText(plan.after.title)}: **${words.after}**`];
  });
  if (lines.length === 0) return 'Nothing is left to do in the plans that this changes.';
  const more = lines.length - MAX_PLANS;
  return [
    'What is still to do, by what such tasks took before:',
    '',
    ...lines.slice(0, MAX_PLANS),
    ...(more > 0 ? [`- … and ${more} more`] : []),
  ].join('\n');
}
