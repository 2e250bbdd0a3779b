/** What a pull request of a plan says: how far it is, what it cost, and how it goes on. From the plan and its commits alone. */
import { flagWords, type Flag } from '../weakened.ts';
import { durationText } from '../frontmatter.ts';
import { inlineCode, inlineText } from '../markdown-text.ts';
import type { PauseReason } from '../outcome.ts';
import { isDone, type Phase, type Plan, type Task } from '../plan.ts';
import type { PlanEvidence, TaskEvidence } from '../evidence.ts';
import { visibleText } from '../visible.ts';

/** A commit of the plan, oldest first. */
export interface PlanCommit {
  readonly id: string;
  readonly evidence: TaskEvidence | PlanEvidence;
}

export interface PullFacts {
  readonly plan: Plan;
  /** All of the branch. */
  readonly commits: readonly PlanCommit[];
  /** The tip that this is about. */
  readonly head: string;
  /** Where people see the run. */
  readonly runUrl: string;
}

/** Rows of the table of tasks, and what they may take together: GitHub takes 65,536 characters of a body. */
const MAX_ROWS = 200;
const ROWS_CHARS = 45_000;
/** Of a title or an error in it. Characters. */
const CELL_CHARS = 300;
/** Warnings below it. */
const MAX_FLAGGED = 30;
/** Digits of a commit in the text: GitHub makes a link of them, and an approval is bound to them. */
const DIGITS = 12;

/** The title of the pull request. GitHub does not render titles. */
export function pullTitle(plan: Plan): string {
  const title = visibleText(plan.title).replaceAll(/\s+/g, ' ').trim();
  return `plan ${plan.id}: ${title.length > 150 ? `${title.slice(0, 150).toWellFormed()}…` : title}`;
}

/** The body of the pull request: Markdown that does nothing, whatever a plan says. */
export function pullBody(facts: PullFacts): string {
  const { plan, commits, runUrl } = facts;
  return [
    standingLine(plan),
    '',
    ...goingOn(facts),
    '| task | | attempts | time | cost | gates | commit |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows(plan, commits),
    '',
    totals(commits),
    ...flagged(commits),
    '',
    '<details><summary>How to steer it</summary>',
    '',
    'Comment a line of its own: `/plans run`, `/plans pause`, `/plans resume`, `/plans cancel`, `/plans retry TASK`, `/plans skip TASK`,',
    '`/plans approve TASK@COMMIT` (the tip of this branch). Whoever may write to this repository may do so. Or edit the plan on this branch.',
    '',
    '</details>',
    '',
    `<sub>Every commit here was made by one task whose gates passed, and was checked again before it was pushed. [The run](${runUrl})</sub>`,
    '',
  ].join('\n');
}

function standingLine({ phases, status }: Plan): string {
  const tasks = phases.flatMap((phase) => phase.tasks);
  const done = tasks.filter(isDone).length;
  const bar = '█'.repeat(Math.round((done / Math.max(1, tasks.length)) * 20)).padEnd(20, '░');
  return `**${status}** · \`${bar}\` ${done} of ${tasks.length} tasks`;
}

function rows(plan: Plan, commits: readonly PlanCommit[]): readonly string[] {
  const byTask = new Map(commits.flatMap((commit) => ('event' in commit.evidence ? [] : [[commit.evidence.task, commit] as const])));
  const all = plan.phases
    .flatMap((phase) => [phaseRow(phase), ...phase.tasks.map((task) => taskRow(task, byTask.get(task.id)))])
    .filter((row) => row !== null);
  let room = ROWS_CHARS;
  const cut = all.findIndex((row, at) => at === MAX_ROWS || (room -= row.length + 1) < 0);
  return cut < 0 ? all : [...all.slice(0, cut), `| … and ${all.length - cut} more | | | | | | |`];
}

function phaseRow({ title }: Phase): string | null {
  return title === '' ? null : `| **${cell(title)}** | | | | | | |`;
}

function taskRow(task: Task, commit: PlanCommit | undefined): string {
  const name = cell(task.title);
  if (commit === undefined || 'event' in commit.evidence) {
    const why = task.error === undefined ? '' : `<br>${cell(task.error)}`;
    return `| ${name}${why} | ${mark(task)} | ${task.attempts === 0 ? '' : task.attempts} | | | | |`;
  }
  const { attempt, durationMs, costUsd, gates } = commit.evidence;
  const passed = gates
    .map((gate) => `${gate.status === 'passed' ? '✓' : gate.status === 'skipped' ? '–' : '✗'} ${inlineText(gate.name)}`)
    .join(', ');
  return `| ${name} | ${mark(task)} | ${attempt} | ${time(durationMs)} | ${cost(costUsd)} | ${passed} | ${commit.id.slice(0, DIGITS)} |`;
}

function mark({ status, assignee }: Task): string {
  switch (status) {
    case 'completed':
      return '✅';
    case 'failed':
      return '❌ failed';
    case 'skipped':
      return '⏭ skipped';
    case 'pending':
      return assignee === 'human' ? '👤 yours' : '';
  }
}

function totals(commits: readonly PlanCommit[]): string {
  const evidence = commits.map((commit) => commit.evidence);
  const tokens = sum(evidence.map((each) => each.tokens ?? 0));
  // What several attempts cost is in the commit that ends them: where it is silent something is unknown.
  const unknown = evidence.some((each) => !('event' in each) && each.costUsd === null && (each.tokens ?? 0) > 0);
  const usd = sum(evidence.map((each) => each.costUsd ?? 0));
  const spent = tokens === 0 && usd === 0 ? [] : [`${unknown ? '≥ ' : ''}${cost(usd)}`, `${tokens.toLocaleString('en')} tokens`];
  return [`${commits.length} commits`, time(sum(evidence.map((each) => each.durationMs ?? 0))), ...spent].filter(Boolean).join(' · ');
}

function flagged(commits: readonly PlanCommit[]): readonly string[] {
  const told = commits.flatMap(({ id, evidence }) => {
    const flags: readonly Flag[] = 'event' in evidence ? [] : (evidence.flags ?? []);
    return flags.length === 0 ? [] : [`⚠️ ${id.slice(0, DIGITS)} weakens what is checked: ${cell(flagWords(flags))}. Look at it.`];
  });
  const more = told.length > MAX_FLAGGED ? [`⚠️ … and ${told.length - MAX_FLAGGED} more do.`] : [];
  return [...told.slice(0, MAX_FLAGGED), ...more].flatMap((line) => ['', line]);
}

/** What it waits for, and what to write so that it goes on. */
function goingOn({ plan, commits, head }: PullFacts): readonly string[] {
  if (plan.status === 'completed') return ['Every task is done. Review it and merge.', ''];
  if (plan.status === 'failed') return ['It was given up. To go on with it all the same: `/plans resume`', ''];
  if (plan.status !== 'paused') return [];
  const last = commits.findLast(({ evidence }) =>
    'event' in evidence ? evidence.event === 'paused' : evidence.resetsAt !== undefined,
  )?.evidence;
  const said = last !== undefined && 'event' in last ? last : undefined;
  const task = said?.task ?? plan.phases.flatMap(({ tasks }) => tasks).find(({ status }) => status === 'failed')?.id ?? null;
  return [`**It waits.** ${pauseWords(said?.reason ?? null, { task, head: head.slice(0, DIGITS), resetsAt: last?.resetsAt ?? null })}`, ''];
}

/** How a plan that has paused goes on, on a pull request. */
export function pauseWords(
  reason: PauseReason | (string & {}) | null,
  { task, head, resetsAt }: { readonly task: string | null; readonly head: string; readonly resetsAt: string | null },
): string {
  const named = task === null ? 'TASK' : task;
  switch (reason) {
    case 'task_failed':
      return `The task ${inlineCode(named)} failed. Try it again, ${inlineCode(`/plans retry ${named}`)}, leave it out, ${inlineCode(`/plans skip ${named}`)}, or edit it on this branch and then \`/plans run\`.`;
    case 'manual_approval_required':
      return `The task ${inlineCode(named)} needs your word: ${inlineCode(`/plans approve ${named}@${head}`)}`;
    case 'human_task':
      return `The task ${inlineCode(named)} is for a person. Do it on this branch, tick its box in the plan, then \`/plans run\`.`;
    case 'phase_complete':
      return 'A phase is complete, and the plan asks for a look before it goes on: `/plans run`';
    case 'budget':
      return 'What it may cost is spent. Raise the budget on the base branch, then `/plans run`.';
    case 'rate_limited':
      return `A rate limit was met${resetsAt === null ? '' : ` that resets at ${resetsAt}`}. A scheduled run goes on by itself after that.`;
    case 'plan_invalid':
      return 'The plan has errors: `plans lint` says which. Mend them on this branch, then `/plans run`.';
    default:
      return 'To go on: `/plans run`';
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const time = (ms: number): string => (ms < 1_000 ? '' : durationText(Math.round(ms / 1_000) * 1_000));
const cost = (usd: number | null): string => (usd === null ? '' : `$${usd.toFixed(2)}`);
const cell = (text: string): string => inlineText(text.length > CELL_CHARS ? `${text.slice(0, CELL_CHARS).toWellFormed()}…` : text);
