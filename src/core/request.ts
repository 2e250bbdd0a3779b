/**
 * What a person says of a plan that is run on another machine, and what its runner answers: each stands in the message of a commit that a ref
 * of the shared remote points to. It is read from a place that others can write to, so that nothing in it counts but what is checked here.
 */
import type { PlanStatus } from './plan.ts';

/** A person's word on a plan or a task. */
export type Word =
  | { readonly type: 'pause'; readonly now: boolean }
  | { readonly type: 'resume' | 'cancel' }
  | { readonly type: 'approve'; readonly task: string }
  /** `keepFiles`: what its last attempt left stays in the checkout. */
  | { readonly type: 'skip'; readonly task: string; readonly keepFiles?: boolean }
  | { readonly type: 'retry'; readonly task: string; readonly fromBase: boolean };

export interface Request {
  readonly plan: string;
  /** The run that is meant: another one does not heed it. */
  readonly run: string;
  /** Who asks: a process and its host. */
  readonly by: string;
  readonly word: Word;
}

export interface Answer {
  readonly plan: string;
  /** The id of the request's commit. */
  readonly request: string;
  /** Why it was not done, a sentence; null where it was. */
  readonly refused: string | null;
  /** How the plan stands there after it; null where it was refused. */
  readonly status: PlanStatus | null;
}

/** Longest message that is read, and longest reason in it. Characters. */
const MAX_MESSAGE_CHARS = 8_192;
const MAX_REASON_CHARS = 2_000;
const STATUSES: readonly PlanStatus[] = ['draft', 'ready', 'running', 'paused', 'completed', 'failed'];

export function formatRequest({ plan, run, by, word }: Request): string {
  const task = 'task' in word ? [`Plan-Task: ${word.task}`] : [];
  const how = word.type === 'pause' && word.now ? ['Plan-Request-Option: now'] : [];
  const from = word.type === 'retry' && word.fromBase ? ['Plan-Request-Option: from-base'] : [];
  const keep = word.type === 'skip' && word.keepFiles === true ? ['Plan-Request-Option: keep-files'] : [];
  const lines = [`Plan: ${plan}`, `Plan-Request: ${word.type}`, ...task, ...how, ...from, ...keep];
  return `${plan}: ${word.type}, please\n\n${[...lines, `Plan-Request-Run: ${run}`, `Plan-Request-By: ${by}`].join('\n')}\n`;
}

/** What a request's message says; null where it is none. */
export function readRequest(message: string): Request | null {
  const value = valuesOf(message);
  const word = readWord(value('Plan-Request'), value('Plan-Task'), value('Plan-Request-Option'));
  const [plan, run, by] = [value('Plan'), value('Plan-Request-Run'), value('Plan-Request-By')];
  return word === null || plan === '' || run === '' || by === '' ? null : { plan, run, by, word };
}

function readWord(type: string, task: string, option: string): Word | null {
  switch (type) {
    case 'pause':
      return { type, now: option === 'now' };
    case 'resume':
    case 'cancel':
      return { type };
    case 'approve':
      return task === '' ? null : { type, task };
    case 'skip':
      if (task === '') return null;
      return option === 'keep-files' ? { type, task, keepFiles: true } : { type, task };
    case 'retry':
      return task === '' ? null : { type, task, fromBase: option === 'from-base' };
    default:
      return null;
  }
}

export function formatAnswer({ plan, request, refused, status }: Answer): string {
  const reason = refused === null ? 'done' : `refused: ${refused.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON_CHARS)}`;
  return `${plan}: an answer\n\nPlan: ${plan}\nPlan-Request-Id: ${request}\nPlan-Answer: ${reason}\n${status === null ? '' : `Plan-Status: ${status}\n`}`;
}

/** What an answer's message says; null where it is none. */
export function readAnswer(message: string): Answer | null {
  const value = valuesOf(message);
  const [, said, , reason = ''] = /^(done|refused)(: (.*))?$/.exec(value('Plan-Answer')) ?? [];
  const request = value('Plan-Request-Id');
  return said === undefined || request === ''
    ? null
    : {
        plan: value('Plan'),
        request,
        refused: said === 'done' ? null : reason,
        status: STATUSES.find((each) => each === value('Plan-Status')) ?? null,
      };
}

function valuesOf(message: string): (key: string) => string {
  const lines = message.slice(0, MAX_MESSAGE_CHARS).split('\n');
  return (key) => lines.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2) ?? '';
}
