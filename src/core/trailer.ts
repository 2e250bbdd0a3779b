/**
 * What a commit says about a plan, as trailers: the only record that outlives the cache. The executor writes them and the
 * history reads them, both through this file.
 */
import type { GateStatus, Outcome, PauseReason } from './outcome.ts';
import type { Flag } from './weakened.ts';

/** A commit that lands a task: the work and the ticked box. */
export interface TaskEvidence {
  readonly plan: string;
  readonly phase: string;
  readonly task: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly agent: string;
  readonly session: string | null;
  readonly durationMs: number;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly gates: readonly { readonly name: string; readonly status: GateStatus }[];
  /** What the change does to the checks it has passed; absent where nothing was found. */
  readonly flags?: readonly Flag[];
  /** Where the plan pauses in the same commit for a rate limit: when that resets, ISO 8601. */
  readonly resetsAt?: string;
}

export const PLAN_EVENTS = ['started', 'resumed', 'paused', 'failed', 'completed', 'retry', 'skipped', 'approved', 'reverted'] as const;
type PlanEvent = (typeof PLAN_EVENTS)[number];

/** A commit in which the executor changes the plan file alone. */
export interface PlanEvidence {
  readonly plan: string;
  readonly event: PlanEvent;
  /** A {@link PauseReason} as far as this version knows it. */
  readonly reason: PauseReason | (string & {}) | null;
  readonly task: string | null;
  /** What attempts at the task have cost that no commit before this one says. */
  readonly tokens?: number;
  readonly costUsd?: number;
  /** When a rate limit resets, ISO 8601. */
  readonly resetsAt?: string;
}

/** A kept attempt: beside the branch, so that nothing that it cost is forgotten. */
export interface AttemptEvidence {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  readonly run: string;
  readonly outcome: Outcome | (string & {});
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

export const ITERATION_TYPES = ['generation', 'review', 'refine', 'user_edit'] as const;
type IterationType = (typeof ITERATION_TYPES)[number];

/** A commit that changes what a plan asks for. */
interface IterationEvidence {
  /** Null where the commit does not say, or touches several plans. */
  readonly plan: string | null;
  readonly iteration: IterationType;
  readonly changedBy: 'user' | 'claude';
  /** What was asked for; cut at {@link MAX_VALUE_CHARS}. */
  readonly prompt: string | null;
  /** What the conversation that led to it has cost. */
  readonly tokens?: number;
  readonly costUsd?: number;
}

export type Evidence = TaskEvidence | PlanEvidence | IterationEvidence;
export type Trailer = readonly [key: string, value: string];

/** Longest value of a trailer, in UTF-16 code units before escaping. */
const MAX_VALUE_CHARS = 4_000;

const GATE_STATUSES: readonly GateStatus[] = ['passed', 'failed', 'skipped'];

/** Evidence as the lines of a commit message's last paragraph, without a final line ending. */
export function formatTrailers(evidence: Evidence): string {
  return trailersOf(evidence)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');
}

/** Evidence as trailers; values are escaped, so that each is one line that git reads back unchanged. */
export function trailersOf(evidence: Evidence): Trailer[] {
  if ('iteration' in evidence) return iterationTrailers(evidence);
  if ('event' in evidence) return planTrailers(evidence);
  return taskTrailers(evidence);
}

function taskTrailers(evidence: TaskEvidence): Trailer[] {
  const list: Trailer[] = [
    ['Plan', escape(evidence.plan)],
    ['Plan-Phase', escape(evidence.phase)],
    ['Plan-Task', escape(evidence.task)],
    ['Plan-Attempt', `${evidence.attempt}/${evidence.maxAttempts}`],
    ['Plan-Agent', escape(evidence.agent)],
  ];
  if (evidence.session !== null) list.push(['Plan-Session', escape(evidence.session)]);
  list.push(['Plan-Duration', `${decimal(evidence.durationMs / 1000, 3)}s`]);
  list.push(...costTrailers(evidence));
  if (evidence.resetsAt !== undefined) list.push(['Plan-Resets-At', evidence.resetsAt]);
  if (evidence.gates.length > 0) {
    list.push(['Plan-Gates', evidence.gates.map((gate) => `${escapeWord(gate.name)}=${gate.status}`).join(' ')]);
  }
  const { flags = [] } = evidence;
  if (flags.length > 0) list.push(['Plan-Flags', flags.map(({ name, count }) => `${escapeWord(name)}=${count}`).join(' ')]);
  return list;
}

function planTrailers(evidence: PlanEvidence): Trailer[] {
  const list: Trailer[] = [
    ['Plan', escape(evidence.plan)],
    ['Plan-Event', evidence.event],
  ];
  if (evidence.reason !== null) list.push(['Plan-Reason', escape(evidence.reason)]);
  if (evidence.task !== null) list.push(['Plan-Task', escape(evidence.task)]);
  list.push(...costTrailers(evidence));
  if (evidence.resetsAt !== undefined) list.push(['Plan-Resets-At', evidence.resetsAt]);
  return list;
}

function costTrailers({ tokens = null, costUsd = null }: { readonly tokens?: number | null; readonly costUsd?: number | null }): Trailer[] {
  const list: Trailer[] = [];
  if (tokens !== null) list.push(['Plan-Tokens', String(Math.round(tokens))]);
  if (costUsd !== null) list.push(['Plan-Cost-USD', decimal(costUsd, 6)]);
  return list;
}

/** A kept attempt's evidence as trailers. */
export function attemptTrailers(evidence: AttemptEvidence): string {
  const list: Trailer[] = [
    ['Plan', escape(evidence.plan)],
    ['Plan-Task', escape(evidence.task)],
    ['Plan-Attempt', String(evidence.attempt)],
    ['Plan-Run', escape(evidence.run)],
    ['Plan-Outcome', evidence.outcome],
    ...costTrailers(evidence),
  ];
  return list.map(([key, value]) => `${key}: ${value}`).join('\n');
}

/** What a kept attempt's commit says; null where it is none. */
export function readAttempt(list: readonly Trailer[]): AttemptEvidence | null {
  const values = valuesOf(list);
  const [plan, task] = [text(values, 'plan'), text(values, 'plan-task')];
  if (plan === null || task === null) return null;
  const { attempt, tokens, costUsd } = readTask(values, plan, task);
  return { plan, task, attempt, tokens, costUsd, run: text(values, 'plan-run') ?? '', outcome: values.get('plan-outcome') ?? '' };
}

function iterationTrailers(evidence: IterationEvidence): Trailer[] {
  const list: Trailer[] = [];
  if (evidence.plan !== null) list.push(['Plan', escape(evidence.plan)]);
  list.push(['Plan-Iteration', evidence.iteration], ['Plan-Changed-By', evidence.changedBy]);
  if (evidence.prompt !== null) list.push(['Plan-Prompt', escape(evidence.prompt)]);
  list.push(...costTrailers(evidence));
  return list;
}

/**
 * What a commit's trailers say, or null where they say nothing about a plan. Keys match in any case; of a repeated key the last
 * counts, as with `git commit --trailer`. Fields that a hand-written commit leaves out get the least claim they can make.
 */
export function readTrailers(list: readonly Trailer[]): Evidence | null {
  const values = valuesOf(list);
  const plan = text(values, 'plan');
  const event = values.get('plan-event');
  if (event !== undefined) {
    const known = PLAN_EVENTS.find((name) => name === event);
    if (known === undefined || plan === null) return null;
    return {
      plan,
      event: known,
      reason: text(values, 'plan-reason'),
      task: text(values, 'plan-task'),
      ...knownCostIn(values),
      ...resetIn(values),
    };
  }
  const iteration = values.get('plan-iteration');
  if (iteration !== undefined || values.has('plan-changed-by')) {
    return {
      plan,
      iteration: ITERATION_TYPES.find((name) => name === iteration) ?? 'user_edit',
      changedBy: values.get('plan-changed-by') === 'claude' ? 'claude' : 'user',
      prompt: text(values, 'plan-prompt'),
      ...knownCostIn(values),
    };
  }
  const task = text(values, 'plan-task');
  return plan === null || task === null ? null : readTask(values, plan, task);
}

function readTask(values: ReadonlyMap<string, string>, plan: string, task: string): TaskEvidence {
  const [, attempt = '1', maxAttempts = attempt] = /^(\d{1,4})(?:\/(\d{1,4}))?$/.exec(values.get('plan-attempt') ?? '') ?? [];
  const flags = readFlags(values.get('plan-flags') ?? '');
  const [, seconds = '0'] = /^(\d{1,12}(?:\.\d{1,6})?)\s*s?$/.exec(values.get('plan-duration') ?? '') ?? [];
  return {
    plan,
    phase: text(values, 'plan-phase') ?? '',
    task,
    attempt: Number(attempt),
    maxAttempts: Number(maxAttempts),
    agent: text(values, 'plan-agent') ?? '',
    session: text(values, 'plan-session'),
    durationMs: Math.round(Number(seconds) * 1000),
    ...costIn(values),
    gates: readGates(values.get('plan-gates') ?? ''),
    ...(flags.length > 0 ? { flags } : {}),
    ...resetIn(values),
  };
}

function valuesOf(list: readonly Trailer[]): ReadonlyMap<string, string> {
  return new Map(list.map(([key, value]) => [key.toLowerCase(), value.trim()]));
}

function costIn(values: ReadonlyMap<string, string>): { readonly tokens: number | null; readonly costUsd: number | null } {
  return {
    tokens: number(values.get('plan-tokens'), /^\d{1,15}$/),
    costUsd: number(values.get('plan-cost-usd'), /^\d{1,9}(?:\.\d{1,9})?$/),
  };
}

/** The cost without what is not known of it. */
function knownCostIn(values: ReadonlyMap<string, string>): { readonly tokens?: number; readonly costUsd?: number } {
  const { tokens, costUsd } = costIn(values);
  return { ...(tokens === null ? {} : { tokens }), ...(costUsd === null ? {} : { costUsd }) };
}

function resetIn(values: ReadonlyMap<string, string>): { readonly resetsAt?: string } {
  const value = values.get('plan-resets-at') ?? '';
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value) && !Number.isNaN(Date.parse(value)) ? { resetsAt: value } : {};
}

function readGates(value: string): TaskEvidence['gates'] {
  const gates: { name: string; status: GateStatus }[] = [];
  for (const word of value.split(/\s+/)) {
    const at = word.lastIndexOf('=');
    const status = GATE_STATUSES.find((name) => name === word.slice(at + 1));
    if (at >= 0 && status !== undefined) gates.push({ name: unescape(word.slice(0, at)), status });
  }
  return gates;
}

function readFlags(value: string): readonly Flag[] {
  return value.split(/\s+/).flatMap((word) => {
    const [, name = '', count = ''] = /^(.+)=(\d{1,6})$/.exec(word) ?? [];
    return name === '' ? [] : [{ name: unescape(name), count: Number(count) }];
  });
}

function text(values: ReadonlyMap<string, string>, key: string): string | null {
  const value = values.get(key);
  return value === undefined || value === '' ? null : unescape(value);
}

function number(value: string | undefined, form: RegExp): number | null {
  return value !== undefined && form.test(value) ? Number(value) : null;
}

/** A number in plain digits (no exponent), without trailing zeros. */
function decimal(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '');
}

/** Git drops an empty value, so that the empty text needs a mark of its own. */
const EMPTY = '%';

/** Line breaks, control and direction characters would end the trailer or show something else than it says: they are percent-encoded. */
function escape(value: string): string {
  const safe = value.slice(0, MAX_VALUE_CHARS).toWellFormed();
  if (safe === '' || safe === EMPTY) return safe === '' ? EMPTY : '%25';
  return safe.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|%(?=[\dA-Fa-f]{2})|^\s+|\s+$/gu, (found) => encodeURIComponent(found));
}

/** As {@link escape}, for a value that stands in a list of `name=status`. */
function escapeWord(value: string): string {
  return escape(value).replace(/[\s=]/gu, (found) => encodeURIComponent(found));
}

function unescape(value: string): string {
  if (value === EMPTY) return '';
  return value.replace(/(?:%[\dA-Fa-f]{2})+/g, (found) => {
    try {
      return decodeURIComponent(found);
    } catch {
      return found;
    }
  });
}
