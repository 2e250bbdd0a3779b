/** The loss report of an import: every line that did not become what it was, those with the same reason together. */
import type { Loss } from '../../core/import/imported.ts';
import { s, type Line } from './line.ts';
import { count, oneLine } from './text.ts';

/** Places named of one reason before only their number is said; `--json` has them all, each with its text. */
const MAX_PLACES = 12;

/** One line for each reason and file, with its places; none where nothing is lost. */
export function lossLines(losses: readonly Loss[]): readonly Line[] {
  if (losses.length === 0) return [];
  const groups = Map.groupBy(losses, ({ file, why }) => `${file}\n${why}`);
  return [
    [s('⚠ ', 'yellow'), s(`${count(losses.length, 'line or value', 'lines or values')} did not become part of the plan as they were:`)],
    ...[...groups.values()].map(groupLine),
  ];
}

function groupLine(group: readonly Loss[]): Line {
  const [first] = group;
  if (first === undefined) return [];
  const places = rangesOf(group.flatMap(({ line }) => (line === null ? [] : [line])));
  const where = places.length > 0 ? places : group.flatMap(({ path }) => (path === undefined ? [] : [path]));
  const named =
    where.length > MAX_PLACES ? `${where.slice(0, MAX_PLACES).join(', ')}, and ${where.length - MAX_PLACES} more` : where.join(', ');
  const line: Line = [s('  '), s(oneLine(`${first.file}:${named}`), 'bold'), s(` ${oneLine(first.why)}`)];
  return group.length === 1 ? [...line, s(`  ${oneLine(first.text)}`, 'dim')] : line;
}

/** Line numbers as ranges, e.g. `3–5`. */
function rangesOf(lines: readonly number[]): readonly string[] {
  const ranges: [number, number][] = [];
  for (const line of [...new Set(lines)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === line) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`));
}
