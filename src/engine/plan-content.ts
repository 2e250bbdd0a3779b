/** What a plan file holds, read as cheaply as can be trusted: unchanged bytes are recognised before they are parsed. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FileFailure, Files, ListedFile } from '../adapters/files.ts';
import type { FileRow, ParsedFile } from '../adapters/store/file-rows.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { type Outline, outlineOf } from '../core/outline.ts';
import type { Plan } from '../core/plan.ts';

export type FileContent =
  /** The bytes are those the rows were made from: only the signature is new. */
  | { readonly type: 'same'; readonly file: FileRow }
  | { readonly type: 'parsed'; readonly parsed: ParsedFile; readonly outline: Outline | null }
  /** It went while we looked. The next listing says so too. */
  | { readonly type: 'missing' };

export interface ContentRequest {
  readonly file: ListedFile;
  /** Relative to the root, as git has it. */
  readonly path: string;
  /** What is known of it; undefined where it is to be parsed in any case. */
  readonly row: FileRow | undefined;
  readonly signature: string;
  readonly files: Pick<Files, 'readText'>;
  readonly check: (text: string, id: string) => Promise<Pick<ParsedFile, 'plan' | 'valid' | 'diagnostics'>>;
}

/**
 * A change within this of the reading may be followed by another with the same timestamps (FAT counts in two seconds, and the
 * kernel's clock in ticks): such a file is read again next time, as git does with its index.
 */
const RACY_MS = 2_000;
/** A file left alone for so long is not in the middle of a save, and is read at once. */
const QUIET_MS = 1_000;

export async function readPlanFile(request: ContentRequest): Promise<FileContent> {
  const { file, path, row, signature } = request;
  const now = Date.now();
  const changedAt = Number(
    (file.signature.mtimeNs > file.signature.ctimeNs ? file.signature.mtimeNs : file.signature.ctimeNs) / 1_000_000n,
  );
  const read = readQuiet(file, now - changedAt) ?? (await readCarefully(request));
  if ('reason' in read) return read.reason === 'missing' ? { type: 'missing' } : unreadable(request, read);
  const known = { path, planId: file.id, signature, settled: now - changedAt > RACY_MS, digest: blobId(read.bytes) };
  if (row !== undefined && row.digest === known.digest) return { type: 'same', file: { ...known, mentions: row.mentions } };
  const checked = await request.check(read.text, file.id);
  const parsed: ParsedFile = { ...checked, file: { ...known, mentions: mentionsNames(checked.plan) } };
  return { type: 'parsed', parsed, outline: outlineOf(checked.plan) };
}

interface Text {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** The quick way, for what nobody is writing: null where the careful way has to be gone. */
function readQuiet(file: ListedFile, quietFor: number): Text | null {
  if (quietFor < QUIET_MS) return null;
  try {
    const bytes = readFileSync(file.path);
    if (BigInt(bytes.length) !== file.signature.size || bytes.length === 0 || !isUtf8(bytes)) return null;
    return { bytes, text: bytes.toString('utf8') };
  } catch {
    return null;
  }
}

async function readCarefully(request: ContentRequest): Promise<Text | FileFailure> {
  const read = await request.files.readText(request.file.path);
  return read.type === 'failed' ? read : { bytes: Buffer.from(read.text), text: read.text };
}

/** A plan of which nothing but its name is known, so that it is listed with the reason. */
function unreadable({ file, path, signature }: ContentRequest, failure: FileFailure): FileContent {
  const nowhere = { offset: 0, length: 0 };
  const plan: Plan = {
    id: file.id,
    title: file.id,
    description: '',
    status: 'draft',
    createdBy: 'user',
    maxBudgetUsd: undefined,
    phases: [],
    place: { frontmatter: null, headingLine: null, heading: null, description: nowhere, eol: '\n' },
  };
  const diagnostic: Diagnostic = {
    rule: 'unreadable-file',
    severity: 'error',
    message: failure.message,
    span: nowhere,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
  };
  // Never settled: what keeps it from being read (permissions, a full table of open files) need not change the file.
  const row: FileRow = { path, planId: file.id, signature, settled: false, digest: '', mentions: false };
  return { type: 'parsed', parsed: { file: row, plan, valid: false, diagnostics: [diagnostic] }, outline: null };
}

/** Git's id of the bytes, so that a file is known to be a version in the history without being read from there. */
export function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function mentionsNames(plan: Plan): boolean {
  return plan.phases.some(
    (phase) =>
      phase.agent !== undefined ||
      phase.gates !== undefined ||
      phase.tasks.some((task) => task.agent !== undefined || task.gates !== undefined),
  );
}
