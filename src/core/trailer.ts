/**
 * What a commit says about a plan, written as its trailers: the only record that outlives the cache. The executor writes them and the
 * history reads them, both through this file.
 */
import {
  ITERATION_TYPES,
  PLAN_EVENTS,
  type AttemptEvidence,
  type Evidence,
  type IterationEvidence,
  type PlanEvidence,
  type TaskEvidence,
} from './evidence.ts';
import {
  decimal,
  escape,
  formatDuration,
  formatFlags,
  formatGates,
  formatOutcomes,
  number,
  readDuration,
  readFlags,
  readGates,
  readOutcomes,
  text,
  valuesOf,
  type AttemptOutcome,
  type Trailer,
} from './trailer-value.ts';

export type { Trailer } from './trailer-value.ts';

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
  const { flags = [], gates } = evidence;
  const list: Trailer[] = [
    ['Plan', escape(evidence.plan)],
    ['Plan-Phase', escape(evidence.phase)],
    ['Plan-Task', escape(evidence.task)],
    ['Plan-Attempt', `${evidence.attempt}/${evidence.maxAttempts}`],
    ...triedTrailers(evidence),
  ];
  list.push(...costTrailers(evidence));
  if (evidence.resetsAt !== undefined) list.push(['Plan-Resets-At', evidence.resetsAt]);
  if (gates.length > 0) list.push(['Plan-Gates', formatGates(gates)]);
  if (flags.length > 0) list.push(['Plan-Flags', formatFlags(flags)]);
  return list;
}

function planTrailers(evidence: PlanEvidence): Trailer[] {
  const list: Trailer[] = [
    ['Plan', escape(evidence.plan)],
    ['Plan-Event', evidence.event],
  ];
  if (evidence.reason !== null) list.push(['Plan-Reason', escape(evidence.reason)]);
  if (evidence.task !== null) list.push(['Plan-Task', escape(evidence.task)]);
  list.push(...triedTrailers(evidence), ...costTrailers(evidence));
  if (evidence.resetsAt !== undefined) list.push(['Plan-Resets-At', evidence.resetsAt]);
  return list;
}

type Made = Pick<PlanEvidence, 'agent' | 'model' | 'outcomes' | 'durationMs'> & { readonly session?: string | null };

function triedTrailers({ agent, model, outcomes = [], session = null, durationMs }: Made): Trailer[] {
  const list: Trailer[] = [];
  if (agent !== undefined) list.push(['Plan-Agent', escape(agent)]);
  if (model !== undefined) list.push(['Plan-Model', escape(model)]);
  if (outcomes.length > 0) list.push(['Plan-Outcomes', formatOutcomes(outcomes)]);
  if (session !== null) list.push(['Plan-Session', escape(session)]);
  if (durationMs !== undefined) list.push(['Plan-Duration', formatDuration(durationMs)]);
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
    ...triedTrailers(evidence),
    ...costTrailers(evidence),
  ];
  if (evidence.resetsAt !== undefined) list.push(['Plan-Resets-At', evidence.resetsAt]);
  if (evidence.gates.length > 0) list.push(['Plan-Gates', formatGates(evidence.gates)]);
  return list.map(([key, value]) => `${key}: ${value}`).join('\n');
}

/** What a kept attempt's commit says; null where it is none. */
export function readAttempt(list: readonly Trailer[]): AttemptEvidence | null {
  const values = valuesOf(list);
  const [plan, task] = [text(values, 'plan'), text(values, 'plan-task')];
  if (plan === null || task === null) return null;
  const { attempt, tokens, costUsd, gates } = readTask(values, plan, task);
  const outcome = values.get('plan-outcome') ?? '';
  return {
    plan,
    task,
    attempt,
    run: text(values, 'plan-run') ?? '',
    outcome,
    ...madeIn(values),
    ...outcomesIn(values),
    tokens,
    costUsd,
    gates,
    ...resetIn(values),
  };
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
      ...madeIn(values),
      ...outcomesIn(values),
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
  return {
    plan,
    phase: text(values, 'plan-phase') ?? '',
    task,
    attempt: Number(attempt),
    maxAttempts: Number(maxAttempts),
    agent: text(values, 'plan-agent') ?? '',
    ...modelIn(values),
    ...outcomesIn(values),
    session: text(values, 'plan-session'),
    durationMs: readDuration(values.get('plan-duration')) ?? 0,
    ...costIn(values),
    gates: readGates(values.get('plan-gates') ?? ''),
    ...(flags.length > 0 ? { flags } : {}),
    ...resetIn(values),
  };
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

/** By whom, and in what time. */
function madeIn(values: ReadonlyMap<string, string>): { readonly agent?: string; readonly model?: string; readonly durationMs?: number } {
  const agent = text(values, 'plan-agent');
  const durationMs = readDuration(values.get('plan-duration'));
  return { ...(agent === null ? {} : { agent }), ...modelIn(values), ...(durationMs === null ? {} : { durationMs }) };
}

function modelIn(values: ReadonlyMap<string, string>): { readonly model?: string } {
  const model = text(values, 'plan-model');
  return model === null ? {} : { model };
}

function outcomesIn(values: ReadonlyMap<string, string>): { readonly outcomes?: readonly AttemptOutcome[] } {
  const outcomes = readOutcomes(values.get('plan-outcomes') ?? '');
  return outcomes.length > 0 ? { outcomes } : {};
}

function resetIn(values: ReadonlyMap<string, string>): { readonly resetsAt?: string } {
  const value = values.get('plan-resets-at') ?? '';
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value) && !Number.isNaN(Date.parse(value)) ? { resetsAt: value } : {};
}
