/** A run as its page shows it, made from its events: a reducer, so that what is replayed and what comes live gives the same. */
import type { RunEvent, Usage } from '../../core/event.ts';
import type { GateResult } from '../../core/outcome.ts';

export interface GateView {
  readonly name: string;
  /** Null while it runs. */
  readonly result: GateResult | null;
}

export interface AttemptView {
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly agent: string;
  readonly startedAt: string;
  readonly gates: readonly GateView[];
  readonly usage: Usage | null;
  /** Null while it is under way. */
  readonly outcome: string | null;
  readonly reason: string;
  readonly willRetry: boolean;
  readonly files: readonly string[];
}

export interface RunView {
  readonly attempts: Readonly<Record<string, AttemptView>>;
  readonly running: readonly string[];
  /** By this run, in their order. */
  readonly completed: readonly { readonly task: string; readonly commit: string; readonly files: readonly string[]; readonly at: string }[];
  readonly notes: readonly { readonly at: string; readonly task: string | null; readonly text: string }[];
  readonly end: { readonly type: 'paused' | 'completed' | 'failed'; readonly reason: string; readonly detail: string } | null;
  /** What it has cost so far; null as soon as a part of it is unknown. */
  readonly costUsd: number | null;
  /** Somebody has asked for a pause, which comes when what runs is done. */
  readonly willPause: boolean;
  /** The `seq` of the last event. */
  readonly seq: number;
}

export const NO_RUN: RunView = { attempts: {}, running: [], completed: [], notes: [], end: null, costUsd: 0, willPause: false, seq: 0 };

const UNTOLD = { gates: [], usage: null, outcome: null, reason: '', willRetry: false, files: [] } as const;

/** An event as it is told: `seq` is null for output, which is not counted. */
export interface Happened {
  readonly seq: number | null;
  readonly at: string;
  readonly event: RunEvent;
}

/** Notes that are kept. */
const MAX_NOTES = 100;

/** Takes events in their order. What has been taken already changes nothing. */
export function takeEvents(view: RunView, list: readonly Happened[]): RunView {
  // One copy of the attempts for all of them: a run of a thousand tasks has ten thousand events, and each would copy a thousand attempts.
  const own: OwnView = { ...view, attempts: { ...view.attempts } };
  let now = own;
  for (const { event, seq, at } of list) {
    if (seq !== null && seq <= now.seq) continue;
    const next = withEvent(now, event, at);
    now = seq === null ? next : { ...next, seq };
  }
  return now === own ? view : now;
}

/** One whose attempts are nobody else's, and are changed in place. */
type OwnView = Omit<RunView, 'attempts'> & { readonly attempts: Record<string, AttemptView> };

function withEvent(view: OwnView, event: RunEvent, at: string): OwnView {
  switch (event.type) {
    case 'attempt-started': {
      const { task, attempt, maxAttempts, agent } = event;
      view.attempts[task] = { ...UNTOLD, attempt, maxAttempts, agent, startedAt: at };
      return { ...view, running: [...view.running.filter((one) => one !== task), task] };
    }
    case 'agent-usage':
    case 'agent-finished':
      return withUsage(view, event.task, event.usage);
    case 'message-asked':
      return { ...view, costUsd: added(view.costUsd, event.usage, 0) };
    case 'gate-started':
      return withAttempt(view, event.task, ({ gates }) => ({
        gates: [...gates.filter(({ name }) => name !== event.gate), { name: event.gate, result: null }],
      }));
    case 'gate-finished':
      return withAttempt(view, event.task, ({ gates }) => ({
        gates: [...gates.filter(({ name }) => name !== event.gate.name), { name: event.gate.name, result: event.gate }],
      }));
    case 'attempt-finished': {
      const { task, outcome, reason, willRetry, files, gates } = event;
      const results = gates.map((result) => ({ name: result.name, result }));
      const ended = withAttempt(view, task, () => ({ outcome, reason, willRetry, files, gates: results }));
      return outcome === 'passed' ? ended : { ...ended, running: ended.running.filter((one) => one !== task) };
    }
    case 'task-completed': {
      const { task, commit, files } = event;
      return {
        ...withAttempt(view, task, () => ({ outcome: 'passed' })),
        running: view.running.filter((one) => one !== task),
        completed: [...view.completed.filter((one) => one.task !== task), { task, commit, files, at }],
      };
    }
    case 'task-failed':
      return { ...view, running: view.running.filter((one) => one !== event.task) };
    case 'note':
      return { ...view, notes: [...view.notes, { at, task: event.task, text: event.text }].slice(-MAX_NOTES) };
    case 'pause-requested':
    case 'pause-withdrawn':
      return { ...view, willPause: event.type === 'pause-requested' };
    case 'run-paused':
      return { ...view, running: [], end: { type: 'paused', reason: event.reason, detail: event.detail } };
    case 'run-completed':
      return { ...view, running: [], end: { type: 'completed', reason: '', detail: '' } };
    case 'run-failed':
      return { ...view, running: [], end: { type: 'failed', reason: event.reason, detail: '' } };
    case 'run-started':
    case 'phase-started':
    case 'phase-completed':
    case 'task-started':
    case 'agent-output':
    case 'gate-output':
    case 'plan-edited':
    case 'cancel-requested':
      return view;
  }
}

function withAttempt(view: OwnView, task: string, change: (attempt: AttemptView) => Partial<AttemptView>): OwnView {
  const attempt = view.attempts[task];
  if (attempt === undefined) return view;
  view.attempts[task] = { ...attempt, ...change(attempt) };
  return { ...view };
}

/** What an attempt has used so far is told again and again, and in the end once more. */
function withUsage(view: OwnView, task: string, usage: Usage | null): OwnView {
  const before = view.attempts[task]?.usage?.costUsd ?? 0;
  return { ...withAttempt(view, task, (attempt) => ({ usage: usage ?? attempt.usage })), costUsd: added(view.costUsd, usage, before) };
}

function added(costUsd: number | null, usage: Usage | null, before: number): number | null {
  if (usage === null || costUsd === null) return costUsd;
  return usage.costUsd === null ? null : costUsd + usage.costUsd - before;
}
