/** What a change gives power over, before everything else: each key that is code, and each box that was ticked without a commit that did it. */
import type { Change, FieldChange, PlanDiff, Risk } from '../diff-record.ts';
import { fieldText } from '../diff-markdown.ts';
import { risksIn } from '../diff-words.ts';
import { inlineCode, inlineText } from '../markdown-text.ts';
import type { ConfigKey, PullRequestReview, SuggestedCode } from './review-record.ts';

/** The heavier first. */
const WEIGHT = { command: 0, approval: 1, gates: 2, agent: 3, files: 4, budget: 5 } as const satisfies Record<Risk, number>;

/** How many keys that are code differ, those of the config included; a config that is code counts as one. */
export function riskCount({ diff, config, suggested }: PullRequestReview): number {
  const inPlans = diff.plans.reduce((sum, plan) => sum + risksIn(plan), 0);
  const inReviews = suggested.reduce((sum, { risks }) => sum + risks.length, 0);
  return inPlans + inReviews + (config === null ? 0 : (config.keys?.length ?? 1));
}

/** The config first: it holds for every plan. */
export function riskLines({ diff, config, suggested }: PullRequestReview): string[] {
  const found = diff.plans.flatMap((plan) =>
    plan.changes.flatMap((change) =>
      'fields' in change ? change.fields.flatMap((field) => (field.risk === null ? [] : [{ plan, change, field, risk: field.risk }])) : [],
    ),
  );
  return [
    ...(config === null ? [] : configLines(config)),
    ...found.toSorted((a, b) => WEIGHT[a.risk] - WEIGHT[b.risk]).map(({ plan, change, field }) => riskLine(plan, change, field)),
    ...suggested.flatMap(suggestedLines),
  ];
}

function riskLine(plan: PlanDiff, change: Change, field: FieldChange): string {
  return `- ${inlineCode(nameOf(plan, change))} ${fieldText(field, change.type === 'added')}`;
}

function suggestedLines({ plan, title, ticked, risks }: SuggestedCode): string[] {
  const where = `${inlineCode(plan)} suggestion “${inlineText(title)}”${ticked ? ', **ticked**' : ''}`;
  return risks.map((field) => `- ${where}: ${fieldText(field, field.before === null)}`);
}

/** `plan`, `plan/task`; a phase is named as one. */
function nameOf({ before, after }: PlanDiff, { of, id }: Change): string {
  const plan = (after ?? before)?.id ?? '';
  return of === 'plan' ? plan : of === 'phase' ? `${plan} phase ${id}` : `${plan}/${id}`;
}

function configLines({ before, after, keys, problems }: NonNullable<PullRequestReview['config']>): string[] {
  const file = inlineCode(after ?? before ?? 'config');
  const moved = before === after ? [] : [`- ⚠ the config was ${codeOr(before, 'none')} and is ${codeOr(after, 'none')}`];
  if (keys === null && problems.length > 0)
    return [...moved, `- ⚠ ${file} changes, and cannot be read as it is: see what is wrong, and its raw diff.`];
  if (keys === null)
    return [...moved, `- ⚠ ${file} is code and changes: it decides what is run, by whom and at what cost. Read its raw diff.`];
  return [...moved, ...keys.map((key) => `- ⚠ ${file} ${keyText(key)}`)];
}

function keyText({ key, before, after }: ConfigKey): string {
  return `**${inlineText(key)}**: ${codeOr(before, '*nothing*')} → ${codeOr(after, '*nothing*')}`;
}

const codeOr = (text: string | null, otherwise: string): string => (text === null ? otherwise : inlineCode(text));

/** Boxes that say “done” without a commit of a run behind them. */
export function handLines({ diff }: PullRequestReview): string[] {
  return diff.plans.flatMap((plan) =>
    plan.changes.flatMap((change) => {
      if (change.type === 'status' && change.after === 'completed' && change.commit === null)
        return [`- ☑️ ${inlineCode(nameOf(plan, change))} is ticked by hand: no run's commit stands behind it`];
      if (change.type === 'added' && change.of === 'task' && change.status === 'completed' && plan.type !== 'added')
        return [`- ☑️ ${inlineCode(nameOf(plan, change))} comes ticked`];
      return [];
    }),
  );
}
