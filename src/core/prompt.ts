/** What an agent is told. Pure, so that a test can read it as the agent will. */
import type { GateConfig } from './config.ts';
import type { Plan, Task } from './plan.ts';
import { phaseOf } from './progress.ts';
import { fenced } from './quote.ts';
import type { Failure } from './effect.ts';

/** Characters of a failed attempt's output that the next one gets to see. */
const MAX_FAILURE_CHARS = 8_000;
/** Of the reason of an attempt of an earlier run. */
const MAX_REASON_CHARS = 500;
/** Outcomes that say nothing against the work. */
const CUT_SHORT: ReadonlySet<string> = new Set(['interrupted', 'cancelled', 'rate_limited', 'budget']);
/** Finished tasks named in the prompt, the latest ones. */
const MAX_DONE_TASKS = 40;

export interface PromptInput {
  readonly plan: Plan;
  readonly task: Task;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The gates that will be run, in order. */
  readonly gates: readonly GateConfig[];
  /** Why the attempt before failed; null at the first. */
  readonly failure: Failure | null;
  /** Whether this attempt begins on what the failed one left. */
  readonly keepsWork: boolean;
  /** The attempt of an earlier run on whose work the first one begins; null where there is none. */
  readonly earlier: EarlierAttempt | null;
}

/** An attempt of which nothing is known but what was kept of it. */
export interface EarlierAttempt {
  readonly outcome: string;
  /** One sentence; empty where nobody said. */
  readonly reason: string;
}

/** The prompt for one attempt at one task: Markdown, a few kilobytes. */
export function taskPrompt(input: PromptInput): string {
  const { plan, task } = input;
  const phase = phaseOf(plan, task.id);
  const parts = [
    `# Task: ${task.title}`,
    task.description,
    section('Rules', rules(input)),
    beforeThis(input),
    section(`The plan: ${plan.title}`, plan.description),
    phase === undefined || phase.title === '' ? '' : section(`The phase: ${phase.title}`, phase.description),
    section('Done so far', doneTasks(plan)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A section of a prompt; none where there is nothing in it. */
export function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

function rules({ task, gates }: PromptInput): string {
  const lines = [
    'Work in the current folder and do this task alone. Other tasks of the plan are not yours.',
    'Do not commit, and do not change files in the plans folder: the runner checks the work, ticks the box and commits.',
  ];
  if (task.files !== undefined)
    lines.push(`Change only files that match ${task.files.map((glob) => `\`${glob}\``).join(', ')}; a change elsewhere fails the attempt.`);
  if (!task.allowNoChanges) lines.push('An attempt that changes no file fails.');
  if (gates.length > 0)
    lines.push(
      `These commands must pass afterwards; run them yourself before you finish: ${gates.map((gate) => `\`${gate.run}\` (${gate.name})`).join(', ')}.`,
    );
  return lines.map((line) => `- ${line}`).join('\n');
}

/** What went before this attempt: why the last one failed, or what one of an earlier run has left. Empty where neither is. */
export function beforeThis({ failure, earlier, attempt, maxAttempts, keepsWork }: PromptInput): string {
  if (failure !== null) return section(`Attempt ${attempt} of ${maxAttempts}`, failureText(failure, keepsWork));
  return earlier === null ? '' : section('Work that is there already', earlierText(earlier));
}

function failureText(failure: Failure, keepsWork: boolean): string {
  const tail = failure.tail.slice(-MAX_FAILURE_CHARS).trim();
  const state = keepsWork ? 'What it changed is still in place: mend it.' : 'Its changes were taken back: begin anew.';
  return `The attempt before this one failed (${failure.outcome}): ${failure.reason} ${state}${tail === '' ? '' : `\n\n${fenced(tail)}`}`;
}

function earlierText({ outcome, reason }: EarlierAttempt): string {
  const what = CUT_SHORT.has(outcome) ? 'was cut short' : `failed (${outcome})`;
  const why = reason === '' ? '.' : `: ${reason.slice(0, MAX_REASON_CHARS)}`;
  return `An earlier attempt at this task ${what}${why} What it changed is still in place: look at it (\`git status\`, \`git diff\`) and go on from there.`;
}

/** The latest of the tasks that are done. */
export function doneTasks(plan: Plan): string {
  const done = plan.phases.flatMap((phase) => phase.tasks).filter((task) => task.status === 'completed');
  return done
    .slice(-MAX_DONE_TASKS)
    .map((task) => `- ${task.id}: ${task.title}`)
    .join('\n');
}
