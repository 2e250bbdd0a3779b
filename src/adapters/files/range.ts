/** A stretch of a file that may be growing, by bytes. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** An agent can write where its logs are: what it put there in a log's place leads nowhere else, and is not waited for. */
const READ_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface FileRange {
  readonly bytes: Buffer;
  /** Of the file now, in bytes. */
  readonly size: number;
}

/** At most so many bytes from an offset on; null where there is no such file. */
export function readRange(path: string, from: number, most: number): FileRange | null {
  let fd: number;
  try {
    fd = openSync(path, READ_FILE);
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return null;
    const { size } = stat;
    const bytes = Buffer.alloc(Math.max(0, Math.min(most, size - from)));
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(fd, bytes, at, bytes.length - at, from + at);
      if (read === 0) break;
      at += read;
    }
    return { bytes: bytes.subarray(0, at), size };
  } finally {
    closeSync(fd);
  }
}

/** The same without the beginning of a character whose end is yet to come. Bytes that are no UTF-8 at all stay. */
export function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
