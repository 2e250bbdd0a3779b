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

/** Notes that are kept. */
const MAX_NOTES = 100;

/** Takes one event. What has been taken already changes nothing. */
export function takeEvent(view: RunView, event: RunEvent, { seq, at }: { readonly seq: number | null; readonly at: string }): RunView {
  if (seq !== null && seq <= view.seq) return view;
  const next = withEvent(view, event, at);
  return seq === null ? next : { ...next, seq };
}

function withEvent(view: RunView, event: RunEvent, at: string): RunView {
  switch (event.type) {
    case 'attempt-started': {
      const { task, attempt, maxAttempts, agent } = event;
      const started = { ...UNTOLD, attempt, maxAttempts, agent, startedAt: at };
      return { ...view, attempts: { ...view.attempts, [task]: started }, running: [...view.running.filter((one) => one !== task), task] };
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

function withAttempt(view: RunView, task: string, change: (attempt: AttemptView) => Partial<AttemptView>): RunView {
  const attempt = view.attempts[task];
  if (attempt === undefined) return view;
  return { ...view, attempts: { ...view.attempts, [task]: { ...attempt, ...change(attempt) } } };
}

/** What an attempt has used so far is told again and again, and in the end once more. */
function withUsage(view: RunView, task: string, usage: Usage | null): RunView {
  const before = view.attempts[task]?.usage?.costUsd ?? 0;
  return { ...withAttempt(view, task, (attempt) => ({ usage: usage ?? attempt.usage })), costUsd: added(view.costUsd, usage, before) };
}

function added(costUsd: number | null, usage: Usage | null, before: number): number | null {
  if (usage === null || costUsd === null) return costUsd;
  return usage.costUsd === null ? null : costUsd + usage.costUsd - before;
}
