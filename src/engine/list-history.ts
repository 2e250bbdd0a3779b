/** What was done in lists that are carried out where they are: their commits touch no plan's file, and are found by the lists' own paths. */
import { globSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import type { Said } from '../core/past.ts';
import { slugOf } from '../core/slug.ts';
import { readTrailers } from '../core/trailer.ts';
import type { Workspace } from './workspace.ts';

/** Where spec-kit, OpenSpec and Kiro keep them. */
const HOMES = ['specs/*/tasks.md', 'openspec/changes/**/tasks.md', '.kiro/specs/**/tasks.md'];
/** So many commits of theirs are looked at, the newest. */
const MAX_COMMITS = 1_000;

type Place = Pick<Workspace, 'root' | 'inPlace' | 'git'>;

/** The lists' paths as git has them, the one included that is being carried out. */
export function listPaths({ root, inPlace }: Pick<Place, 'root' | 'inPlace'>): readonly string[] {
  const found = globSync(HOMES, { cwd: root }).map((path) => path.split(sep).join('/'));
  return inPlace === undefined || found.includes(inPlace.path) ? found : [...found, inPlace.path];
}

/** The name under which a list at a path is run. */
export function listName(path: string): string {
  const folder = basename(dirname(path));
  return slugOf(folder === '' || dirname(path) === '.' ? basename(path, '.md') : folder, 'plan');
}

/** What their commits say, oldest first; without those of `plans`, which say it by their own files. */
export async function listEvidence(place: Place, plans: ReadonlySet<string>): Promise<readonly Said[]> {
  const paths = listPaths(place);
  if (paths.length === 0 || (await place.git.head()).commit === null) return [];
  const commits = await place.git.log({ paths, limit: MAX_COMMITS });
  return commits.toReversed().flatMap(({ trailers, committedAt }): Said[] => {
    const evidence = readTrailers(trailers);
    if (evidence === null || 'iteration' in evidence || plans.has(evidence.plan)) return [];
    return [{ planId: evidence.plan, at: Date.parse(committedAt), evidence }];
  });
}
