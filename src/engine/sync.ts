/** Files → cache, and git → cache: the only writer of rows about plans. One way, so that where the two disagree the file wins. */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listPlanFiles, openFiles, type Files, type ListedFile, type PlanFolder } from '../adapters/files.ts';
import { gitAtWork, gitSignature } from '../adapters/git/at-work.ts';
import type { Git } from '../adapters/git/git.ts';
import type { FileRow, ParsedFile } from '../adapters/store/file-rows.ts';
import type { Store } from '../adapters/store/store.ts';
import type { SectionCache } from '../core/section-cache.ts';
import { readPlanFile, type FileContent } from './plan-content.ts';

/** What sync needs of a workspace. */
export interface SyncContext {
  /** Absolute path of the work tree. */
  readonly root: string;
  readonly git: Git;
  /** Absolute path of the folder with the plans. */
  readonly plansFolder: string;
  /** Names that a plan may use. */
  readonly known: { readonly gates: ReadonlySet<string>; readonly agents: ReadonlySet<string> };
  readonly cache?: SectionCache;
  readonly files?: Pick<Files, 'readText'>;
  store(): Store;
}

export interface FileSync {
  /** Ids of plans whose rows were written, and of those whose file is gone. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Sentences about files that are left out, and about the cache itself. */
  readonly problems: readonly string[];
}

/**
 * Bytes of files that are parsed before their rows are written, in one transaction: a reader sees all of a branch switch or nothing of it,
 * and others wait only for the writing. More than these would take too much memory, and comes in several steps.
 */
const STEP_BYTES = 16n * 1024n * 1024n;
/** With more changed files than this, sections are not kept for another time: it would only take memory. */
const MAX_CACHED_FILES = 32;
/** So many files that are gone are looked for again (a save can have them away for a moment) before the folder is listed anew. */
const MAX_AWAITED = 16;
/** Rows can be lost, or git can write, so often in a row before what is there is taken as it is. */
const MAX_TRIES = 3;
/** So long an answer waits for git to finish; it may be git that waits for the answer (a hook that runs a command). Milliseconds. */
const MAX_GIT_WAIT_MS = 2_000;
const GIT_LOOK_MS = 10;

/** Brings the rows of plans, phases, tasks and diagnostics up to date with the files. Costs one `stat` a file where nothing changed. */
export async function syncFiles(context: SyncContext): Promise<FileSync> {
  const store = context.store();
  for (let tries = 1; ; tries++) {
    store.refresh();
    const { generation } = store;
    const result = await syncFilesOnce(context, store);
    if (store.generation === generation || tries === MAX_TRIES) return { ...result, problems: [...result.problems, ...store.notes] };
  }
}

/** Syncs, reads, and does both again where the cache was lost in between. `read` is not async. */
export async function readSynced<T>(
  context: SyncContext,
  sync: (context: SyncContext) => Promise<unknown>,
  read: (store: Store) => T,
): Promise<T> {
  const store = context.store();
  for (let tries = 1; ; tries++) {
    await sync(context);
    const { generation } = store;
    const result = read(store);
    if (store.generation === generation || tries === MAX_TRIES) return result;
  }
}

async function syncFilesOnce(context: SyncContext, store: Store): Promise<FileSync> {
  const { gitDir } = context.git;
  const known = knownNames(context);
  const until = performance.now() + MAX_GIT_WAIT_MS;
  for (let tries = 1; ;) {
    const git = gitSignature(gitDir);
    const listed = listPlanFiles(context.plansFolder, context.root);
    if (listed.type === 'failed') return { changed: [], removed: [], problems: [listed.message] };
    const problems = listed.refused.map(({ message }) => message);
    if (store.meta('listing') === listingOf(listed, known)) return { changed: [], removed: [], problems };
    if (gitAtWork(gitDir, Date.now()) !== null && performance.now() < until) {
      await delay(GIT_LOOK_MS);
      continue;
    }
    const rows = store.files.all();
    const present = await withoutAbsences(context, listed, rows, pathsIn(context));
    const undisturbed = () => tries++ >= MAX_TRIES || (gitSignature(gitDir) === git && gitAtWork(gitDir, Date.now()) === null);
    const synced = await syncListed(context, { store, rows, listed: present, known, undisturbed });
    if (synced !== null) return { ...synced, problems };
  }
}

interface Listed {
  readonly store: Store;
  readonly rows: ReadonlyMap<string, FileRow>;
  readonly listed: PlanFolder;
  readonly known: string;
  /** False where git has written meanwhile: what was read may be of two versions. */
  readonly undisturbed: () => boolean;
}

/** Null where it was disturbed, and nothing more is written. */
async function syncListed(
  context: SyncContext,
  { store, rows, listed, known, undisturbed }: Listed,
): Promise<Omit<FileSync, 'problems'> | null> {
  const pathOf = pathsIn(context);
  const relint = store.meta('known') !== known;
  const stale = listed.files.filter((file) => {
    const row = rows.get(pathOf(file));
    return row === undefined || !row.settled || row.signature !== signatureText(file) || (relint && row.mentions);
  });
  const present = new Set(listed.files.map(pathOf));
  const gone = [...rows.values()].filter(({ path }) => !present.has(path));
  const changed: string[] = [];
  let missing = false;
  const reader = readerOf(context, stale.length);
  const steps = stepsOf(stale);
  for (const [index, step] of steps.entries()) {
    const contents: FileContent[] = [];
    for (const file of step) {
      const row = rows.get(pathOf(file));
      contents.push(await reader(file, pathOf(file), row !== undefined && relint && row.mentions ? undefined : row));
    }
    missing ||= contents.some(({ type }) => type === 'missing');
    if (!undisturbed()) return null;
    store.transaction(() => {
      writeContents(store, contents);
      if (index < steps.length - 1) return;
      for (const row of gone) store.files.remove(row);
      store.setMeta('known', known);
      // One comparison stands for all files then.
      store.setMeta('listing', !missing && areAsListed(store.files.all(), listed, pathOf) ? listingOf(listed, known) : null);
    });
    for (const content of contents) if (content.type === 'parsed') changed.push(content.parsed.plan.id);
  }
  return { changed, removed: gone.map(({ planId }) => planId) };
}

/** Whether every file is settled, and the rows are those of the listing: another sync, which had listed before, may have written since. */
function areAsListed(rows: ReadonlyMap<string, FileRow>, { files }: PlanFolder, pathOf: (file: ListedFile) => string): boolean {
  if (rows.size !== files.length) return false;
  return files.every((file) => {
    const row = rows.get(pathOf(file));
    return row !== undefined && row.settled && row.signature === signatureText(file);
  });
}

/** At least one step, if of no file: it takes out what is gone. */
function stepsOf(files: readonly ListedFile[]): readonly (readonly ListedFile[])[] {
  const steps: ListedFile[][] = [[]];
  let bytes = 0n;
  for (const file of files) {
    if (bytes > 0n && bytes + file.signature.size > STEP_BYTES) {
      steps.push([]);
      bytes = 0n;
    }
    steps.at(-1)?.push(file);
    bytes += file.signature.size;
  }
  return steps;
}

function writeContents(store: Store, contents: readonly FileContent[]): void {
  for (const content of contents) {
    if (content.type === 'same') store.files.touch(content.file);
    if (content.type === 'parsed') {
      store.files.replace(content.parsed);
      if (content.outline !== null) store.history.keepOutline(content.parsed.file.digest, content.outline);
    }
  }
}

type Reader = (file: ListedFile, path: string, row: FileRow | undefined) => Promise<FileContent>;

/** Imports the parser only when there is something to parse. */
function readerOf(context: SyncContext, count: number): Reader {
  const files = context.files ?? openFiles({ root: context.root });
  const cache = count > MAX_CACHED_FILES ? undefined : context.cache;
  const check = async (text: string, id: string): Promise<Pick<ParsedFile, 'plan' | 'valid' | 'diagnostics'>> => {
    const { checkPlan } = await import('../core/lint.ts');
    return checkPlan(text, id, { known: context.known, ...(cache === undefined ? {} : { cache }) });
  };
  return (file, path, row) => readPlanFile({ file, path, row, signature: signatureText(file), files, check });
}

/** A file may be away for the moment of a save: what was there before is looked for before it counts as deleted. */
async function withoutAbsences(
  context: SyncContext,
  listed: PlanFolder,
  rows: ReadonlyMap<string, FileRow>,
  pathOf: (file: ListedFile) => string,
): Promise<PlanFolder> {
  const present = new Set(listed.files.map(pathOf));
  const missing = [...rows.keys()].filter((path) => !present.has(path));
  if (missing.length === 0) return listed;
  const files = context.files ?? openFiles({ root: context.root });
  await Promise.all(missing.slice(0, MAX_AWAITED).map((path) => files.readText(`${context.root}${sep}${path}`)));
  const again = listPlanFiles(context.plansFolder, context.root);
  return again.type === 'failed' ? listed : again;
}

/** Paths as git has them. The folder's part is the same for all, and is worked out once. */
function pathsIn(context: SyncContext): (file: ListedFile) => string {
  const folder = planFolderPath(context);
  return (file) => folder + file.name;
}

/** The plans' folder as git has it: relative to the root, with a final `/`; empty for the root itself. */
export function planFolderPath(context: Pick<SyncContext, 'root' | 'plansFolder'>): string {
  const folder = relative(context.root, context.plansFolder).split(sep).join('/');
  return folder === '' ? '' : `${folder}/`;
}

function signatureText({ signature }: ListedFile): string {
  return `${signature.size} ${signature.mtimeNs} ${signature.ctimeNs} ${signature.ino}`;
}

/** One digest of all names and signatures. */
function listingOf(listed: PlanFolder, known: string): string {
  let text = known;
  for (const file of listed.files) text += `\n${file.name} ${signatureText(file)}`;
  return createHash('sha1').update(text).digest('hex');
}

function knownNames({ known }: SyncContext): string {
  return JSON.stringify([[...known.gates].sort(), [...known.agents].sort()]);
}
