/** The real process as a command's world. */
import { fstatSync } from 'node:fs';
import { ownRedaction } from '../adapters/redact.ts';
import type { CommandContext, Output, Programs } from './context.ts';

type Process = typeof process;

/** Rows and columns where the output is no terminal. */
const NO_TERMINAL = { columns: 80, rows: 24 } as const;

/** What a command sees of `process`. `-C`, `--json` and the like are applied by the caller. */
export function processContext(
  from: Process,
  given: Programs & {
    readonly cwd: string;
    readonly json: boolean;
    readonly quiet: boolean;
    readonly color: boolean;
    readonly version: string;
  },
): CommandContext {
  const { stdin, stdout, stderr } = from;
  const interactive = stdin.isTTY && stderr.isTTY && from.env['CI'] === undefined;
  return {
    cwd: given.cwd,
    env: from.env,
    version: given.version,
    serve: given.serve,
    connect: given.connect,
    json: given.json,
    quiet: given.quiet,
    // JSON is for programs: its texts are redacted where they are made, and a number that happens to be a secret must stay one.
    out: output(stdout, given.color, from.env, given.json),
    err: output(stderr, given.color, from.env, false),
    now: () => Date.now(),
    get inputIsPiped() {
      return isPiped();
    },
    readInput: async (signal) => {
      signal?.addEventListener('abort', () => void stdin.destroy());
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
      } catch (error) {
        if (signal?.aborted !== true) throw error;
      }
      return Buffer.concat(chunks).toString('utf8');
    },
    ask: interactive
      ? async (question) => {
          const { createInterface } = await import('node:readline/promises');
          const lines = createInterface({ input: stdin, output: stderr });
          // Enter answers nothing, which is what a question proposes; Ctrl-D is no such word.
          const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('n')));
          try {
            return await Promise.race([lines.question(question), closed]);
          } finally {
            lines.close();
          }
        }
      : undefined,
    onSignal: (listener) => {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      const calls = signals.map((signal) => [signal, () => listener(signal)] as const);
      for (const [signal, call] of calls) from.on(signal, call);
      return () => {
        for (const [signal, call] of calls) from.off(signal, call);
      };
    },
  };
}

/** Not every input that is no terminal is meant for us: `/dev/null` and sockets are given by whoever started us. */
function isPiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isFile();
  } catch {
    return false;
  }
}

function output(stream: NodeJS.WriteStream, color: boolean, env: CommandContext['env'], raw: boolean): Output {
  return {
    write: (text) => void stream.write(raw ? text : ownRedaction().text(text)),
    isTTY: stream.isTTY,
    color: color && wantsColor(stream.isTTY, env),
    size: () => (stream.isTTY ? { columns: stream.columns || NO_TERMINAL.columns, rows: stream.rows || NO_TERMINAL.rows } : NO_TERMINAL),
    onResize: (listener) => {
      stream.on('resize', listener);
      return () => stream.off('resize', listener);
    },
  };
}

/** NO_COLOR (not empty) says no, FORCE_COLOR yes, else a terminal that is not dumb. */
function wantsColor(isTTY: boolean, env: CommandContext['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}
