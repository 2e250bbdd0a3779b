/** What a command gets from outside, so that a test can call it in-process. `process` is touched in `cli.ts` and `process.ts` alone. */
import type { Connected, ConnectOptions, ServeOptions, Serving } from '../engine/programs.ts';

/** 0 done · 1 a plan or a gate failed · 2 usage or environment · 3 paused, waiting for a person. */
export const EXIT = { done: 0, failed: 1, usage: 2, paused: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One of the two output streams. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Whether escape sequences for colors are wanted. */
  readonly color: boolean;
  /** Of the terminal now; 80 × 24 where there is none. */
  size(): { readonly columns: number; readonly rows: number };
  /** Calls back after each resize; returns what ends that. */
  onResize(listener: () => void): () => void;
}

/** What commands start that is not theirs. */
export interface Programs {
  /** Starts the server: `server/serve.ts`, which is in the same ring, so that whoever composes the program hands it over. */
  readonly serve: (options: ServeOptions) => Promise<Serving>;
  /** Connects the client that has started this process: `server/mcp/stdio.ts`. */
  readonly connect: (options: ConnectOptions) => Promise<Connected>;
}

/** The world of one command. */
export interface CommandContext extends Programs {
  /** Absolute folder, `-C` applied. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly out: Output;
  readonly err: Output;
  /** Machine-readable output was asked for. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  /** Something other than a terminal gives standard input: a pipe or a file. */
  readonly inputIsPiped: boolean;
  /** All of standard input. Once the signal says so it is closed, and what has come so far is given. */
  readInput(signal?: AbortSignal): Promise<string>;
  /** A line typed by a person, `n` where they end the input (Ctrl-D, Ctrl-C); undefined where no person sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Called for each SIGINT, and once for SIGTERM and SIGHUP; returns what ends that. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void): () => void;
}

/** Options and arguments of one call, checked against the table. */
export interface CommandInput {
  readonly arguments: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** All values of an option that can be given several times. */
  all(name: string): readonly string[];
}

/** A command: does its work, prints, and says how it went. */
export type Command = (context: CommandContext, input: CommandInput) => Promise<ExitCode>;

/**
 * A user's mistake or a world that is not as it must be: a sentence that names the thing, says what was found and
 * what to do. Printed without a stack.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}
