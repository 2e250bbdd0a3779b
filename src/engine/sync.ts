/** Files → cache, and git → cache: the only writer of rows about plans. One way, so that where the two disagree the file wins. */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { listPlanFiles, openFiles, type Files, type ListedFile, type PlanFolder } from '../adapters/files.ts';
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

/** Files parsed before their rows are written in one transaction: others wait only for the writing. */
const BATCH_FILES = 64;
/** With more changed files than this, sections are not kept for another time: it would only take memory. */
const MAX_CACHED_FILES = 32;
/** So many files that are gone are looked for again (a save can have them away for a moment) before the folder is listed anew. */
const MAX_AWAITED = 16;
/** Rows can be lost so often in a row before what is there is taken as it is. */
const MAX_TRIES = 3;

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
  const listed = listPlanFiles(context.plansFolder, context.root);
  if (listed.type === 'failed') return { changed: [], removed: [], problems: [listed.message] };
  const known = knownNames(context);
  const listing = listingOf(listed, known);
  const problems = listed.refused.map(({ message }) => message);
  if (store.meta('listing') === listing) return { changed: [], removed: [], problems };
  return { ...(await syncListed(context, store, listed, known)), problems };
}

async function syncListed(context: SyncContext, store: Store, first: PlanFolder, known: string): Promise<Omit<FileSync, 'problems'>> {
  const rows = store.files.all();
  const pathOf = pathsIn(context);
  const listed = await withoutAbsences(context, first, rows, pathOf);
  const relint = store.meta('known') !== known;
  const stale = listed.files.filter((file) => {
    const row = rows.get(pathOf(file));
    return row === undefined || !row.settled || row.signature !== signatureText(file) || (relint && row.mentions);
  });
  const changed: string[] = [];
  let missing = false;
  const reader = readerOf(context, stale.length);
  for (let start = 0; start < stale.length; start += BATCH_FILES) {
    const contents: FileContent[] = [];
    for (const file of stale.slice(start, start + BATCH_FILES)) {
      const row = rows.get(pathOf(file));
      contents.push(await reader(file, pathOf(file), row !== undefined && relint && row.mentions ? undefined : row));
    }
    missing ||= contents.some(({ type }) => type === 'missing');
    writeContents(store, contents, changed);
  }
  const present = new Set(listed.files.map(pathOf));
  const gone = [...rows.values()].filter(({ path }) => !present.has(path));
  store.transaction(() => {
    for (const row of gone) store.files.remove(row);
    store.setMeta('known', known);
    // Kept only where every file is settled: then one comparison stands for all of them.
    const settled = !missing && store.files.areSettled();
    store.setMeta('listing', settled ? listingOf(listed, known) : null);
  });
  return { changed, removed: gone.map(({ planId }) => planId) };
}

function writeContents(store: Store, contents: readonly FileContent[], changed: string[]): void {
  store.transaction(() => {
    for (const content of contents) {
      if (content.type === 'same') store.files.touch(content.file);
      if (content.type === 'parsed') {
        store.files.replace(content.parsed);
        if (content.outline !== null) store.history.keepOutline(content.parsed.file.digest, content.outline);
      }
    }
  });
  for (const content of contents) if (content.type === 'parsed') changed.push(content.parsed.plan.id);
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
