/** What a conversation with Claude has shown of itself so far, made from its events. */
import type { PlannerEvent } from '../../core/event.ts';
import type { JobEvents } from '../api/shapes.ts';

interface JobView {
  readonly steps: readonly JobStep[];
  readonly costUsd: number | null;
  readonly tokens: number;
}

export type JobStep =
  | { readonly type: 'said'; readonly words: string }
  | { readonly type: 'read'; readonly files: readonly string[] }
  | { readonly type: 'text' | 'thinking'; readonly text: string };

const NO_JOB: JobView = { steps: [], costUsd: 0, tokens: 0 };

/** A job as it is followed: what was said before the page was there comes with one answer, the rest as it happens, and neither waits for the other. */
export interface JobFollowed {
  readonly view: JobView;
  /** Of the last event that the view has. */
  readonly seq: number;
  /** What was heard of while something before it is missing; in order. */
  readonly later: readonly JobHeard[];
}

interface JobHeard {
  readonly seq: number;
  readonly event: PlannerEvent;
}

export const NOT_HEARD: JobFollowed = { view: NO_JOB, seq: 0, later: [] };

/** Takes what is heard, or all that has been said so far. */
export function followJob(job: JobFollowed, { heard, said }: { readonly heard?: JobHeard; readonly said?: JobEvents }): JobFollowed {
  if (said !== undefined) {
    if (said.seq <= job.seq) return job;
    const view = said.events.reduce((made, { event }) => takePlanner(made, event), NO_JOB);
    return caughtUp({ view, seq: said.seq, later: job.later });
  }
  if (heard === undefined || heard.seq <= job.seq) return job;
  return caughtUp({ ...job, later: [...job.later, heard] });
}

/** With what follows without a gap. */
function caughtUp({ view, seq, later }: JobFollowed): JobFollowed {
  let [now, last] = [view, seq];
  let at = 0;
  for (; at < later.length; at += 1) {
    const next = later[at];
    if (next === undefined || next.seq > last + 1) break;
    if (next.seq === last + 1) [now, last] = [takePlanner(now, next.event), next.seq];
  }
  return { view: now, seq: last, later: later.slice(at) };
}

function takePlanner(view: JobView, event: PlannerEvent): JobView {
  const last = view.steps.at(-1);
  const add = (step: JobStep): JobView => ({ ...view, steps: [...view.steps, step] });
  const replace = (step: JobStep): JobView => ({ ...view, steps: [...view.steps.slice(0, -1), step] });
  switch (event.type) {
    case 'planner-started':
      return add({ type: 'said', words: `Asks ${event.model}.` });
    case 'repository-read':
      return last?.type === 'read'
        ? replace({ type: 'read', files: [...last.files, event.detail] })
        : add({ type: 'read', files: [event.detail] });
    case 'planner-output': {
      const type = event.stream;
      return last?.type === type ? replace({ type, text: last.text + event.text }) : add({ type, text: event.text });
    }
    case 'planner-usage': {
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = event.usage;
      const cost = view.costUsd === null || costUsd === null ? null : view.costUsd + costUsd;
      return { ...view, costUsd: cost, tokens: view.tokens + inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens };
    }
    case 'answer-rejected':
      return add({
        type: 'said',
        words: `The answer could not be used: ${event.problems.join(' ')}${event.willRetry ? ' It is asked again.' : ''}`,
      });
    case 'plan-drafted':
      return add({ type: 'said', words: `Has drafted “${event.title}”: ${event.phases} phases, ${event.tasks} tasks.` });
    case 'plan-generated':
      return add({ type: 'said', words: `Has written ${event.file}.` });
    case 'plan-reviewed':
      return add({ type: 'said', words: `Has made ${event.suggestions.length} suggestions.` });
    case 'note':
      return add({ type: 'said', words: event.text });
    case 'planner-stopped':
      return add({ type: 'said', words: event.reason });
  }
}
