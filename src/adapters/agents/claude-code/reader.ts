/**
 * Reads what `claude -p --output-format stream-json --verbose` prints: one JSON object a line. What people want to see of it becomes text, the
 * rest becomes usage, a session and, at the end, an outcome. The exit code alone is not enough: it is 1 for a stop by budget, by turns and by
 * the API, and 0 where every tool was denied.
 */
import type { Prices } from '../../../core/price.ts';
import type { AgentEvent, AgentResult } from '../agent.ts';
import type { Judgement, OutputReader, Reading } from '../session.ts';
import type { ProcessResult } from '../../process.ts';
import type { Transcript } from '../transcript.ts';
import { judgeResult, type Said } from './judge.ts';
import { parseObject, recordIn, recordsIn, textIn, numberIn, type Json } from './json.ts';
import { callText, eventText } from './text.ts';
import { transcribe } from './transcribe.ts';
import { SessionUsage } from './usage.ts';

/** A longer line is left out: a file that was read can be in it as a whole, and a picture. Bytes. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
/** After its result it ends by itself, and goes on where something still worked in the background. So long of silence is the end. */
const LINGER_MS = 60_000;
/** Claude Code goes on asking with a key that is refused, for minutes. Once more is enough: a login may be renewed in between. */
const MAX_AUTH_RETRIES = 2;
/** Tools that change or run something; those of MCP servers may. */
const WORKING_TOOL = /^(?:Bash|PowerShell|Edit|MultiEdit|Write|NotebookEdit|mcp__.*)$/;

export interface ReaderOptions {
  readonly name: string;
  readonly cwd: string;
  /** What it is asked. */
  readonly prompt: string;
  readonly transcript: Transcript;
  readonly prices: Prices;
  readonly emit: (event: AgentEvent) => void;
  /** Ends the program. */
  readonly stop: () => void;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Failures by the text of the result, for versions that do not name them. */
  readonly known: (result: ProcessResult) => Judgement | null;
  readonly lingerMs?: number | undefined;
}

export class ClaudeCodeReader implements OutputReader {
  readonly #options: ReaderOptions;
  readonly #usage: SessionUsage;
  readonly #said: Said = { result: null, error: null, resetsAt: null, calls: new Map(), refused: false, lingered: false };
  #session: string | null = null;
  #model: string | null = null;
  #begun = false;
  #pieces: Buffer[] = [];
  #length = 0;
  #linger: NodeJS.Timeout | null = null;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#usage = new SessionUsage(options.prices);
  }

  push(chunk: Buffer): Buffer {
    if (this.#linger !== null) clearTimeout(this.#linger);
    let text = '';
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      this.#keep(chunk.subarray(start, end));
      text += this.#line();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    if (this.#said.result !== null) this.#linger = setTimeout(() => this.#leave(), this.#options.lingerMs ?? LINGER_MS).unref();
    return Buffer.from(text);
  }

  end(): Buffer {
    if (this.#linger !== null) clearTimeout(this.#linger);
    return Buffer.from(this.#length > 0 ? this.#line() : '');
  }

  conclude(result: ProcessResult): Reading {
    const judgement = judgeResult(this.#said, result, this.#options);
    return { judgement, usage: this.#usage.usage, sessionId: this.#session, model: this.#model };
  }

  ended({ outcome, reason, usage }: AgentResult): void {
    const tokens = usage === null ? null : usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    this.#options.transcript.add({ type: 'end', outcome, reason, tokens, costUsd: usage?.costUsd ?? null });
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    // A copy: the memory of a chunk is given back.
    if (this.#length <= MAX_LINE_BYTES) this.#pieces.push(Buffer.from(piece));
    else this.#pieces = [];
  }

  #line(): string {
    const length = this.#length;
    const line = Buffer.concat(this.#pieces).toString('utf8').trim();
    this.#pieces = [];
    this.#length = 0;
    if (length > MAX_LINE_BYTES) return `… a message of ${length} bytes is left out\n`;
    if (line === '') return '';
    const event = parseObject(line);
    return event === null ? `${line}\n` : this.#event(event);
  }

  #event(event: Json): string {
    const { emit, cwd } = this.#options;
    const session = textIn(event, 'session_id');
    if (session !== null && this.#session === null) emit({ type: 'session', id: (this.#session = session) });
    switch (event['type']) {
      case 'stream_event':
      case 'assistant':
        if (this.#usage.take(event)) this.#report();
        this.#calls(event);
        if (event['type'] === 'assistant' && textIn(event, 'error') !== null) this.#said.error = event;
        break;
      case 'system':
        if (event['subtype'] === 'init') this.#begin(event);
        if (event['subtype'] === 'api_retry') this.#retried(event);
        break;
      case 'rate_limit_event':
        this.#said.resetsAt = resetOf(recordIn(event, 'rate_limit_info'));
        break;
      case 'result':
        // It was asked to end, and may say so.
        if (this.#said.lingered) break;
        this.#said.result = event;
        this.#usage.conclude(event);
        this.#report();
        break;
    }
    const text = eventText(event, cwd);
    transcribe(this.#options.transcript, event, text);
    return text;
  }

  /** It says so once more, where something that worked in the background goes on. */
  #begin(event: Json): void {
    const { name, prompt, transcript } = this.#options;
    if (this.#begun) return;
    this.#begun = true;
    this.#model = textIn(event, 'model');
    transcript.add({ type: 'begin', agent: name, model: this.#model ?? 'unknown' });
    transcript.add({ type: 'prompt', text: prompt });
  }

  #report(): void {
    const { usage } = this.#usage;
    if (usage !== null) this.#options.emit({ type: 'usage', usage });
  }

  #calls(event: Json): void {
    for (const block of recordsIn(recordIn(event, 'message'), 'content')) {
      const [id, name] = [textIn(block, 'id'), textIn(block, 'name') ?? ''];
      if (block['type'] !== 'tool_use' || id === null || !WORKING_TOOL.test(name)) continue;
      this.#said.calls.set(id, callText(name, recordIn(block, 'input'), this.#options.cwd));
    }
  }

  #retried(event: Json): void {
    if (event['error'] !== 'authentication_failed' || numberIn(event, 'attempt') < MAX_AUTH_RETRIES) return;
    this.#said.refused = true;
    this.#options.stop();
  }

  #leave(): void {
    this.#said.lingered = true;
    this.#options.stop();
  }
}

function resetOf(info: Json): string | null {
  const seconds = numberIn(info, 'resetsAt');
  return info['status'] === 'rejected' && seconds > 0 ? new Date(seconds * 1_000).toISOString() : null;
}
