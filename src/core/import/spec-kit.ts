/** spec-kit's `specs/<nnn-name>/tasks.md`: `- [ ] T012 [P] [US1] Create the model in src/models/user.py (depends on T004)`. */
import type { Imported, ImportedTask, SourceFile } from './imported.ts';
import { Ledger } from './ledger.ts';
import { markOf, readPhases, sayMark, titleOf } from './markdown-list.ts';
import { dependenciesIn, statedDependencies } from './prose.ts';
import { scan } from './scan.ts';
import type { Item } from './sections.ts';

/** Three digits are a floor and no cap; a letter after them is a task that was put in between. */
/** What an id looks like. */
export const TASK_ID = String.raw`(?:T|TASK-)\d{3,}[a-z]?\b`;
const ID = /^(\*\*|~~|__)?((?:T|TASK-)\d{3,}[a-z]?)\b(?:(\*\*|~~|__)(?=[\s:.]|$))?[:.]?\s*(?:[–—-]\s+)?/;
const LABEL = /^\[([^\]]{1,40})\]\s*/;

/** Whether a text is a task list of spec-kit's. */
export function isSpecKit(text: string): boolean {
  return /^\s*[-*+][ \t]+\[[ xX~-]?\][ \t]*(?:\*\*|~~)?(?:T|TASK-)\d{3,}/m.test(text);
}

export function readSpecKit(file: SourceFile): Imported {
  const lines = scan(file.text);
  const ledger = new Ledger(file.path, lines);
  const { h1, description, phases } = readPhases(lines, ledger, (item) => [
    taskOf(file, ledger, item),
    ...item.children.filter(hasId).map((child) => taskOf(file, ledger, child)),
  ]);
  const known = phases.flatMap(({ tasks }) => tasks.flatMap(({ ref }) => (ref === null ? [] : [ref])));
  const stated = statedDependencies(file.text.replaceAll(/^\s*[-*+][ \t]+\[.*$/gm, ''), TASK_ID, known);
  const depending = phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => {
      const said = dependenciesIn(`${task.title}\n${task.description}`, TASK_ID, known);
      return { ...task, dependsOn: [...new Set([...said, ...(stated.get(task.ref ?? '') ?? [])])].filter((ref) => ref !== task.ref) };
    }),
  }));
  return { title: titleOf(h1, /^Tasks\s*[:–—-]\s*/i), description, phases: depending, losses: ledger.losses() };
}

function hasId({ title }: Item): boolean {
  return ID.test(title);
}

function taskOf(file: SourceFile, ledger: Ledger, item: Item): ImportedTask {
  const { ref, title, parallel, struck } = readTitle(item.title);
  const mark = markOf(item.box.mark);
  ledger.take(item.titleLines);
  sayMark(ledger, item, mark);
  const extracted = item.children.filter(hasId);
  const body = extracted.length === 0 ? item.body : item.body.filter((line) => !extracted.some((child) => contains(child, line.number)));
  return {
    ref,
    title,
    description: ledger.body(body),
    mark: struck && mark === 'open' ? 'skipped' : mark,
    dependsOn: [],
    parallel,
    fields: {},
    lead: '',
    at: { file: file.path, line: item.line.number },
    box: item.box.span,
  };
}

function contains(item: Item, line: number): boolean {
  const last = item.body.at(-1) ?? item.titleLines.at(-1) ?? item.line;
  return line >= item.line.number && line <= last.number;
}

/** `**T012** [US1] [P] Title` → its parts. Labels but for `[P]` stay in the title; struck through, the task is one that was given up. */
function readTitle(source: string): { ref: string | null; title: string; parallel: boolean; struck: boolean } {
  const match = ID.exec(source);
  const [whole = '', opening, ref = null, closing] = match ?? [];
  let rest = source.slice(whole.length);
  let labels = '';
  let parallel = false;
  for (let label = ref === null ? null : LABEL.exec(rest); label !== null; label = LABEL.exec(rest)) {
    if (rest.startsWith('](', label[0].trimEnd().length - 1)) break;
    if (label[1] === 'P') parallel = true;
    else labels += `${label[0].trimEnd()} `;
    rest = rest.slice(label[0].length);
  }
  const open = opening !== undefined && closing === undefined ? opening : '';
  const struck = opening === '~~' || /^~~.*~~$/.test(rest);
  return { ref, title: `${labels}${open}${rest}`.trim() || source, parallel, struck };
}
