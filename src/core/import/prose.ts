/** Dependencies that are written as prose: "(depends on T012, T014–T016)". */

/** What an id looks like in one format, as the source of a regular expression without groups. */
export type IdPattern = string;

const JOIN = String.raw`(?:\s*(?:,|;|\/|\+|&|\band\b|\bor\b|[–—-]|\bto\b|\.\.\.?|…)\s*)+`;
const LEAD = String.raw`(?<!\bnot\s)(?<!n't\s)(?<![\p{L}\p{N}])(?:depend(?:s|ent|ing|encies|ency)?(?:\s+(?:up)?on)?|requires?|needs?|blocked\s+by|after|waits?\s+for)\b[\s:*_]*(?:tasks?\s+)?`;
const RANGE = /^\s*(?:[–—-]|to|\.\.\.?|…)\s*$/;

/** Ids that the text says it depends on, in its order, each once. `known` are all ids, in the source's order: a range takes what lies between. */
export function dependenciesIn(text: string, id: IdPattern, known: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const list of text.matchAll(new RegExp(`${LEAD}((?:${id})(?:${JOIN}(?:${id}))*)`, 'giu'))) {
    for (const ref of idsIn(list[1] ?? '', id, known)) found.add(ref);
  }
  return [...found];
}

/** Sentences such as "T010 depends on T006 and T007", for prose that stands apart from the tasks. */
export function statedDependencies(text: string, id: IdPattern, known: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  const list = `(?:${id})(?:${JOIN}(?:${id}))*`;
  for (const match of text.matchAll(
    new RegExp(String.raw`(${list})\s*(?:\([^()]*\)\s*)?(?:all\s+)?(?:depends?\s+on|requires?|needs?)\s+(${list})`, 'giu'),
  )) {
    const targets = idsIn(match[2] ?? '', id, known);
    for (const ref of idsIn(match[1] ?? '', id, known)) result.set(ref, [...(result.get(ref) ?? []), ...targets]);
  }
  return result;
}

/** The ids of a list such as "T001, T004–T006". */
function idsIn(list: string, id: IdPattern, known: readonly string[]): readonly string[] {
  const refs: string[] = [];
  let last = 0;
  for (const match of list.matchAll(new RegExp(id, 'gu'))) {
    const between = list.slice(last, match.index);
    const [from, to] = [known.indexOf(refs.at(-1) ?? ''), known.indexOf(match[0])];
    if (RANGE.test(between) && from >= 0 && to > from) refs.push(...known.slice(from + 1, to));
    refs.push(match[0]);
    last = match.index + match[0].length;
  }
  return refs;
}
