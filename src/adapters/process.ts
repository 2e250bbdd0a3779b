/** One way to run a program: in a group of its own, with clocks, bounded output, and nothing left running afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Redaction } from '../core/redact.ts';
import { killGroup, killMarked, MARK_VARIABLE, signalGroup, waitForGroup } from './process/group.ts';
import { withPipes } from './process/pipes.ts';
import { BoundedLog, LastBytes, OutputBatches, tailText } from './process/output.ts';
import { cleanBytes, ownRedaction } from './redact.ts';

/** Bytes of a log file, head and tail together. */
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
/** Bytes of the tail that a result carries. */
export const TAIL_BYTES = 16 * 1024;
/** Between INT and TERM, and between TERM and KILL. */
const GRACE_MS = 5_000;
/** How long the output may stay open once nothing is left that we know of: whoever holds it then has escaped. */
const OUTPUT_CLOSE_MS = 1_000;
/** Chunks from this size on have memory of their own. */
const RELEASE_BYTES = 16 * 1024;
/** The longest delay a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

type ProcessCommand = { readonly file: string; readonly args: readonly string[] } | { readonly shell: string };

export interface ProcessOptions {
  /** A program with its arguments, or a line for `sh -c`. */
  readonly command: ProcessCommand;
  /** Absolute folder. */
  readonly cwd: string;
  /** The whole environment; a mark is added to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. Without it standard input is empty. */
  readonly input?: string | undefined;
  readonly wallTimeoutMs: number;
  /** Ended after so long without output. */
  readonly idleTimeoutMs?: number | undefined;
  /** Keeps the raw output, bounded. Made with the first output. */
  readonly logFile?: string | undefined;
  readonly logLimitBytes?: number | undefined;
  readonly tailBytes?: number | undefined;
  /** Between INT and TERM, and between TERM and KILL. */
  readonly graceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes secrets out of the output before anybody sees it; by default those of this process's own environment. */
  readonly redaction?: Redaction | undefined;
  /** Turns what is printed on standard output into text, before anybody sees it. */
  readonly translation?: Translation | undefined;
  /** Plain text in batches: throttled, and of a flood only the end. Whole characters, not whole lines. */
  readonly onOutput?: ((stream: 'stdout' | 'stderr', text: string) => void) | undefined;
}

/** Bytes of one stream into other bytes; what is held back comes with a later piece. It keeps no piece: its memory is given back. */
export interface Translation {
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}

export interface ProcessResult {
  readonly ended: 'exit' | 'timeout_wall' | 'timeout_idle' | 'aborted' | 'not-found' | 'spawn-failed';
  /** Null where it was ended by a signal or never started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of both streams in the order they came, as plain text. */
  readonly tail: string;
  readonly outputBytes: number;
  readonly durationMs: number;
  /** Why it was not started, or why its log is not complete; else null. */
  readonly problem: string | null;
}

export interface RunningProcess {
  /** Its process group too; null where it was not started. */
  readonly pid: number | null;
  /** Settles when the process, its group and marked children are gone. Never rejects. */
  readonly done: Promise<ProcessResult>;
}

/** Runs a program to its end. Never rejects: whatever happens is in the result. */
export function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  return startProcess(options).done;
}

/** Starts a program. */
export function startProcess(options: ProcessOptions): RunningProcess {
  const startedAt = performance.now();
  if (options.signal?.aborted === true) return notStarted('aborted', 'It was stopped before it began.', startedAt);
  const mark = `${process.pid.toString(36)}-${randomBytes(9).toString('base64url')}`;
  let child: ChildProcess;
  try {
    child = withPipes(spawnMarked(options, mark));
  } catch (error) {
    return notStarted('spawn-failed', sentence(error), startedAt);
  }
  return { pid: child.pid ?? null, done: follow(child, options, mark, startedAt) };
}

function spawnMarked(options: ProcessOptions, mark: string): ChildProcess {
  const windows = process.platform === 'win32';
  const { command } = options;
  const [file, args] =
    'file' in command
      ? [command.file, command.args]
      : windows
        ? [process.env['ComSpec'] ?? 'cmd.exe', ['/d', '/s', '/c', `"${command.shell}"`]]
        : ['sh', ['-c', command.shell]];
  return spawn(file, args, {
    cwd: options.cwd,
    env: { ...options.env, [MARK_VARIABLE]: [process.env[MARK_VARIABLE], mark].filter(Boolean).join(' ') },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: !windows,
    windowsHide: true,
    windowsVerbatimArguments: windows && 'shell' in command,
  });
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: NodeJS.ErrnoException | null;
}

async function follow(child: ChildProcess, options: ProcessOptions, mark: string, startedAt: number): Promise<ProcessResult> {
  const output = collectOutput(child, options);
  feed(child, options.input);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, error: null }));
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
  });
  const clocks = new Clocks(options, output);
  const stopped = await Promise.race([clocks.stopped, exited.then(() => null)]);
  if (stopped !== null && child.pid !== undefined) await askToEnd(child.pid, options.graceMs ?? GRACE_MS);
  if (stopped !== null && child.pid !== undefined) await killGroup(child.pid);
  const exit = await exited;
  clocks.clear();
  if (child.pid !== undefined) {
    await killGroup(child.pid);
    await killMarked(mark, { pid: child.pid, ageMs: performance.now() - startedAt });
  }
  await output.closed();
  const kind = stopped ?? (exit.error === null ? 'exit' : failureOf(exit.error, options));
  return {
    ended: kind,
    exitCode: exit.code,
    signal: exit.signal,
    tail: tailText(output.tail),
    outputBytes: output.tail.total,
    durationMs: performance.now() - startedAt,
    problem: exit.error === null ? (output.log?.error ?? null) : sentence(exit.error),
  };
}

/** INT, then TERM. The whole group gets its time, not only the leader: a shell dies at once, what it started saves its work. */
async function askToEnd(pid: number, graceMs: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (!signalGroup(pid, signal)) return;
    if (await waitForGroup(pid, graceMs)) return;
  }
}

type Stop = 'timeout_wall' | 'timeout_idle' | 'aborted';

/** Whatever ends a process before its time, whichever comes first. */
class Clocks {
  readonly stopped: Promise<Stop>;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #cancel = new AbortController();

  constructor(options: ProcessOptions, output: Output) {
    this.stopped = new Promise((resolve) => {
      this.#timers.push(setTimeout(() => resolve('timeout_wall'), Math.min(options.wallTimeoutMs, MAX_TIMER_MS)));
      if (options.idleTimeoutMs !== undefined) {
        const idle = setTimeout(() => resolve('timeout_idle'), Math.min(options.idleTimeoutMs, MAX_TIMER_MS));
        this.#timers.push(idle);
        output.onActivity = () => idle.refresh();
      }
      options.signal?.addEventListener('abort', () => resolve('aborted'), { once: true, signal: this.#cancel.signal });
    });
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#cancel.abort();
  }
}

interface Output {
  readonly tail: LastBytes;
  readonly log: BoundedLog | null;
  onActivity: () => void;
  /** Waits a bounded time for the streams to end, then closes everything. */
  closed(): Promise<void>;
}

/** Handlers are synchronous, so the pipe itself holds back a child that prints faster than we read. */
function collectOutput(child: ChildProcess, options: ProcessOptions): Output {
  const tail = new LastBytes(options.tailBytes ?? TAIL_BYTES);
  const log = options.logFile === undefined ? null : new BoundedLog(options.logFile, options.logLimitBytes ?? LOG_LIMIT_BYTES);
  const batches: OutputBatches[] = [];
  const { onOutput } = options;
  const ends: Promise<void>[] = [];
  const rests: (() => void)[] = [];
  const output: Output = {
    tail,
    log,
    onActivity: () => {},
    async closed() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, OUTPUT_CLOSE_MS);
      });
      await Promise.race([Promise.all(ends), late]);
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
      for (const rest of rests) rest();
      for (const batch of batches) batch.end();
      log?.close();
    },
  };
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    if (stream === null) continue;
    const batch = onOutput === undefined ? null : new OutputBatches((text) => onOutput(name, text));
    if (batch !== null) batches.push(batch);
    const clean = cleanBytes(options.redaction ?? ownRedaction());
    const translation = name === 'stdout' ? options.translation : undefined;
    const keep = (bytes: Buffer) => {
      tail.push(bytes);
      log?.push(bytes);
      batch?.push(bytes);
    };
    rests.push(() => {
      if (translation !== undefined) keep(clean.push(translation.end()));
      keep(clean.end());
    });
    stream.on('data', (chunk: Buffer) => {
      keep(clean.push(translation === undefined ? chunk : translation.push(chunk)));
      output.onActivity();
      release(chunk);
    });
    stream.on('error', () => {});
    ends.push(new Promise((resolve) => stream.once('close', resolve)));
  }
  return output;
}

/**
 * Gives a chunk's memory back now. Everybody has copied what they keep; left to the garbage collector, which sees only
 * small objects, a flood piles up a hundred megabytes before it looks.
 */
function release(chunk: Buffer): void {
  const { buffer } = chunk;
  // A smaller chunk may share its memory with others.
  if (chunk.length >= RELEASE_BYTES && buffer.byteLength === chunk.length && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function feed(child: ChildProcess, input: string | undefined): void {
  if (child.stdin === null || input === undefined) return;
  // A child that ends without reading its input is no error of ours; unheard, EPIPE would end the process.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
}

function failureOf(error: NodeJS.ErrnoException, options: ProcessOptions): 'not-found' | 'spawn-failed' {
  // ENOENT is also what a missing working folder gives.
  return error.code === 'ENOENT' && existsSync(options.cwd) ? 'not-found' : 'spawn-failed';
}

function notStarted(ended: 'aborted' | 'spawn-failed', problem: string, startedAt: number): RunningProcess {
  const durationMs = performance.now() - startedAt;
  return { pid: null, done: Promise.resolve({ ended, exitCode: null, signal: null, tail: '', outputBytes: 0, durationMs, problem }) };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
