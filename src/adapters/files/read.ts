/** Reads a text file that somebody may be writing at this moment. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { recover } from './away.ts';
import {
  closeRead,
  failure,
  failureOf,
  readBytes,
  sameSignature,
  signatureOf,
  type FileFailure,
  type FileSystem,
  type Signature,
} from './system.ts';

/** A plan of 20,000 tasks has 2 to 6 MiB. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** A file changed less than so long ago may be in the middle of an in-place save: it is read again after so long without a change. */
export const QUIET_MS = 5;
/** Somebody who never leaves it alone for QUIET_MS is not waited for longer than this. */
const QUIET_LIMIT_MS = 150;
/** A file that lost its end since it was last seen, or is empty, is most probably in the middle of a save: it has to be quiet for so long. */
export const CUT_QUIET_MS = 500;
/** So many characters of a text's end are remembered to tell whether it lost it. */
const ENDING = 64;
/** How long a file may be missing: editors that save by unlink and create, and writers that have it away. */
const MISSING_LIMIT_MS = 100;

export interface FileText {
  readonly type: 'text';
  /** With its byte order mark, where it has one. */
  readonly text: string;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string;
  readonly signature: Signature;
}

export interface RawText {
  readonly type: 'raw';
  readonly text: string;
  readonly bytes: Buffer;
  readonly signature: Signature;
  readonly mode: number;
}

export function digestOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is known of a file when it is read again. */
export interface Seen {
  /** The text as this process last wrote it: whole, whenever it was written. */
  readonly written: string | null;
  /** Length and ending of the text that was last read. */
  length: number;
  ending: string;
}

/**
 * The file's text at a moment when nobody was in the middle of writing it, as well as can be told: the same signature
 * before and after, and either not changed just now, or our own last write, or quiet for some milliseconds; much longer
 * where it looks cut off, because a writer that is short of processor time can stall between two pieces.
 */
export async function readStable(fs: FileSystem, path: string, seen: Seen): Promise<RawText | FileFailure> {
  const startedAt = performance.now();
  let quietSince = startedAt;
  let previous: Signature | null = null;
  for (;;) {
    const waited = performance.now() - startedAt;
    const read = readOnce(fs, path);
    if (read.type === 'failed') {
      if (read.reason !== 'missing' || waited > MISSING_LIMIT_MS) return read;
      if (!recover(fs, path)) await delay(1);
      continue;
    }
    if (read.type === 'raw') {
      if (previous === null || !sameSignature(previous, read.signature)) quietSince = performance.now();
      previous = read.signature;
      const cut = isCut(read.text, seen);
      const needed = cut ? CUT_QUIET_MS : QUIET_MS;
      const old = Math.abs(Date.now() - Number(read.signature.mtimeNs / 1_000_000n)) > needed;
      const quiet = performance.now() - quietSince >= needed;
      if (old || quiet || read.text === seen.written || (!cut && waited > QUIET_LIMIT_MS)) {
        seen.length = read.text.length;
        seen.ending = endingOf(read.text);
        return read;
      }
    }
    await delay(1);
  }
}

/** Shorter than it was, and without its end. A person who deletes the end of a plan waits half a second for us to believe it. */
export function isCut(text: string, seen: Pick<Seen, 'length' | 'ending'>): boolean {
  return text === '' || (text.length < seen.length && !text.endsWith(seen.ending));
}

export function endingOf(text: string): string {
  return text.slice(-ENDING);
}

/** One look. `torn` when it changed while it was read. */
function readOnce(fs: FileSystem, path: string): RawText | FileFailure | { type: 'torn' } {
  let file = -1;
  try {
    file = fs.openSync(path, 'r');
    const before = fs.fstatSync(file, { bigint: true });
    if (!before.isFile()) return failure('not-a-file', `${path} is not a regular file.`);
    if (before.size > MAX_FILE_BYTES) {
      return failure('too-large', `${path} has ${before.size} bytes; more than ${MAX_FILE_BYTES} are not read.`);
    }
    const bytes = readBytes(fs, file, Number(before.size));
    const after = fs.fstatSync(file, { bigint: true });
    if (!sameSignature(before, after) || BigInt(bytes.length) !== after.size) return { type: 'torn' };
    if (!isUtf8(bytes)) return failure('not-utf8', `${path} is not valid UTF-8. Save it as UTF-8.`);
    return { type: 'raw', text: bytes.toString('utf8'), bytes, signature: signatureOf(after), mode: Number(after.mode & 0o7777n) };
  } catch (error) {
    return failureOf(error, path);
  } finally {
    if (file >= 0) closeRead(fs, file);
  }
}
