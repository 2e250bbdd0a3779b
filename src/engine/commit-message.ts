/** A task's commit message by Claude, where the config asks for one. Whatever goes wrong with it, the task lands, with the plan's own words. */
import { spendingOf } from '../core/budget.ts';
import { COMMIT_MESSAGE_SYSTEM, commitMessageOf, CommitMessageAnswer, commitMessagePrompt } from '../core/commit-message.ts';
import type { Usage } from '../core/event.ts';
import { readTrailers } from '../core/trailer.ts';
import { withCost } from '../core/unrecorded.ts';
import { note, taskOf, workOf, writeJournal, type MessageSource, type RunContext, type TaskWork } from './context.ts';
import { versionsOf } from './vetting.ts';

/** Of one message. Milliseconds. */
const TIMEOUT_MS = 60_000;
/** Tokens of the answer, thoughts included. */
const MAX_TOKENS = 4_000;
/** Earlier commits that are looked at, and those whose subjects show the style. */
const MAX_COMMITS = 60;
const MAX_SUBJECTS = 12;

/** Writes the message of a task whose gates have passed, and counts what that costs as the task's. */
export async function writeMessage(context: RunContext, step: { readonly task: string; readonly attempt: number }): Promise<void> {
  const { config } = context.workspace;
  const work = workOf(context, step.task);
  work.message = null;
  if (config.commit.message !== 'claude' || work.paths.length === 0) return;
  const source = (context.messages ??= await openSource(context));
  if ('given' in source) return;
  const { openConversation } = await import('../adapters/claude/conversation.ts');
  const conversation = openConversation(source.claude, {
    system: COMMIT_MESSAGE_SYSTEM,
    model: config.commit.model,
    maxTokens: MAX_TOKENS,
    prices: config.prices,
  });
  const signal = AbortSignal.any([context.abort.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const prompt = context.redaction.text(await promptFor(context, step.task, work));
  const answer = await conversation.ask({ prompt, answer: CommitMessageAnswer, signal });
  count(context, step, work, conversation.usage());
  if (answer.type === 'answered') {
    work.message = commitMessageOf(answer.value);
    return;
  }
  const { kind, message } = answer.failure;
  if (kind === 'auth' || kind === 'spend' || kind === 'bad-request') context.messages = { given: 'up' };
  if (kind !== 'aborted' || !context.abort.signal.aborted) plainly(context, step.task, message);
}

async function openSource(context: RunContext): Promise<MessageSource> {
  const { openClaude } = await import('../adapters/claude/client.ts');
  const opened = await openClaude(context.workspace.config.claude, context.env);
  if (opened.type === 'claude') return opened;
  plainly(context, null, opened.message);
  return { given: 'up' };
}

function plainly(context: RunContext, task: string | null, why: string): void {
  note(context, task, `The commit has the plan's own words, as Claude could not write its message: ${why}`);
}

async function promptFor(context: RunContext, id: string, { place, paths }: TaskWork): Promise<string> {
  const task = taskOf(context, id);
  const files = await versionsOf(context.workspace.git, place.root, paths, place.slot?.base ?? context.head.commit);
  const commits = await context.workspace.git.log({ limit: MAX_COMMITS });
  // The style is that of people: what runs have written would only be copied.
  const subjects = commits.filter(({ trailers }) => readTrailers(trailers) === null).map(({ subject }) => subject);
  return commitMessagePrompt({ title: task.title, description: task.description, subjects: subjects.slice(0, MAX_SUBJECTS), files });
}

/** Where nobody knows what the agent itself has cost, what all has cost stays unknown. */
function count(
  context: RunContext,
  { task, attempt }: { readonly task: string; readonly attempt: number },
  work: TaskWork,
  usage: Usage,
): void {
  const spending = spendingOf(usage);
  if (spending.tokens === 0) return;
  const isFree = taskOf(context, task).run !== undefined;
  const whole = isFree || work.usage !== null ? spending : { ...spending, unpriced: spending.tokens };
  context.unrecorded.set(task, withCost(context.unrecorded.get(task), whole));
  if (isFree || work.usage !== null) {
    work.usage = work.usage === null ? usage : sum(work.usage, usage);
    writeJournal(context);
  }
  context.post({ type: 'message-asked', task, attempt, usage });
}

function sum(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}
