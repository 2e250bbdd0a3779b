/** Whether two sets of changed files have nothing to do with each other. */

/** Says how all other files are read. */
const ATTRIBUTES = /(?:^|\/)\.gitattributes$/;

/**
 * Whether a merge of two changes that take no file away could only take each path from the side that has changed it: no path is the other's,
 * or a folder on the way to one of the other's. (Where a file goes away git looks for what it was renamed to, and more may have to be merged.)
 */
export function areApart(mine: readonly string[], theirs: readonly string[]): boolean {
  const [a, b] = [mine.map(folded), theirs.map(folded)];
  if (a.some(isAttributes) || b.some(isAttributes)) return false;
  const [aWays, bWays] = [waysOf(a), waysOf(b)];
  return a.every((path) => !bWays.has(path)) && b.every((path) => !aWays.has(path));
}

/** Some file systems take two spellings for one name. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();
const isAttributes = (path: string): boolean => ATTRIBUTES.test(path);

/** Paths, and all folders on the way to them. */
function waysOf(paths: readonly string[]): ReadonlySet<string> {
  const ways = new Set(paths);
  for (const path of paths) for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) ways.add(path.slice(0, at));
  return ways;
}
