/** What a run in a job has around it: its progress in the log, without secrets and without a word to the runner, and a signal that pauses it. */
import { randomUUID } from 'node:crypto';
import type { PublishedEvent } from '../../core/event.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import type { CommandContext, Output } from '../context.ts';
import { feedProgress, jsonProgress } from '../terminal/feed.ts';

/** What a run is given. */
interface Running {
  readonly publish: (event: PublishedEvent) => void;
  readonly control: (pause: (now: boolean) => void) => void;
}

/** Shows a run for the length of `work`. `env` has the keys that must not be shown. */
export async function showRun<T>(context: CommandContext, env: CommandContext['env'], work: (running: Running) => Promise<T>): Promise<T> {
  const out = redacted(context.out, env);
  // What agents and gates print could else speak to the runner: `::add-mask::`, `::error::`.
  const resume = stopCommands(context);
  const progress = context.json ? jsonProgress(out) : feedProgress(out, context.quiet);
  let pause: ((now: boolean) => void) | undefined;
  // A job that is cancelled gets SIGINT, 7.5 s later SIGTERM, and 2.5 s after that its end: nothing can wait for a task.
  const stopListening = context.onSignal(() => pause?.(true));
  try {
    return await work({ publish: (event) => progress.event(event), control: (given) => (pause = given) });
  } finally {
    progress.end();
    stopListening();
    resume();
  }
}

function redacted(out: Output, env: CommandContext['env']): Output {
  const redaction = redactionOf(secretsOf(env, []));
  return {
    ...out,
    write: (text) => out.write(redaction.text(text)),
    size: () => out.size(),
    onResize: (listener) => out.onResize(listener),
  };
}

/** Tells the runner to take lines for what they are; returns what ends that. */
function stopCommands({ env, out, json }: CommandContext): () => void {
  if (env['GITHUB_ACTIONS'] !== 'true' || json) return () => {};
  const word = randomUUID();
  out.write(`::stop-commands::${word}\n`);
  return () => out.write(`::${word}::\n`);
}
