/**
 * One live shell that starts git. To start a program, Node forks itself, and the kernel copies its page tables for that: 1 ms with 50 MB in
 * memory, 4 with 150, 27 with 470, in which nothing else happens here. A shell of two megabytes forks in a fraction of one.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { withPipes } from '../process/pipes.ts';

/** More than this on standard output is a mistake in the question. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** What is kept of standard error. */
const MAX_ERROR_BYTES = 64 * 1024;

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

/** A run of git, to its end. */
export interface ShellCommand {
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Holds NULs only where each of its items ends with one; without it git reads nothing. */
  readonly input: string | null;
  /**
   * It may run a person's programs. What those leave running in the background must not talk into the next answer, so that its standard output
   * goes through a pipe of its own and loses the NULs in it.
   */
  readonly runsHooks: boolean;
}

interface Answer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Answers one command at a time; starts its process at the first, again when that dies, and never keeps this process alive while idle. */
export class GitShell {
  readonly #env: NodeJS.ProcessEnv;
  #process: Process | null = null;
  #isBusy = false;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Whether a command would be answered at once. */
  get isFree(): boolean {
    return !this.#isBusy;
  }

  /** Null where the shell died, or more was said than is kept: nobody can tell then what came of the command. Only while {@link isFree}. */
  async run(command: ShellCommand): Promise<Answer | null> {
    const shell = (this.#process ??= this.#start());
    this.#isBusy = true;
    setReferenced(shell, true);
    const mark = randomBytes(16).toString('hex');
    try {
      const out = until(shell, shell.stdout, Buffer.from(`\0${mark} `), MAX_OUTPUT_BYTES);
      const error = until(shell, shell.stderr, Buffer.from(`\0${mark} `), Number.POSITIVE_INFINITY);
      shell.stdin.write(script(command, mark));
      const [stdout, stderr] = await Promise.all([out, error]);
      if (stdout === null || stderr === null) {
        this.close();
        return null;
      }
      return { code: stdout.code, stdout: stdout.before, stderr: stderr.before.subarray(-MAX_ERROR_BYTES) };
    } finally {
      this.#isBusy = false;
      if (this.#process === shell) setReferenced(shell, false);
    }
  }

  /** Ends the shell; a later command starts another. */
  close(): void {
    const shell = this.#process;
    this.#process = null;
    shell?.kill('SIGKILL');
  }

  #start(): Process {
    const shell = withPipes(spawn('/bin/sh', ['-s'], { env: this.#env, stdio: ['pipe', 'pipe', 'pipe'] }));
    shell.stdin.on('error', () => {});
    const gone = () => {
      if (this.#process === shell) this.#process = null;
    };
    shell.on('error', gone).on('close', gone);
    // Interrupted with its whole group, git ends and the shell goes on; without this process it ends, as its input does.
    shell.stdin.write('trap : INT TERM HUP\n');
    return shell;
  }
}

/** What a stream says before `mark`, and the number after it, which ends with a NUL. Null where the shell dies first. */
function until(shell: Process, stream: Readable, mark: Buffer, limit: number): Promise<{ before: Buffer; code: number } | null> {
  return new Promise((resolve) => {
    let said: Buffer = Buffer.alloc(0);
    let from = 0;
    const settle = (result: { before: Buffer; code: number } | null) => {
      stream.off('data', take);
      shell.off('close', died).off('error', died);
      resolve(result);
    };
    const died = () => settle(null);
    const take = (chunk: Buffer) => {
      said = said.length === 0 ? chunk : Buffer.concat([said, chunk]);
      const at = said.indexOf(mark, from);
      const end = at < 0 ? -1 : said.indexOf(0, at + mark.length);
      if (end >= 0) return settle({ before: said.subarray(0, at), code: Number(said.toString('latin1', at + mark.length, end)) });
      from = at < 0 ? Math.max(0, said.length - mark.length) : at;
      if (said.length > limit) died();
    };
    stream.on('data', take);
    shell.on('close', died).on('error', died);
  });
}

/** The command as the shell reads it, and the marks that end what it says. */
function script({ folder, args, env, input, runsHooks }: ShellCommand, mark: string): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)} `);
  const git = `cd ${quoted(folder)} && ${said(input)}${variables.join('')}git ${args.map(quoted).join(' ')}${input === null ? ' </dev/null' : ''}\n`;
  const end = `printf '\\000${mark} %d\\000' "$c"; printf '\\000${mark} 0\\000' >&2\n`;
  return runsHooks ? `o=$(${git})\nc=$?\n[ -z "$o" ] || printf '%s\\n' "$o"\n${end}` : `${git}c=$?\n${end}`;
}

/** What says the input to git. A script holds no NUL, but the format for the items of a list can ask for one. */
function said(input: string | null): string {
  if (input === null) return '';
  if (!input.endsWith('\0')) return `printf %s ${quoted(input)} | `;
  return `printf '%s\\000' ${input.slice(0, -1).split('\0').map(quoted).join(' ')} | `;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Pipes are sockets underneath and can be unreferenced; the stream types do not say so. */
function setReferenced(shell: Process, on: boolean): void {
  const method = on ? 'ref' : 'unref';
  for (const handle of [shell, shell.stdin, shell.stdout, shell.stderr] as { ref?: () => void; unref?: () => void }[]) handle[method]?.();
}
