/** What a person sees of a session while it works, and in its log: what Claude says, which tools it calls, and what commands print. */
import type { Redaction } from '../../core/redact.ts';
import type { AgentJob } from '../agents/agent.ts';
import { BoundedLog, LastBytes, OutputBatches, tailText } from '../process/output.ts';
import { TAIL_BYTES } from '../process.ts';

/** Bytes of the log, head and tail together. */
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
/** Characters of what a call gave, where it failed. */
const MAX_FAILURE_CHARS = 300;

/** Text goes to whoever watches in batches, to the log at once. Secrets are taken out before, also where they come in pieces. */
export class SessionOutput {
  /** The first reply's id; a session has none of its own. */
  sessionId: string | null = null;
  readonly #stream: ReturnType<Redaction['stream']>;
  readonly #log: BoundedLog;
  readonly #batches: OutputBatches;
  readonly #tail = new LastBytes(TAIL_BYTES);
  #atLineStart = true;

  constructor(job: Pick<AgentJob, 'logFile'>, redaction: Redaction, emit: (text: string) => void) {
    this.#stream = redaction.stream();
    this.#log = new BoundedLog(job.logFile, LOG_LIMIT_BYTES);
    this.#batches = new OutputBatches(emit);
  }

  /** More text, as it comes. */
  print(text: string): void {
    if (text === '') return;
    this.#atLineStart = text.endsWith('\n');
    this.#keep(this.#stream.push(text));
  }

  /** A line of its own. */
  line(text: string): void {
    this.print(`${this.#atLineStart ? '' : '\n'}${text}\n`);
  }

  /** A paragraph that was printed as it came is over. */
  paragraph(text: string): void {
    if (!text.endsWith('\n')) this.print('\n');
  }

  /** What a call gave: only where it failed, and no more than its beginning. What commands print has been seen. */
  result(text: string, failed: boolean): void {
    if (!failed) return;
    const line = text.trim().split('\n').at(-1) ?? '';
    this.line(`  ✘ ${line.length > MAX_FAILURE_CHARS ? `${line.slice(0, MAX_FAILURE_CHARS)}…` : line}`);
  }

  end(): void {
    this.#keep(this.#stream.end());
    this.#batches.end();
    this.#log.close();
  }

  /** The end of it all, bounded. */
  tail(): string {
    return tailText(this.#tail);
  }

  #keep(text: string): void {
    const bytes = Buffer.from(text);
    this.#log.push(bytes);
    this.#tail.push(bytes);
    this.#batches.push(bytes);
  }
}
