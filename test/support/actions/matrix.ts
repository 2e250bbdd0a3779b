/** The combinations of a matrix, as GitHub makes them. */
import type { Json } from './expressions.ts';

type Combination = Readonly<Record<string, Json>>;

/** In their order: every combination of the lists, what `exclude` names left out, what `include` says added. Throws for a matrix that is none. */
export function combinations(matrix: Json): readonly Combination[] {
  if (matrix === null || typeof matrix !== 'object' || Array.isArray(matrix))
    throw new Error(`a matrix is a mapping, not ${JSON.stringify(matrix)}`);
  const { include = [], exclude = [], ...lists } = matrix as Readonly<Record<string, Json>>;
  let all: Combination[] = Object.keys(lists).length === 0 ? [] : [{}];
  for (const [name, values] of Object.entries(lists)) {
    if (!Array.isArray(values) || values.length === 0) throw new Error(`the matrix vector "${name}" does not contain any values`);
    all = all.flatMap((each) => values.map((value: Json) => ({ ...each, [name]: value })));
  }
  all = all.filter((each) => !(exclude as readonly Combination[]).some((other) => holds(each, other)));
  const made = all.map((each) => ({ ...each }));
  for (const more of include as readonly Combination[]) {
    const keys = Object.keys(more).filter((key) => key in lists);
    const fitting = made.filter((each) => keys.every((key) => same(each[key], more[key])));
    if (Object.keys(lists).length === 0 || fitting.length === 0) made.push({ ...more });
    else for (const each of fitting) Object.assign(each, more);
  }
  return made;
}

const holds = (each: Combination, part: Combination): boolean => Object.entries(part).every(([key, value]) => same(each[key], value));
const same = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
