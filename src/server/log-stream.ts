/** Logs as they are, byte for byte: whole, a range of them, or on and on while they grow. */
import { setTimeout as delay } from 'node:timers/promises';
import { readRange } from '../adapters/files/range.ts';

/** Bytes that are read at once. */
const PIECE_BYTES = 64 * 1024;
/** Between two looks at a log that grows. Milliseconds. */
const LOOK_MS = 100;

/** Bytes from `from` up to, and without, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * What `Range` asks for of so many bytes (RFC 9110, 14.2): null where there is no such header, or one that is not understood, and the whole is
 * to be sent; `unsatisfiable` where nothing of it is there.
 */
export function rangeIn(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return null;
  if (from >= size) return 'unsatisfiable';
  return { from, to: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** The bytes of a file, as fast as they are taken. */
export function bytesOf(path: string, { from, to }: ByteRange): ReadableStream<Uint8Array> {
  let at = from;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const bytes = readRange(path, at, Math.min(PIECE_BYTES, to - at))?.bytes;
        if (bytes === undefined || bytes.length === 0) return controller.close();
        at += bytes.length;
        controller.enqueue(bytes);
        if (at >= to) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A log that grows. */
export interface Growing {
  /** Null where nothing was printed yet. */
  readonly path: () => string | null;
  /** Whether more may come. */
  readonly isLive: () => boolean;
  /** Called once, when nobody reads any more. */
  readonly end: () => void;
}

/** The bytes of a log from `from` on, until it grows no more or nobody reads. */
export function followed(from: number, { path, isLive, end }: Growing): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  let at = from;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (!gone.signal.aborted) {
          // Looked at first: what is printed between the two is read.
          const live = isLive();
          const file = path();
          const bytes = file === null ? undefined : readRange(file, at, PIECE_BYTES)?.bytes;
          if (bytes !== undefined && bytes.length > 0) {
            at += bytes.length;
            return controller.enqueue(bytes);
          }
          if (!live) {
            end();
            return controller.close();
          }
          await delay(LOOK_MS, undefined, { ref: false, signal: gone.signal }).catch(() => {});
        }
      },
      cancel() {
        gone.abort();
        end();
      },
    },
    { highWaterMark: 0 },
  );
}
