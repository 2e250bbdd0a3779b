/** The index (versions 2 and 3), read whole and written as git writes it: a lock file, then a rename. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Place } from './place.ts';
import { unsupported } from './unsupported.ts';

export interface IndexEntry {
  readonly path: string;
  /** Octal, as in a tree. */
  readonly mode: string;
  readonly id: string;
  /** 0, or 1 to 3 in a conflict. */
  readonly stage: number;
  /** Of the file when it was added; 0 where that is not known. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** The 62 bytes before the name as they stand in the file (but for the name's length), and two more in version 3. */
  readonly header: Buffer;
}

export interface Index {
  readonly entries: readonly IndexEntry[];
  /** When the file was written: an entry as young as this may have changed since. */
  readonly writtenNs: bigint;
}

const FIXED_BYTES = 62;
const HASH_BYTES = 20;
const EXTENDED = 0x4000;
const NS_PER_SECOND = 1_000_000_000n;
/** Extensions without which the entries mean something else. */
const SPECIAL: Readonly<Record<string, string>> = { link: 'a split index', sdir: 'a sparse index' };

/** Reads the index; an absent one is empty. Refuses versions and extensions that change what the entries mean. */
export async function readIndex(place: Place): Promise<Index> {
  const file = join(place.gitDir, 'index');
  const [bytes, stat] = await Promise.all([readBytes(place, file), place.fs.promises.stat(file, { bigint: true }).catch(() => null)]);
  if (bytes === null || stat === null) return { entries: [], writtenNs: 0n };
  const version = bytes.readUInt32BE(4);
  if (bytes.toString('latin1', 0, 4) !== 'DIRC' || version < 2 || version > 3)
    throw unsupported(`${place.root} has an index of version ${version}`);
  const entries: IndexEntry[] = [];
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flags = bytes.readUInt16BE(at + 60);
    const length = FIXED_BYTES + (flags & EXTENDED ? 2 : 0);
    const end = bytes.indexOf(0, at + length);
    entries.push(parseEntry(bytes.subarray(at, at + length), bytes.toString('utf8', at + length, end)));
    at += (length + (end - at - length) + 8) & ~7;
  }
  while (at < bytes.length - HASH_BYTES) {
    const found = SPECIAL[bytes.toString('latin1', at, at + 4)];
    if (found) throw unsupported(`${place.root} has ${found}`);
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return { entries, writtenNs: stat.mtimeNs };
}

async function readBytes(place: Place, file: string): Promise<Buffer | null> {
  const bytes = await place.fs.promises.readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return bytes === null ? null : Buffer.from(bytes);
}

function parseEntry(header: Buffer, path: string): IndexEntry {
  return {
    path,
    mode: header.readUInt32BE(24).toString(8),
    id: header.toString('hex', 40, 60),
    stage: (header.readUInt16BE(60) >> 12) & 3,
    size: header.readUInt32BE(36),
    mtimeNs: BigInt(header.readUInt32BE(8)) * NS_PER_SECOND + BigInt(header.readUInt32BE(12)),
    header: Buffer.from(header),
  };
}

/** An entry without size and time of the file: every reader then looks at the content, which is slower and never wrong. */
export function makeEntry(path: string, mode: string, id: string): IndexEntry {
  const header = Buffer.alloc(FIXED_BYTES);
  header.writeUInt32BE(parseInt(mode, 8), 24);
  Buffer.from(id, 'hex').copy(header, 40);
  return { path, mode, id, stage: 0, size: 0, mtimeNs: 0n, header };
}

/**
 * The entries of an index that is about to be written again. One as young as the old index may have changed since in the same tick of
 * the clock; the new index is younger, and would hide it. Git writes size 0 there, which is what makes every reader look.
 */
export function forgetYoung(index: Index): readonly IndexEntry[] {
  return index.entries.map((entry) => {
    if (entry.mtimeNs < index.writtenNs) return entry;
    const header = Buffer.from(entry.header);
    header.writeUInt32BE(0, 36);
    return { ...entry, size: 0, header };
  });
}

/** The file's bytes. Extensions are caches and are left out. */
export function formatIndex(entries: readonly IndexEntry[]): Buffer {
  const sorted = entries
    .map((entry) => ({ entry, name: Buffer.from(entry.path) }))
    .sort((a, b) => Buffer.compare(a.name, b.name) || a.entry.stage - b.entry.stage);
  const version = entries.some((entry) => entry.header.length > FIXED_BYTES) ? 3 : 2;
  const head = Buffer.alloc(12);
  head.write('DIRC', 'latin1');
  head.writeUInt32BE(version, 4);
  head.writeUInt32BE(sorted.length, 8);
  const parts = [head];
  for (const { entry, name } of sorted) {
    const length = entry.header.length + name.length;
    const bytes = Buffer.alloc((length + 8) & ~7);
    entry.header.copy(bytes);
    bytes.writeUInt16BE((entry.header.readUInt16BE(60) & 0xf000) | Math.min(name.length, 0xfff), 60);
    name.copy(bytes, entry.header.length);
    parts.push(bytes);
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
