/** Tasks with numbers such as `2.` and `2.1`: what OpenSpec's and Kiro's lists share. */
import type { ImportedPhase, ImportedTask, Mark } from './imported.ts';
import type { Ledger } from './ledger.ts';
import { sayMark } from './markdown-list.ts';
import { dependenciesIn } from './prose.ts';
import type { Item } from './sections.ts';

/** `2.1 Title`, `2. Title`, `**2.1** Title`, `T3: Title`. A number alone is none: "3 tests pass". */
const NUMBER = /^(\*\*)?((?:\d+(?:\.\d+)+[a-z]?|\d+[a-z]?(?=[.):](?:\*\*)?\s)|[A-Z]{1,4}-?\d+(?:\.\d+)*(?=[.):])))[.):]?(\*\*)?[.):]?\s+/;
const PARALLEL = /^[([]P[)\]]\s+/;
const NUMBERS = String.raw`\d+(?:\.\d+)+[a-z]?(?![\p{L}\p{N}]|\.\d)`;
/** `_Depends: 1, 2.1_` of cc-sdd's. */
const DEPENDS = /_Depends(?: on)?:\s*([^_]+)_/gi;

/** The task that an item is. `body` is what of it counts as the description. */
export function numberedTask(file: string, ledger: Ledger, item: Item, mark: Mark, body: Item['body']): ImportedTask {
  const [whole = '', opening, ref = null, closing] = NUMBER.exec(item.title) ?? [];
  const bold = opening !== undefined && closing === undefined ? opening : '';
  const rest = item.title.slice(whole.length);
  const title = rest.replace(PARALLEL, '');
  ledger.take(item.titleLines);
  sayMark(ledger, item, mark);
  return {
    ref,
    title: `${bold}${title}` || item.title,
    description: ledger.body(body),
    mark,
    dependsOn: [],
    parallel: title !== rest,
    fields: {},
    lead: '',
    at: { file, line: item.line.number },
    box: item.box.span,
  };
}

/** The number before a title; null where there is none. */
export function numberOf(title: string): string | null {
  return NUMBER.exec(title)?.[2] ?? null;
}

/** The phases with the dependencies that their tasks' texts name. A number in prose counts only where it is one of a task. */
export function withStatedDependencies(phases: readonly ImportedPhase[]): readonly ImportedPhase[] {
  const known = phases.flatMap(({ ref, tasks }) => [ref, ...tasks.map((task) => task.ref)]).filter((ref) => ref !== null);
  return phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => {
      const text = `${task.title}\n${task.description}`;
      const named = [...text.matchAll(DEPENDS)].flatMap(([, list = '']) => list.match(/\d+(?:\.\d+)*/g) ?? []);
      const said = dependenciesIn(text.replaceAll(DEPENDS, ''), NUMBERS, known).filter((ref) => known.includes(ref));
      return { ...task, dependsOn: [...new Set([...named, ...said])].filter((ref) => ref !== task.ref) };
    }),
  }));
}
