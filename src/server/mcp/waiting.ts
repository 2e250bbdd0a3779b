/** What takes longer than a call: runs and reviews, and how long a call waits for their ends. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Execution, Job } from '../shape.ts';
import { Refused, type Ask } from './ask.ts';
import { SHOWN, suggestionLine } from './shown.ts';
import type { Host } from './tool.ts';

/** Less than the minute after which many clients give a call up, and what those may ask for that wait longer. */
export const WAIT_SECONDS = { standard: 45, most: 600 } as const;
/** Whether a run goes on is looked at so often. Milliseconds. */
const LOOK_MS = 400;

/** Of a tool's input. */
export function waitSeconds(standard: number) {
  return z.int().min(0).max(WAIT_SECONDS.most).default(standard);
}

export const JobLine = z
  .object({
    jobId: z.string(),
    status: z.enum(['running', 'completed', 'failed', 'cancelled']),
    planId: z.string().optional(),
    assessment: z.string().optional().describe('Claude’s words on the plan.'),
    suggestions: z.array(SHOWN.SuggestionLine).optional().describe('Those that are new. plans_show has them too.'),
    problems: z.array(z.string()).optional().describe('Why others of the answer were left out.'),
    notCommitted: z.string().optional().describe('Why the suggestions are in no commit.'),
    costUsd: z.number().optional(),
    taskId: z.string().optional().describe('Of a task that was marked as done: its gates have passed.'),
    commit: z.string().optional(),
  })
  .meta({ id: 'JobLine' });

/** A job; where it failed, its problem is thrown. */
export function jobLine({ id, status, planId, result, problem }: Job): z.infer<typeof JobLine> {
  if (problem !== null) throw new Refused(problem);
  const review = result !== null && 'assessment' in result ? result : null;
  const usage = result !== null && 'usage' in result ? result.usage : null;
  return {
    jobId: id,
    status,
    ...(planId === null ? {} : { planId }),
    ...(review === null ? {} : { assessment: review.assessment, suggestions: review.suggestions.map(suggestionLine) }),
    ...(review === null || review.problems.length === 0 ? {} : { problems: review.problems }),
    ...(review === null || review.reason === '' ? {} : { notCommitted: review.reason }),
    ...(usage === null || usage.costUsd === null ? {} : { costUsd: usage.costUsd }),
    ...(result !== null && 'taskId' in result ? { taskId: result.taskId, commit: result.commit } : {}),
  };
}

/** Waits for a job's end, or until nobody waits any more. */
export async function untilJobEnds({ jobs }: Pick<Host, 'jobs'>, id: string, seconds: number, signal: AbortSignal): Promise<void> {
  const waited = new AbortController();
  const timer = delay(seconds * 1000, undefined, { signal: AbortSignal.any([signal, waited.signal]) }).catch(() => {});
  await Promise.race([jobs.ended(id), timer]);
  waited.abort();
}

/** Waits until no run of the plan is under way on this machine, or until nobody waits any more. */
export async function untilRunEnds(ask: Ask, planId: string, seconds: number, signal: AbortSignal): Promise<void> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until && !signal.aborted) {
    const { executions } = (await ask('GET', ['executions'], { query: { planId, live: 'true' } })) as { executions: Execution[] };
    if (executions.length === 0) return;
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}
