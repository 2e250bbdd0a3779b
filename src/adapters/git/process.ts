/** One run of the git program: a clean environment, bounded output, no prompt, no pager. */
import { spawn, type ChildProcess } from 'node:child_process';
import { GitUnavailable } from './git.ts';
import type { ShellCommand } from './shell.ts';
import { Shells } from './shells.ts';

/** More than this on standard output is a mistake in the question; a caller that expects much takes it in chunks. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** What is kept of standard error, from its end: hooks can print without limit. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Between asking a git that takes too long to end and ending it. */
const GRACE_MS = 2_000;

/** Variables of an outer git (a hook, `git rebase --exec`, an alias) that would send us to another repository or change what a path means. */
const REDIRECTING = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  'GIT_OPTIONAL_LOCKS',
];

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** The end of standard error. */
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes standard output as it comes; nothing is collected then. */
  readonly onChunk?: (chunk: Buffer) => void;
  /** Ended after so long with all that it started, which has no terminal to ask at. The exit code is -1 then. */
  readonly timeoutMs?: number;
}

/** Longest input that is handed to a shell in its script (UTF-16 code units). */
const MAX_SHELL_INPUT = 16_384;
/** Commands that run nobody's programs, so that their answer may hold NULs. */
const READERS: ReadonlySet<string> = new Set(['status', 'ls-files', 'ls-tree', 'merge-tree', 'diff-tree', 'for-each-ref', 'log']);

/** Runs git in one folder with one environment. */
export class GitProgram {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #shells: Shells | null;
  #isOpen = true;

  /** `lasting`: it is going to run git again and again, and is closed in the end. */
  constructor(folder: string, env: NodeJS.ProcessEnv, { lasting = false } = {}) {
    this.folder = folder;
    this.env = env;
    this.#shells = lasting && process.platform !== 'win32' ? Shells.of(env) : null;
    this.#shells?.use();
  }

  /** Runs to the end and gives exit code and output; throws only where git could not be started or said too much. */
  async run(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    const command = shellCommand(this.folder, args, options);
    const shell = command === null || !this.#isOpen ? null : (this.#shells?.next() ?? null);
    if (shell === null || command === null) return this.#start(args, options);
    const answer = await shell.run(command);
    if (answer === null) return { code: -1, stdout: Buffer.alloc(0), stderr: `git ${subcommand(args)} was ended before it was done` };
    return { ...answer, stderr: answer.stderr.toString('utf8') };
  }

  /** Ends what waits for the next run, where nobody else waits for it. */
  close(): void {
    if (this.#isOpen) this.#shells?.leave();
    this.#isOpen = false;
  }

  #start(args: readonly string[], options: GitOptions): Promise<GitResult> {
    return new Promise((resolve, reject) => {
      const child = spawn('git', args, {
        cwd: this.folder,
        env: options.env ? { ...this.env, ...options.env } : this.env,
        stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        windowsHide: true,
        detached: options.timeoutMs !== undefined,
      });
      const { timeoutMs } = options;
      const stop =
        timeoutMs === undefined
          ? undefined
          : endAfter(child, timeoutMs, () =>
              resolve({
                code: -1,
                stdout: Buffer.concat(stdout),
                stderr: `git ${subcommand(args)} took longer than ${timeoutMs / 1000} s and was ended`,
              }),
            );
      const stdout: Buffer[] = [];
      const stderr = new Tail(MAX_ERROR_BYTES);
      let size = 0;
      let overflow = false;
      child.stdout?.on('data', (chunk: Buffer) => {
        if (options.onChunk) return options.onChunk(chunk);
        size += chunk.length;
        if (size <= MAX_OUTPUT_BYTES) return void stdout.push(chunk);
        overflow = true;
        child.kill();
      });
      child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? missing() : error));
      child.on('close', (code) => {
        stop?.();
        if (overflow) return reject(new Error(`git ${args[0] ?? ''} printed more than ${MAX_OUTPUT_BYTES} bytes`));
        resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: stderr.text() });
      });
      // A git that ends before it has read everything closes the pipe: without a listener that EPIPE would end this process.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input);
    });
  }

  /** As `run`, and any exit code but 0 throws with what git said. */
  async must(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
    const result = await this.run(args, options);
    if (result.code !== 0) throw new Error(`git ${subcommand(args)} failed: ${result.stderr.trim() || `exit code ${result.code}`}`);
    return result.stdout;
  }
}

/** Null for what a shell cannot do as well: bytes out that are no text, much in, output as it comes, a limit of time. */
function shellCommand(folder: string, args: readonly string[], { input, env = {}, onChunk, timeoutMs }: GitOptions): ShellCommand | null {
  if (onChunk !== undefined || timeoutMs !== undefined) return null;
  if (input !== undefined && (typeof input !== 'string' || input.length > MAX_SHELL_INPUT)) return null;
  if (input?.includes('\0') === true && !input.endsWith('\0')) return null;
  const name = subcommand(args);
  const runsHooks = !READERS.has(name);
  // Of the others this one says nothing; its list comes in.
  return runsHooks && args.includes('-z') && name !== 'update-index' ? null : { folder, args, env, input: input ?? null, runsHooks };
}

/** Ends a process group that takes too long, and says so once it is told to; returns what calls that off. */
function endAfter(child: ChildProcess, timeoutMs: number, ended: () => void): () => void {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), name);
    } catch {
      // It has ended meanwhile.
    }
  };
  let timer = setTimeout(() => {
    signal('SIGTERM');
    timer = setTimeout(() => {
      signal('SIGKILL');
      ended();
    }, GRACE_MS);
  }, timeoutMs);
  return () => clearTimeout(timer);
}

/** The end of a stream, at most so many bytes of it. */
class Tail {
  #chunks: Buffer[] = [];
  #size = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size <= 2 * this.#limit) return;
    this.#chunks = [Buffer.concat(this.#chunks).subarray(-this.#limit)];
    this.#size = this.#limit;
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#limit).toString('utf8');
  }
}

function subcommand(args: readonly string[]): string {
  let at = 0;
  while (args[at]?.startsWith('-')) at += args[at] === '-c' ? 2 : 1;
  return args[at] ?? '';
}

function missing(): GitUnavailable {
  return new GitUnavailable('missing', 'The git program was not found on the PATH. Install git 2.31 or newer.');
}

/** The environment for git: the parent's, without what redirects, in English, never asking. */
export function gitEnvironment(parent: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...parent };
  for (const name of REDIRECTING) delete env[name];
  // English messages, so that refusals can be told apart. Only the messages: LC_ALL=C would reach hooks too and break theirs on UTF-8.
  if (env['LC_ALL']) env['LC_CTYPE'] = env['LC_ALL'];
  delete env['LC_ALL'];
  return {
    ...env,
    LC_MESSAGES: 'C',
    LANGUAGE: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    GIT_EDITOR: ':',
    // A missing object in a partial clone may be fetched, but never by asking for a password in a window.
    GIT_ASKPASS: parent['GIT_ASKPASS'] ?? 'true',
  };
}
