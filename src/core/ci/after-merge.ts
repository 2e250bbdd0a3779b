/** What will happen once a change is merged, in words: which plans run, in what order, where they pause, what it costs. */
import type { PlanDiff } from '../diff-record.ts';
import { forecastWords } from '../diff-words.ts';
import { plural } from '../diff-markdown.ts';
import { inlineCode, inlineText } from '../markdown-text.ts';
import type { PauseReason } from '../outcome.ts';
import type { Outlook, PullRequestReview, Step } from './review-record.ts';

/** In one phrase for the head of the page; nothing where no plan runs. */
export function afterMergeWords({ outlooks }: PullRequestReview): string[] {
  const running = outlooks.filter(({ outcome }) => outcome === 'runs').length;
  return running === 0 ? [] : [`▶️ **${plural(running, 'plan')}** ${running === 1 ? 'runs' : 'run'} after the merge`];
}

/** Those that run come first, in the order in which they are taken. */
export function afterMergeLines({ diff, outlooks }: PullRequestReview): string[] {
  const all = outlooks.flatMap((outlook, index) => {
    const plan = diff.plans[index];
    return plan === undefined ? [] : [{ outlook, plan }];
  });
  const runs = all.filter(({ outlook }) => outlook.outcome === 'runs');
  const rest = all.filter(({ outlook }) => outlook.outcome !== 'runs');
  return [
    ...runs.flatMap(({ outlook, plan }, index) => [`${index + 1}. ${planLine(outlook, plan)}`, ...stepLines(outlook)]),
    ...(runs.length > 0 && rest.length > 0 ? [''] : []),
    ...rest.map(({ outlook, plan }) => `- ${planLine(outlook, plan)}`),
  ];
}

function planLine(outlook: Outlook, plan: PlanDiff): string {
  const version = plan.after ?? plan.before;
  return `**${inlineText(version?.title ?? '')}** ${inlineCode(outlook.plan)} ${outcomeWords(outlook, plan)}`;
}

function outcomeWords(outlook: Outlook, plan: PlanDiff): string {
  switch (outlook.outcome) {
    case 'runs': {
      const ceiling = outlook.ceilingUsd === null ? '' : `, $${outlook.ceilingUsd.toFixed(2)} at most`;
      return `runs: ${forecastWords(plan)?.after ?? plural(tasksIn(outlook), 'task')}${ceiling}`;
    }
    case 'draft':
      return 'is a draft: nothing runs it until its status is `ready`';
    case 'waits':
      return plan.after?.status === 'running'
        ? 'says that it runs elsewhere: nothing begins'
        : `is ${plan.after?.status ?? 'paused'}, and waits for a person's word`;
    case 'done':
      return 'is completed: nothing runs';
    case 'given-up':
      return 'was given up: nothing runs';
    case 'invalid':
      return 'has errors: nothing runs until they are mended';
    case 'removed':
      return 'is gone: nothing runs';
  }
}

const tasksIn = ({ steps, more }: Outlook): number => steps.filter(({ type }) => type === 'task').length + more;

function stepLines({ steps, more }: Outlook): string[] {
  let number = 0;
  return [
    ...steps.map((step) => (step.type === 'task' ? `   ${(number += 1)}. ${taskText(step)}` : `   - ⏸ ${pauseText(step)}`)),
    ...(more === 0 ? [] : [`   - … and ${plural(more, 'step')} more`]),
  ];
}

function taskText({ task, title, agent, run, gates }: Extract<Step, { type: 'task' }>): string {
  const who = run === null ? (agent === null ? [] : [inlineText(agent)]) : [`runs ${inlineCode(run)}`];
  const checked = gates === null ? [] : [gates.length === 0 ? '**no gates**' : `gates ${gates.map(inlineCode).join(', ')}`];
  return [`${inlineText(title)} ${inlineCode(task)}`, ...who, ...checked].join(' · ');
}

function pauseText({ reason, phase, task }: Extract<Step, { type: 'pause' }>): string {
  const named = task === null ? 'a task' : inlineCode(task);
  return `pauses${pauseWords(reason, named, phase === '' ? 'the first phase' : `“${inlineText(phase)}”`)}`;
}

function pauseWords(reason: PauseReason, task: string, phase: string): string {
  switch (reason) {
    case 'phase_complete':
      return ` after ${phase}, for a look`;
    case 'manual_approval_required':
      return `: ${task} waits for your word (${phase} is manual)`;
    case 'human_task':
      return `: ${task} is for a person`;
    case 'task_failed':
      return `: ${task} has failed before, and waits for a retry`;
    case 'budget':
    case 'rate_limited':
    case 'requested':
    case 'plan_invalid':
    case 'conflict':
    case 'remote':
    case 'reopened':
      // None of these can be foreseen.
      return '';
  }
}
