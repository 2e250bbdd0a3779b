/** `plans logs --follow`: an attempt's output and then its gates', as they come, until the attempt has ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { GrowingFile } from '../adapters/files/follow.ts';
import { isRunning, isUnderWay, refreshedLogs, type AttemptLogs } from '../engine/attempt-logs.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type CommandContext, type ExitCode } from './context.ts';
import { headLines } from './logs.ts';
import { paintLines, s } from './terminal/line.ts';
import { oneLine, outputLines } from './terminal/text.ts';

/** Files are looked at again after so long: a change that a watcher would miss is seen all the same. Milliseconds. */
const LOOK_MS = 150;

/**
 * Prints what comes, and ends when the attempt has ended or a signal comes. An attempt that has not begun is waited for while a runner is at
 * work on `plan`.
 */
export async function follow(
  context: CommandContext,
  workspace: Workspace,
  choose: () => Promise<AttemptLogs | CommandError>,
  plan: string | null,
): Promise<ExitCode> {
  const stop = new AbortController();
  const stopListening = context.onSignal(() => stop.abort());
  try {
    let found = await choose();
    while (found instanceof CommandError && isRunning(workspace, plan) && !stop.signal.aborted) {
      await delay(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {});
      found = await choose();
    }
    if (!(found instanceof CommandError)) await print(context, workspace, found, stop.signal);
    else if (!stop.signal.aborted) throw found;
    return EXIT.done;
  } finally {
    stopListening();
  }
}

async function print(context: CommandContext, workspace: Workspace, found: AttemptLogs, stop: AbortSignal): Promise<void> {
  const printer = new Printer(context);
  if (!context.json) context.out.write(paintLines([...headLines({ ...found, record: begun(found.record) }), []], context.out.color));
  let logs = found;
  for (;;) {
    // Asked before the files are read: what is written until the end is read too.
    const ended = !isUnderWay(workspace, logs);
    logs = refreshedLogs(workspace, logs);
    if (logs.output !== null) printer.read(null, logs.output);
    for (const { name, path } of logs.gates) printer.read(name, path);
    if (ended || stop.aborted) break;
    await delay(LOOK_MS, undefined, { signal: stop }).catch(() => {});
  }
  printer.end(logs, stop.aborted);
}

/** An attempt as it was when it began: how it went is said at its end. */
function begun(record: AttemptLogs['record']): AttemptLogs['record'] {
  return record === null
    ? null
    : { ...record, outcome: null, reason: null, durationMs: null, tokens: null, costUsd: null, commitSha: null };
}

/** Text for people, or a line of JSON for each piece. */
class Printer {
  readonly #context: CommandContext;
  readonly #files = new Map<string, GrowingFile>();
  /** Of a line whose end has not come yet, by source. */
  readonly #rests = new Map<string, string>();
  #source: string | null = null;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** Prints what has been added to the agent's output (null) or a gate's log. */
  read(gate: string | null, path: string): void {
    const file = this.#files.get(path) ?? new GrowingFile(path);
    this.#files.set(path, file);
    const text = file.read();
    if (text === '') return;
    const { out, json } = this.#context;
    if (json) {
      out.write(`${JSON.stringify(gate === null ? { type: 'output', text } : { type: 'gate-output', gate, text })}\n`);
      return;
    }
    if (gate !== this.#source && gate !== null) {
      this.#flush();
      out.write(paintLines([[], [s(oneLine(gate), 'bold')]], out.color));
    }
    this.#source = gate;
    const lines = ((this.#rests.get(path) ?? '') + text).split('\n');
    this.#rests.set(path, lines.pop() ?? '');
    if (lines.length > 0)
      out.write(
        paintLines(
          lines.flatMap((line) => outputLines(line)).map((line) => [s(line)]),
          out.color,
        ),
      );
  }

  end(logs: AttemptLogs, stopped: boolean): void {
    const { out, json } = this.#context;
    const { outcome = null, reason = null } = logs.record ?? {};
    if (json) {
      out.write(`${JSON.stringify({ type: 'end', outcome, reason })}\n`);
      return;
    }
    this.#flush();
    if (!stopped) out.write(paintLines([[], ...headLines(logs)], out.color));
  }

  #flush(): void {
    const rests = [...this.#rests.values()].filter((rest) => rest !== '');
    this.#rests.clear();
    this.#context.out.write(
      paintLines(
        rests.flatMap((rest) => outputLines(rest)).map((line) => [s(line)]),
        this.#context.out.color,
      ),
    );
  }
}
