/** One live `git cat-file --batch`: an object in 0.1 ms where a spawn takes 3. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { withPipes } from '../process/pipes.ts';
import type { GitProgram } from './process.ts';

/** An object of this size is no text that a plan is made of. */
const MAX_OBJECT_BYTES = 256 * 1024 * 1024;
/** Longest silence while an answer is due; a partial clone may fetch in it. */
const STUCK_MS = 60_000;
/** A question that ends the process this often is its fault. */
const MAX_TRIES = 2;
/** Exit code of git's `die`: for instance at an upstream that a branch does not have. */
const DIED_ON_REVISION = 128;
const NEWLINE = 0x0a;

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

interface Question {
  readonly name: string;
  tries: number;
  readonly resolve: (object: GitObject | null) => void;
  readonly reject: (error: Error) => void;
}

type Process = ChildProcessByStdio<Writable, Readable, null>;

/** Answers questions in order; starts its process at the first, again when it dies, and never keeps this process alive while idle. */
export class ObjectReader {
  readonly #git: GitProgram;
  #process: Process | null = null;
  #questions: Question[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes needed before the next look at the buffer makes sense. */
  #wanted = 1;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(git: GitProgram) {
    this.#git = git;
  }

  /** The object that a revision expression or id names; null where there is none. A name with a newline names nothing. */
  read(name: string): Promise<GitObject | null> {
    if (this.#closed) return Promise.reject(new Error('This repository was closed.'));
    if (name === '' || /[\n\0]/.test(name)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const question = { name, tries: 0, resolve, reject };
      // Where it cannot be asked, this throws, and that is the answer.
      this.#ask(question);
      this.#questions.push(question);
      this.#hold();
    });
  }

  /** Ends the process; open questions are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const question of this.#questions.splice(0)) question.reject(new Error('This repository was closed.'));
    const child = this.#process;
    this.#drop();
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      // Not at its `close`: that waits for pipes which, unreferenced, do not keep this process alive until then.
      child.once('exit', () => resolve());
      child.ref();
      child.kill('SIGKILL');
    });
  }

  #ask(question: Question): void {
    this.#process ??= this.#start();
    this.#process.stdin.write(`${question.name}\n`);
  }

  #start(): Process {
    const child = withPipes(
      spawn('git', ['cat-file', '--batch'], {
        cwd: this.#git.folder,
        env: this.#git.env,
        stdio: ['pipe', 'pipe', 'ignore'],
        windowsHide: true,
      }),
    );
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => this.#take(child, chunk));
    child.on('error', (error) => this.#died(child, error));
    child.on('close', (code) => this.#died(child, code === DIED_ON_REVISION ? null : new Error('git cat-file ended')));
    return child;
  }

  #take(child: Process, chunk: Buffer): void {
    if (child !== this.#process) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#timer?.refresh();
    if (this.#size < this.#wanted) return;
    let buffer = Buffer.concat(this.#chunks);
    for (let question = this.#questions[0]; question; question = this.#questions[0]) {
      const answer = parseAnswer(buffer, question.name);
      if (typeof answer === 'number') {
        this.#wanted = answer;
        break;
      }
      this.#wanted = 1;
      buffer = buffer.subarray(answer.length);
      this.#questions.shift();
      question.resolve(answer.object);
      if (buffer.length === 0) break;
    }
    this.#chunks = [buffer];
    this.#size = buffer.length;
    if (this.#wanted > MAX_OBJECT_BYTES) {
      this.#questions.shift()?.reject(new Error(`An object in this repository is larger than ${MAX_OBJECT_BYTES} bytes`));
      child.kill('SIGKILL');
    }
    if (this.#questions.length === 0) this.#release();
  }

  /** `error` null: git gave up on a revision, and so there is no such thing. */
  #died(child: Process, error: Error | null): void {
    if (child !== this.#process) return;
    this.#drop();
    const open = this.#questions.splice(0);
    const first = open[0];
    // Only the first can be to blame; git ends for instance at a date that the reflog does not reach.
    if (first && ++first.tries >= MAX_TRIES) {
      if (error) first.reject(error);
      else first.resolve(null);
      open.shift();
    }
    try {
      for (const question of open) this.#ask(question);
      this.#questions = open;
      if (open.length > 0) this.#hold();
    } catch (refused) {
      for (const question of open) question.reject(refused as Error);
    }
  }

  #drop(): void {
    this.#release();
    this.#process = null;
    this.#chunks = [];
    this.#size = 0;
    this.#wanted = 1;
  }

  /** Waiting keeps this process alive, and a silence has an end. */
  #hold(): void {
    if (this.#timer) return;
    setReferenced(this.#process, true);
    const child = this.#process;
    this.#timer = setTimeout(() => child?.kill('SIGKILL'), STUCK_MS);
  }

  #release(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    setReferenced(this.#process, false);
  }
}

/** The answer at the start of the buffer, or how many bytes it takes at least. */
function parseAnswer(buffer: Buffer, name: string): { readonly object: GitObject | null; readonly length: number } | number {
  // A refusal repeats the question, so look for exactly that: a name may itself contain anything but a newline.
  const end = buffer.indexOf(NEWLINE);
  if (end === -1) return buffer.length + 1;
  const header = buffer.toString('utf8', 0, end);
  if (header === `${name} missing` || header.endsWith(' missing') || header.endsWith(' ambiguous'))
    return { object: null, length: end + 1 };
  const [id, type, size] = header.split(' ');
  const length = end + 1 + Number(size) + 1;
  if (buffer.length < length) return length;
  return { object: { id: id ?? '', type: type ?? '', bytes: Buffer.from(buffer.subarray(end + 1, length - 1)) }, length };
}

/** Pipes are sockets underneath and can be unreferenced; the stream types do not say so. */
function setReferenced(child: Process | null, on: boolean): void {
  if (!child) return;
  const method = on ? 'ref' : 'unref';
  for (const handle of [child, child.stdin, child.stdout] as { ref?: () => void; unref?: () => void }[]) handle[method]?.();
}
