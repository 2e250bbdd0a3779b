/** What a conversation with Claude has shown of itself so far, made from its events. */
import type { PlannerEvent } from '../../core/event.ts';

export interface JobView {
  readonly steps: readonly JobStep[];
  readonly costUsd: number | null;
  readonly tokens: number;
}

export type JobStep =
  | { readonly type: 'said'; readonly words: string }
  | { readonly type: 'read'; readonly files: readonly string[] }
  | { readonly type: 'text' | 'thinking'; readonly text: string };

export const NO_JOB: JobView = { steps: [], costUsd: 0, tokens: 0 };

export function takePlanner(view: JobView, event: PlannerEvent): JobView {
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
