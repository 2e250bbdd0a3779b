/** The config's other place: the key `plans` of a `package.json` that is otherwise a task's to change. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '../adapters/git/git.ts';

const FILE = 'package.json';

/** Gives `plans` in the work tree's `package.json` the value that it has in a commit. True where it had another. */
export async function putBackPlansKey(git: Git, commit: string): Promise<boolean> {
  const found = await plansKeys(git, commit);
  if (found === null) return false;
  const { text, committed, now, before } = found;
  const { plans } = before;
  const mended = plans === undefined ? without(now) : { ...now, plans };
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? 2;
  const same = JSON.stringify(mended) === JSON.stringify(before);
  writeFileSync(join(git.root, FILE), same ? committed : `${JSON.stringify(mended, null, indent)}${text.endsWith('\n') ? '\n' : ''}`);
  return true;
}

/** The work tree's `package.json` and a commit's, where `plans` differs; else null. */
export async function plansKeys(git: Git, commit: string) {
  const text = read(join(git.root, FILE));
  if (text === null) return null;
  const committed = Buffer.from((await git.readFile(commit, FILE)) ?? '{}').toString('utf8');
  if (text === committed) return null;
  const now = parse(text);
  const before = parse(committed);
  // A file that is no JSON cannot hold a config either.
  if (now === null || before === null || JSON.stringify(now['plans']) === JSON.stringify(before['plans'])) return null;
  return { text, committed, now, before };
}

function without(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'plans'));
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
