/** The part of the file system that reading and writing plans needs, and its errors as sentences. */
import type { BigIntStats } from 'node:fs';

/**
 * A subset of `node:fs`, so that tests can give another one and faults. Synchronous, because the moment in which a file is
 * between two names is then some tens of microseconds, and because it is faster: a small edit took 1.3 ms instead of 2.4, one of a
 * file of 2.4 MB 9 ms instead of 14.
 */
export interface FileSystem {
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(file: number): void;
  fstatSync(file: number, options: { bigint: true }): BigIntStats;
  fsyncSync(file: number): void;
  fchmodSync(file: number, mode: number): void;
  readSync(file: number, buffer: Buffer, offset: number, length: number, position: number): number;
  writeSync(file: number, buffer: Buffer, offset: number, length: number, position: number): number;
  readdirSync(path: string): string[];
  statSync(path: string, options: { bigint: true }): BigIntStats;
  accessSync(path: string, mode?: number): void;
  realpathSync(path: string): string;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  unlinkSync(path: string): void;
}

/** All bytes of an open file from its beginning, whatever was read of it before. */
export function readBytes(fs: FileSystem, file: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const count = fs.readSync(file, bytes, at, size - at, at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

/** Closes a file that was only read: whatever goes wrong then has nothing to say about its text. */
export function closeRead(fs: FileSystem, file: number): void {
  try {
    fs.closeSync(file);
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
}

export type FileFailure = {
  readonly type: 'failed';
  readonly reason:
    | 'missing'
    | 'not-a-file'
    | 'outside'
    | 'too-large'
    | 'not-utf8'
    | 'read-only'
    | 'disk-full'
    | 'too-many-open-files'
    | 'busy'
    | 'io';
  /** One sentence for people, with the path. */
  readonly message: string;
};

/** Changes whenever somebody writes the file or puts another in its place. Compare all four. */
export interface Signature {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
}

export function signatureOf(stats: Signature): Signature {
  const { size, mtimeNs, ctimeNs, ino } = stats;
  return { size, mtimeNs, ctimeNs, ino };
}

export function sameSignature(a: Signature, b: Signature): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino;
}

/** An error's code, such as `ENOENT`; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An expected failure of the file system as a value. What has no code is a bug, and thrown on. */
export function failureOf(error: unknown, path: string): FileFailure {
  const code = codeOf(error);
  switch (code) {
    case '':
      throw error;
    case 'ENOENT':
    case 'ENOTDIR':
      return failure('missing', `${path} does not exist.`);
    case 'EISDIR':
      return failure('not-a-file', `${path} is not a regular file.`);
    case 'ENOSPC':
    case 'EDQUOT':
      return failure('disk-full', `The disk is full: ${path} was not changed.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure('read-only', `${path} was not changed: the file, its folder or the disk is read-only for you.`);
    case 'EMFILE':
    case 'ENFILE':
      return failure('too-many-open-files', `${path} was not changed: too many files are open.`);
    default:
      return failure('io', `${path} could not be read or written (${code}).`);
  }
}

export function failure(reason: FileFailure['reason'], message: string): FileFailure {
  return { type: 'failed', reason, message };
}
