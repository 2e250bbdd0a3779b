/** Plans of ralphex's and superpowers': `### Task 1: Title` with its steps as checkboxes. */
import type { Imported, ImportedPhase, ImportedTask, Mark, SourceFile } from './imported.ts';
import { Ledger, undented } from './ledger.ts';
import { joined, markOf, titleOf } from './markdown-list.ts';
import { dependenciesIn } from './prose.ts';
import { scan, type SourceLine } from './scan.ts';
import { isItem, sectionsOf, type Item, type Section } from './sections.ts';

const HEADER = /^(?:Task|Iteration)\s+([^\s:.–—-]+)\s*[:.–—-]\s*(.*)$/i;

/** Whether a text is such a plan. */
export function isRalphex(text: string): boolean {
  return /^#{2,4}[ \t]+(?:Task|Iteration)[ \t]+[^\s:]+[ \t]*[:.–—-]/im.test(text);
}

export function readRalphex(file: SourceFile): Imported {
  const lines = scan(file.text);
  const ledger = new Ledger(file.path, lines);
  const sections = sectionsOf(lines);
  const title = sections.findIndex(({ depth }) => depth === 1);
  const description: string[] = [];
  const tasks: ImportedTask[] = [];
  for (let index = 0; index < sections.length;) {
    const section = sections[index] as Section;
    const isTask = HEADER.test(section.title);
    const end = isTask ? endOf(sections, index) : index + 1;
    const group = sections.slice(index, end);
    const hasBoxes = group.some(({ parts }) => parts.some(isItem));
    if (isTask || hasBoxes) tasks.push(taskOf(file.path, ledger, group, index === title));
    else {
      if (index === title && section.heading !== null) ledger.take([section.heading]);
      const prose = index === title ? section.parts.flatMap(linesOf) : linesIn([section]);
      description.push(ledger.prose(prose, section.depth === 2 ? 1 : 0));
    }
    index = end;
  }
  const phase: ImportedPhase = { ref: null, title: '', description: '', tasks: withDependencies(tasks), tail: '' };
  return {
    title: titleOf(sections[title]?.title ?? null, /^Plan\s*:\s*/i),
    description: joined(description),
    phases: tasks.length === 0 ? [] : [phase],
    losses: ledger.losses(),
  };
}

/** The index after a task's section: what stands under deeper headings belongs to it, but for other tasks. */
function endOf(sections: readonly Section[], start: number): number {
  const end = sections.findIndex(
    ({ depth, title }, index) => index > start && (depth <= (sections[start]?.depth ?? 0) || HEADER.test(title)),
  );
  return end < 0 ? sections.length : end;
}

/** A task is done when all its steps are; one without steps, and boxes under any other heading, are open until somebody ticks them. */
function taskOf(file: string, ledger: Ledger, group: readonly Section[], isTop: boolean): ImportedTask {
  const [first] = group;
  const [, number, name = ''] = HEADER.exec(first?.title ?? '') ?? [];
  const boxes = group.flatMap(({ parts }) => parts.filter(isItem).flatMap(deep));
  if (first?.heading != null) ledger.take([first.heading]);
  const body = linesIn(group).filter((line) => line !== first?.heading && line.kind !== 'rule' && line.kind !== 'frontmatter');
  const done = boxes.length > 0 && boxes.every(({ box }) => markOf(box.mark) !== 'open');
  const mark: Mark = done ? 'done' : 'open';
  ledger.take(body);
  return {
    ref: number === undefined ? null : `task-${number}`,
    title: name.trim() || first?.title || (isTop ? 'Steps' : '') || 'Steps',
    description: undented([ledger.body(body)]),
    mark,
    dependsOn: [],
    parallel: false,
    fields: {},
    lead: '',
    at: { file, line: first?.heading?.number ?? body[0]?.number ?? 1 },
    box: null,
  };
}

function deep(item: Item): readonly Item[] {
  return [item, ...item.children.flatMap(deep)];
}

/** "Depends on Task 2", and superpowers' "Consumes: `X` from Task 1". */
function withDependencies(tasks: readonly ImportedTask[]): readonly ImportedTask[] {
  const known = tasks.flatMap(({ ref }) => (ref === null ? [] : [ref.replace('task-', '')]));
  return tasks.map((task) => {
    const consumed = [
      ...task.description.matchAll(/^\s*[-*]?\s*Consumes:.*?\bfrom Tasks?\s+((?:\d+)(?:\s*(?:,|and|&)\s*\d+)*)/gim),
    ].flatMap(([, list = '']) => list.match(/\d+/g) ?? []);
    const said = [...task.description.matchAll(/[^\n]*\bTasks?\s+\d[^\n]*/g)].flatMap(([line]) =>
      dependenciesIn(line, String.raw`(?:Task\s+)?\d+\b`, known),
    );
    const refs = [...consumed, ...said].map((ref) => ref.replace(/\D+/g, '')).filter((ref) => known.includes(ref));
    return { ...task, dependsOn: [...new Set(refs.map((ref) => `task-${ref}`))].filter((ref) => ref !== task.ref) };
  });
}

function linesIn(sections: readonly Section[]): readonly SourceLine[] {
  return sections.flatMap(({ heading, parts }) => [...(heading === null ? [] : [heading]), ...parts.flatMap(linesOf)]);
}

function linesOf(part: Section['parts'][number]): readonly SourceLine[] {
  return isItem(part) ? [...part.titleLines, ...part.body] : part;
}
