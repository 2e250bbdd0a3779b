/** Headings and checkboxes as phases and tasks: what spec-kit's, OpenSpec's and Kiro's lists have in common. */
import type { ImportedPhase, ImportedTask, Mark } from './imported.ts';
import type { Ledger } from './ledger.ts';
import type { SourceLine } from './scan.ts';
import { isItem, sectionsOf, type Item, type Section } from './sections.ts';

export interface Phases {
  /** The first heading of level 1 that comes before every box. */
  readonly h1: string | null;
  readonly description: string;
  readonly phases: readonly ImportedPhase[];
}

/** What a box's mark says: `x` is done, `-` skipped; every other mark is open, as OpenSpec has it too. */
export function markOf(mark: string): Mark {
  return mark === 'x' || mark === 'X' ? 'done' : mark === '-' ? 'skipped' : 'open';
}

/** Reports a mark that a plan has no word for. */
export function sayMark(ledger: Ledger, { line, box }: Item, mark: Mark): void {
  if (mark === 'open' && box.mark !== '') ledger.lose(line, `has the mark [${box.mark}], and is open here`);
}

/** The title of a list without what says that it is one; null where nothing else is left. */
export function titleOf(heading: string | null, prefix: RegExp): string | null {
  const title = heading?.replace(prefix, '').trim() ?? '';
  return /^(?:|tasks?|implementation plan|plan|todos?|実装計画|实施计划|任务)$/i.test(title) ? null : title;
}

/**
 * Headings become phases where boxes stand in their sections: the shallowest of them, deeper ones are prose between the tasks. Sections without
 * boxes go into the plan's description. `tasksOf` says what an item becomes; those after the first are its own sub-items.
 */
export function readPhases(lines: readonly SourceLine[], ledger: Ledger, tasksOf: (item: Item) => readonly ImportedTask[]): Phases {
  const sections = sectionsOf(lines);
  const isTitle = ({ depth }: Section, index: number) =>
    depth === 1 && sections.slice(0, index + 1).every(({ parts }) => !parts.some(isItem));
  const title = sections.findIndex((section, index) => section.depth === 1 && (isTitle(section, index) || index <= 1));
  const level = levelOf(sections, title);
  const description: string[] = [];
  const phases: Draft[] = [];
  let draft: Draft | null = null;
  for (const group of groupsOf(sections, level)) {
    const [first] = group;
    if (first === undefined) continue;
    const index = sections.indexOf(first);
    if (!group.some(({ parts }) => parts.some(isItem))) {
      const own = index === title ? group.map((section, at) => (at === 0 ? { ...section, heading: null } : section)) : group;
      if (index === title && first.heading !== null) ledger.take([first.heading]);
      description.push(ledger.prose(own.flatMap(linesIn), first.depth === 2 ? 1 : 0));
      draft = null;
      continue;
    }
    draft = new Draft(index === title ? '' : first.title);
    if (first.heading !== null) ledger.take([first.heading]);
    draft.fill(group, ledger, tasksOf, Number.isFinite(level) ? 2 - level : 0);
    if (draft.hasTasks()) phases.push(draft);
    else description.push(draft.prose());
  }
  const h1 = title < 0 ? null : (sections[title]?.title ?? null);
  const [before, ...rest] = phases;
  // What stands above the boxes of a phase without a heading can only be the plan's.
  if (before !== undefined && before.title === '') description.unshift(before.takeDescription());
  const all = before === undefined ? [] : [before, ...rest];
  return { h1, description: joined(description), phases: all.map((each) => each.phase()) };
}

class Draft {
  readonly title: string;
  #description = '';
  readonly #tasks: ImportedTask[] = [];
  #waiting: string[] = [];

  constructor(title: string) {
    this.title = title;
  }

  fill(group: readonly Section[], ledger: Ledger, tasksOf: (item: Item) => readonly ImportedTask[], demote: number): void {
    for (const [index, section] of group.entries()) {
      let lines: SourceLine[] = index === 0 || section.heading === null ? [] : [section.heading];
      for (const part of section.parts) {
        if (!isItem(part)) {
          lines.push(...part);
          continue;
        }
        this.#prose(ledger.prose(lines, demote));
        lines = [];
        const tasks = part.title === '' && part.body.length === 0 ? [] : tasksOf(part);
        if (tasks.length === 0) ledger.lose(part.line, 'is a box without text');
        for (const task of tasks) this.#add(task);
      }
      this.#prose(ledger.prose(lines, demote));
    }
  }

  #prose(text: string): void {
    if (text !== '') this.#waiting.push(text);
  }

  #add(task: ImportedTask): void {
    const lead = this.prose();
    if (this.#tasks.length === 0) this.#description = lead;
    this.#tasks.push({ ...task, lead: this.#tasks.length === 0 ? '' : lead });
  }

  hasTasks(): boolean {
    return this.#tasks.length > 0;
  }

  /** Takes the prose that waits for a task. */
  prose(): string {
    const text = joined(this.#waiting);
    this.#waiting = [];
    return text;
  }

  takeDescription(): string {
    const text = this.#description;
    this.#description = '';
    return text;
  }

  phase(): ImportedPhase {
    return { ref: null, title: this.title, description: this.#description, tasks: this.#tasks, tail: this.prose() };
  }
}

/** The depth of the headings that become phases: the least that has boxes right under it, or under at least two of its headings. */
function levelOf(sections: readonly Section[], title: number): number {
  const holders = new Map<number, number>();
  let least = Number.POSITIVE_INFINITY;
  for (const [index, { depth, parts }] of sections.entries()) {
    if (depth === 0 || index === title) continue;
    const end = sections.findIndex((other, at) => at > index && other.depth <= depth);
    const within = sections.slice(index, end < 0 ? undefined : end);
    if (parts.some(isItem)) least = Math.min(least, depth);
    if (within.some((section) => section.parts.some(isItem))) holders.set(depth, (holders.get(depth) ?? 0) + 1);
  }
  return Math.min(least, ...[...holders].filter(([, count]) => count > 1).map(([depth]) => depth));
}

/** Sections in groups: each heading of the level, or above it, begins one. */
function groupsOf(sections: readonly Section[], level: number): readonly (readonly Section[])[] {
  const groups: Section[][] = [];
  for (const section of sections) {
    const begins = section.heading === null || section.depth <= level || groups.length === 0;
    if (begins) groups.push([section]);
    else groups.at(-1)?.push(section);
  }
  return groups;
}

function linesIn({ heading, parts }: Section): readonly SourceLine[] {
  return [...(heading === null ? [] : [heading]), ...parts.flatMap((part) => (isItem(part) ? [...part.titleLines, ...part.body] : part))];
}

/** Stretches of prose as one text. */
export function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}
