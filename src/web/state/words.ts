/** Words and figures for people, made in one place. */
import type { Outcome, PauseReason } from '../../core/outcome.ts';
import type { PlanStatus } from '../api/shapes.ts';

export type BadgeKind = PlanStatus | 'invalid' | 'pending' | 'skipped';

export const STATUS_WORDS: Readonly<Record<BadgeKind, string>> = {
  draft: 'Draft',
  ready: 'Ready',
  running: 'Running',
  paused: 'Paused',
  completed: 'Completed',
  failed: 'Failed',
  invalid: 'Has errors',
  pending: 'Pending',
  skipped: 'Skipped',
};

const PAUSES: Readonly<Record<PauseReason, string>> = {
  phase_complete: 'A phase is done; look at it before the next begins',
  manual_approval_required: 'A task waits for your approval',
  task_failed: 'A task failed',
  human_task: 'The next task is a person’s',
  budget: 'The budget is spent',
  rate_limited: 'Waits until a rate limit resets',
  requested: 'Paused on request',
  plan_invalid: 'The plan has errors',
  conflict: 'A conflict needs a decision',
  remote: 'The remote branch is in the way',
  reopened: 'There is work again in a completed plan',
};

/** Why a plan waits. */
export function pauseWords(reason: string | null): string | null {
  if (reason === null) return null;
  return reason in PAUSES ? PAUSES[reason as PauseReason] : reason.replaceAll('_', ' ');
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  gate_failed: 'a gate failed',
  no_changes: 'changed nothing',
  files_violation: 'changed files that it may not',
  agent_failed: 'the agent failed',
  denied: 'was denied what it needs',
  refused: 'the model refused',
  timeout_idle: 'went silent',
  timeout_wall: 'took too long',
  rate_limited: 'hit a rate limit',
  budget: 'spent its budget',
  auth: 'could not sign in',
  setup_failed: 'its setup failed',
  conflict: 'ran into a conflict',
  hook_failed: 'a git hook refused',
  cancelled: 'was cancelled',
  interrupted: 'was interrupted',
};

/** How an attempt ended. */
export function outcomeWords(outcome: string): string {
  return outcome in OUTCOMES ? OUTCOMES[outcome as Outcome] : outcome.replaceAll('_', ' ');
}

/** How a run ended: with its last event, or without. */
export function runWords(live: boolean, outcome: string | null): string {
  if (live) return 'runs';
  if (outcome === null || outcome === 'broken') return 'broke off';
  return outcome.replaceAll('_', ' ');
}

/** What a task's `error` says, its typed reason as words. */
export function errorWords(error: string | null): string {
  const [, outcome, rest] = /^([a-z_]+): (.*)$/s.exec(error ?? '') ?? [];
  if (outcome === undefined || !(outcome in OUTCOMES)) return error ?? '';
  return rest === undefined || rest === '' ? `It ${outcomeWords(outcome)}.` : rest;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, roughly; a date once it is a month. */
export function ageOf(time: string, now: number): string {
  const then = Date.parse(time);
  const passed = now - then;
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  if (passed < 2 * DAY) return 'yesterday';
  if (passed < 30 * DAY) return `${Math.floor(passed / DAY)} days ago`;
  return new Date(then).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** A duration with its two largest units: `1 h 4 min`, `3 min 20 s`, `4.2 s`. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

/** A duration that goes on, in whole seconds. */
export function elapsedOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 10 ? `${seconds} s` : durationOf(seconds * 1000);
}

/** US dollars: cents below a hundred, a tenth of one below a cent; null is not known, which is not nothing. */
export function costOf(usd: number | null): string {
  if (usd === null) return 'unknown';
  if (usd === 0) return '$0';
  if (usd < 0.001) return '< $0.001';
  return usd < 0.1 ? `$${usd.toFixed(3)}` : `$${usd.toFixed(2)}`;
}

/** `1 task`, `2 tasks`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
