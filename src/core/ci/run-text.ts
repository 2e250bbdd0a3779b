/** What a job that has carried a plan out says in its summary. */
import { inlineText } from '../markdown-text.ts';
import type { RunSummary } from '../summary.ts';
import { pauseWords } from './pull-text.ts';

/** Markdown for the summary of the step. */
export function runText(summary: RunSummary): string {
  const { title, closedTasks, totalTasks, completedTasks, commits } = summary;
  return [
    `### ${inlineText(title)}: ${endWords(summary)}`,
    '',
    `${closedTasks} of ${totalTasks} tasks are closed; this run did ${completedTasks}, in ${commits} commits.`,
    '',
    ...howToGoOn(summary),
    '',
  ].join('\n');
}

function endWords({ end }: RunSummary): string {
  switch (end.type) {
    case 'completed':
      return 'completed';
    case 'done':
      return 'done';
    case 'failed':
      return 'failed';
    case 'paused':
      return 'paused';
  }
}

function howToGoOn({ end, toCommit }: RunSummary): readonly string[] {
  switch (end.type) {
    case 'completed':
    case 'done':
      return [];
    case 'failed':
      return [inlineText(end.reason)];
    case 'paused': {
      const { reason, task, detail, resetsAt = null } = end;
      const why = detail === '' ? [] : [inlineText(detail), ''];
      return [...why, pauseWords(reason, { task, head: (toCommit ?? '').slice(0, 12), resetsAt })];
    }
  }
}
