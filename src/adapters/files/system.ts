/** The part of the file system that reading and writing plans needs, and its errors as sentences. */
import type { BigIntStats } from 'node:fs';

export interface OpenFile {
  writeFile(data: Uint8Array): Promise<void>;
  readFile(): Promise<Buffer>;
  sync(): Promise<void>;
  stat(options: { bigint: true }): Promise<BigIntStats>;
  chmod(mode: number): Promise<void>;
  close(): Promise<void>;
}

/** A subset of `node:fs/promises`, so that tests can give another one and faults. */
export interface FileSystem {
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  readFile(path: string): Promise<Buffer>;
  readdir(path: string): Promise<string[]>;
  stat(path: string, options: { bigint: true }): Promise<BigIntStats>;
  access(path: string, mode?: number): Promise<void>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
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
