/** A review of a pull request as the text of one comment: what is code first, then what is wrong, what will happen, and what changed. */
import type { PlanDiff } from '../diff-record.ts';
import { comparisonPart, foldedPatch, MARKDOWN_MAX, patchBlock, patchesPart, planLines, plural } from '../diff-markdown.ts';
import { mermaidOf } from '../graph.ts';
import { htmlText, inlineCode, inlineText } from '../markdown-text.ts';
import { pageOf, type Part } from '../page.ts';
import { fenced } from '../quote.ts';
import { afterMergeLines, afterMergeWords } from './after-merge.ts';
import type { PullRequestReview } from './review-record.ts';
import { handLines, riskCount, riskLines } from './risk.ts';

/** The first line of the comment, by which it is found again. */
export const REVIEW_MARKER = '<!-- plans-review -->';
/** Graphs that are drawn: each is a frame of its own in the page. */
const GRAPHS_MAX = 5;
/** Characters that a part may take before the others have had theirs. */
const SHARE = 9_000;

/** Whether there is anything to tell. */
export function isEmptyReview({ diff, config, suggested }: PullRequestReview): boolean {
  return diff.plans.length + diff.problems.length + suggested.length === 0 && config === null;
}

/** Markdown of at most {@link MARKDOWN_MAX} characters, the line of the marker not counted in. What plans say shows as it is, and does nothing. */
export function commentOf(review: PullRequestReview): string {
  const { diff, config } = review;
  const range = `${diff.base.commit?.slice(0, 12) ?? ''}..${diff.head.commit?.slice(0, 12) ?? ''}`;
  const foot = `<sub>Read as data from ${inlineCode(range)}: nothing of this pull request was run to make this.</sub>`;
  if (isEmptyReview(review)) return `## Plans\n\nThis pull request changes no plan.\n\n${foot}`;
  const ofConfig = config === null ? '' : foldedPatch(config.after ?? config.before ?? 'config', config.patch);
  const patches = patchesPart([ofConfig, ...diff.plans.map(patchBlock)]);
  const parts: Part[] = [
    {
      priority: 0,
      heading: ['## Plans', ''],
      blocks: [summary(review), ...notes(review)],
      share: SHARE,
      left: (count) => plural(count, 'note'),
    },
    part(1, '### ⚠️ Read as code', [...riskLines(review), ...handLines(review)], (count) => plural(count, 'risk')),
    part(2, '### ❌ What is wrong', problemLines(review), (count) => plural(count, 'diagnostic')),
    part(3, '### ▶️ After the merge', afterMergeLines(review), (count) => `${plural(count, 'line')} on what will happen`),
    { ...comparisonPart(diff.plans.flatMap((plan) => planLines(plan, true))), priority: 4, share: SHARE },
    graphs(review),
    patches,
  ];
  return `${pageOf(parts, MARKDOWN_MAX - foot.length - 2, (left) => leftWords(left, range))}\n\n${foot}`;
}

function part(priority: number, heading: string, blocks: readonly string[], left: Part['left']): Part {
  return { priority, heading: ['', heading, ''], blocks, share: SHARE, left };
}

function leftWords(left: readonly string[], range: string): string {
  const [last = '', ...others] = left.toReversed();
  const list = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return `✂️ **Left out**, as a comment has no room for more: ${list}. See all of it: ${inlineCode(`plans diff ${range}`)}`;
}

/** The page in one line. */
function summary(review: PullRequestReview): string {
  const { diff, config } = review;
  const risks = riskCount(review);
  const errors = diagnosticsOf(diff.plans).filter(({ severity }) => severity === 'error').length + (config?.problems.length ?? 0);
  return [
    diff.plans.length === 0
      ? 'No plan changes'
      : `**${plural(diff.plans.length, 'plan')}** ${diff.plans.length === 1 ? 'changes' : 'change'}`,
    ...(config === null ? [] : ['**the config** changes']),
    ...(risks === 0 ? [] : [`⚠️ **${plural(risks, 'key')} to read as code**`]),
    ...(errors === 0 ? [] : [`❌ **${plural(errors, 'error')}**`]),
    ...afterMergeWords(review),
  ].join(' · ');
}

function notes({ diff, unread, alsoOnBase }: PullRequestReview): string[] {
  return [
    ...diff.problems.map((problem) => `- ❌ ${inlineText(problem)}`),
    ...alsoOnBase.map(
      (plan) =>
        `- ⚠️ ${inlineCode(plan)} has changed on the base too since this parted from it: what the merge makes of both is not shown here. Bring the branch up to date.`,
    ),
    ...(unread === null
      ? []
      : [
          `- ℹ️ ${inlineCode(unread)} is code, which is not run here: names of gates and agents were not checked, and what it sets is not shown.`,
        ]),
  ].flatMap((line, index) => (index === 0 ? ['', line] : [line]));
}

interface Placed {
  readonly file: string;
  readonly severity: 'error' | 'warning' | 'hint';
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const ORDER = { error: 0, warning: 1, hint: 2 } as const;
const SIGN = { error: '❌', warning: '⚠️', hint: 'ℹ️' } as const;

/** Of the plans as they will be, errors first. */
function diagnosticsOf(plans: readonly PlanDiff[]): readonly Placed[] {
  return plans
    .flatMap(({ after }) => after?.diagnostics.map((diagnostic) => ({ ...diagnostic, file: after.file })) ?? [])
    .toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

function problemLines({ diff, config }: PullRequestReview): string[] {
  return [
    ...(config?.problems.map((problem) => `- ❌ ${inlineText(problem)}`) ?? []),
    ...diagnosticsOf(diff.plans).map(
      ({ file, severity, rule, message, line, column }) =>
        `- ${SIGN[severity]} ${inlineCode(file)} line ${line}, column ${column}: ${inlineText(message)} (${rule})`,
    ),
  ];
}

function graphs({ diff, outlooks }: PullRequestReview): Part {
  const blocks = outlooks.flatMap(({ graph }, index) => {
    const title = (diff.plans[index]?.after ?? diff.plans[index]?.before)?.title ?? '';
    return graph === null
      ? []
      : [
          `\n<details${outlooks.length === 1 ? ' open' : ''}><summary>Graph: ${htmlText(title)}</summary>\n\n${fenced(mermaidOf(graph, title).trimEnd(), 'mermaid')}\n\n</details>`,
        ];
  });
  const left = (count: number) => plural(count + Math.max(0, blocks.length - GRAPHS_MAX), 'graph');
  return { priority: 5, heading: [], blocks: blocks.slice(0, GRAPHS_MAX), share: SHARE, left };
}
