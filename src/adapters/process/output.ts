/** Keeps a child's output within bounds: the last bytes in memory, head and tail in a log file, batches for whoever watches. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** First size of a buffer that grows with what is pushed, so that a silent process costs nothing. */
const INITIAL_BYTES = 4 * 1024;
/** Watchers get at most one batch per stream in so many milliseconds … */
const BATCH_INTERVAL_MS = 50;
/** … of at most so many bytes: of a flood only its end is worth seeing. The log keeps more. */
const BATCH_BYTES = 16 * 1024;

/** The last `limit` bytes of all that was pushed, in at most twice as much memory however small the pieces are. */
export class LastBytes {
  readonly #limit: number;
  #buffer = Buffer.alloc(0);
  #length = 0;
  /** Bytes pushed in total. */
  total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.total += chunk.length;
    const piece = chunk.length > this.#limit ? chunk.subarray(chunk.length - this.#limit) : chunk;
    if (this.#length + piece.length > this.#buffer.length) this.#makeRoom(piece.length);
    piece.copy(this.#buffer, this.#length);
    this.#length += piece.length;
  }

  /** Bytes that were pushed and are no longer here. */
  get dropped(): number {
    return this.total - Math.min(this.#length, this.#limit);
  }

  /** A view: valid until the next push. */
  get bytes(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#length - this.#limit), this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.total = 0;
  }

  #makeRoom(needed: number): void {
    const kept = this.bytes;
    const size = Math.min(2 * this.#limit, Math.max(INITIAL_BYTES, 2 * (kept.length + needed)));
    if (size > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(size);
      kept.copy(grown);
      this.#buffer = grown;
    } else {
      kept.copy(this.#buffer);
    }
    this.#length = kept.length;
  }
}

/** Text of the last bytes: whole characters, and from a line's beginning where something was cut off before it. */
export function tailText(last: LastBytes): string {
  let bytes = last.bytes;
  if (last.dropped > 0) {
    const newline = bytes.indexOf(0x0a);
    bytes = newline >= 0 && newline < bytes.length - 1 ? bytes.subarray(newline + 1) : skipBrokenCharacter(bytes);
  }
  return plainText(bytes.toString('utf8'));
}

/** Without terminal control: no escape sequences, no control characters but tab and newline; of a line redrawn with carriage returns its last state. */
function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\n\r]*\r(?=[^\n])/g, '')
    .replaceAll(/(?![\t\n])\p{Cc}/gu, '');
}

function skipBrokenCharacter(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}

/** A log file of bounded size: the first half as it comes, the rest from memory at the end. Never throws: a full disk must not fail the process it logs. */
export class BoundedLog {
  readonly #path: string;
  readonly #headLimit: number;
  readonly #tail: LastBytes;
  #fd: number | null = null;
  #written = 0;
  /** Why the log is not complete; null when it is. */
  error: string | null = null;

  /** The file is made with the first output. */
  constructor(path: string, limitBytes: number) {
    this.#path = path;
    this.#headLimit = Math.floor(limitBytes / 2);
    this.#tail = new LastBytes(limitBytes - this.#headLimit);
  }

  push(chunk: Buffer): void {
    const head = chunk.subarray(0, Math.max(0, this.#headLimit - this.#written));
    if (head.length > 0) this.#write(head);
    if (head.length < chunk.length) this.#tail.push(chunk.subarray(head.length));
  }

  close(): void {
    const { dropped } = this.#tail;
    if (dropped > 0) this.#write(Buffer.from(`\n… ${dropped} bytes left out …\n`));
    if (this.#tail.total > 0) this.#write(this.#tail.bytes);
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #write(bytes: Buffer): void {
    // Counted even when it fails: the head's size is a limit on attempts, so that a full disk is not tried again for every chunk.
    this.#written += bytes.length;
    if (this.error !== null) return;
    try {
      if (this.#fd === null) {
        mkdirSync(dirname(this.#path), { recursive: true });
        this.#fd = openSync(this.#path, 'w', 0o600);
      }
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    }
  }
}

/** Hands a stream's output on in batches: the first at once, then one per interval, each bounded and in plain text. */
export class OutputBatches {
  readonly #emit: (text: string) => void;
  readonly #pending = new LastBytes(BATCH_BYTES);
  #decoder = new StringDecoder('utf8');
  #timer: NodeJS.Timeout | null = null;

  constructor(emit: (text: string) => void) {
    this.#emit = emit;
  }

  push(chunk: Buffer): void {
    this.#pending.push(chunk);
    if (this.#timer !== null) return;
    this.#flush();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#pending.total > 0) this.push(Buffer.alloc(0));
    }, BATCH_INTERVAL_MS).unref();
  }

  /** Emits what is left. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#flush();
    const rest = this.#decoder.end();
    if (rest !== '') this.#emit(rest);
  }

  #flush(): void {
    let { bytes } = this.#pending;
    if (this.#pending.dropped > 0) {
      this.#decoder = new StringDecoder('utf8');
      bytes = skipBrokenCharacter(bytes);
    }
    const text = plainText(this.#decoder.write(bytes));
    this.#pending.clear();
    if (text !== '') this.#emit(text);
  }
}
