/** Single entries of the index, read and set without a refresh of all the others. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GitProgram } from './process.ts';
import type { TreeEntry } from './tree.ts';

/** Beyond this a list goes another way than the command line: Windows takes 32,767 characters, and the rest of the line needs room. */
const MAX_ARGUMENT_CHARS = 16_000;
/** Somebody else's git holds the index for milliseconds; a crashed one for ever. */
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 25;

/** Whether these fit on a command line everywhere. */
export const fewArguments = (list: readonly string[]): boolean => list.reduce((sum, one) => sum + one.length + 1, 0) <= MAX_ARGUMENT_CHARS;

/** A path that means only itself. A prefix and not a variable of the environment: hooks would inherit that. */
export const literal = (path: string): string => `:(top,literal)${path}`;

/** A NUL-terminated list, as git reads it from standard input. */
export const nulList = (items: readonly string[]): string => items.map((item) => `${item}\0`).join('');

/** Index entries at and below these paths; of a conflict any one side. Many paths: the whole index. */
export async function indexEntries(
  git: GitProgram,
  paths: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Map<string, TreeEntry>> {
  const specs = paths.map(literal);
  const listed = await git.must(['ls-files', '--stage', '-z', ...(fewArguments(specs) ? ['--', ...specs] : [])], { env });
  const entries = new Map<string, TreeEntry>();
  for (const record of listed.toString('utf8').split('\0')) {
    const tab = record.indexOf('\t');
    const [mode = '', id = ''] = record.slice(0, tab).split(' ');
    if (tab > 0) entries.set(record.slice(tab + 1), { mode, id });
  }
  return entries;
}

/** Sets the entries of these paths; one without an entry is taken out. False where the index stayed locked: then it is as it was. */
export async function setEntries(
  git: GitProgram,
  zero: string,
  paths: readonly string[],
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<boolean> {
  const lines = paths.map((path) => {
    const entry = entries.get(path);
    return entry ? `${entry.mode} ${entry.id} 0\t${path}` : `0 ${zero}\t${path}`;
  });
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const result = await git.run(['update-index', '-z', '--index-info'], { input: nulList(lines) });
    if (result.code === 0) return true;
    if (!result.stderr.includes('.lock')) throw new Error(`git update-index failed: ${result.stderr.trim()}`);
    await delay(LOCK_PAUSE_MS);
  }
  return false;
}
