/** Text that was written for people (a to-do list, an issue) made into the text of a plan. */
import type { Heading, ListItem, Root, RootContent } from 'mdast';
import type { TextEdit } from './diagnostic.ts';
import { applyEdits, frontmatterEdits, phaseFrontmatterEdits } from './edit.ts';
import { lineStart } from './lines.ts';
import { parseMarkdown } from './markdown.ts';
import { parsePlan } from './parse.ts';
import { numberedSlug } from './slug.ts';

/** The frontmatter of another tool: keys and values, or nothing, between two lines of dashes. Without keys the lines are rules. */
const FRONTMATTER = /^---[ \t]*\n(?:(?:[ \t]*(?:#.*)?\n)*["'\p{L}_$][^:\n]*:(?:[ \t][^\n]*)?\n(?:[^\n]*\n)*?)?---[ \t]*(?:\n|$)/u;

/**
 * A draft with the given title and the source's headings and list. Where the source has checkboxes, those are the tasks and its plain
 * bullets stay prose; where it has none, every item gets a box, and those at the margin are tasks. The shallowest headings that
 * structure the list become phases. Null where there is nothing that could be a task.
 */
export function adoptMarkdown(source: string, title: string): string | null {
  const whole = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const text = whole.replace(FRONTMATTER, '');
  const { children } = parseMarkdown(text);
  const items = children.flatMap((node) => (node.type === 'list' ? node.children : [])).filter(isTextItem);
  if (items.length === 0) return null;
  const top = topLevel(children);
  const edits: TextEdit[] = items.some(hasBox) ? [] : items.flatMap(boxEdits);
  for (const node of children) if (node.type === 'heading') edits.push(headingEdit(node, text, top));
  const body = applyEdits(text, edits).replace(/^(?:[ \t]*\n)+/, '');
  return withOwnIds(`${plainPlan(title)}\n${body.trimEnd()}\n`);
}

/** An `id:` for each task and each phase whose title another one before it has already: people number steps, and repeat the words. */
function withOwnIds(text: string): string {
  const { plan } = parsePlan(text, '');
  const edits: TextEdit[] = [];
  for (const [task, id] of newIds(plan.phases.flatMap((phase) => phase.tasks))) {
    edits.push(...frontmatterEdits(text, plan, task, { id }, false));
  }
  for (const [phase, id] of newIds(plan.phases)) {
    const result = phaseFrontmatterEdits(text, plan, phase, { id });
    if ('edits' in result) edits.push(...result.edits);
  }
  return applyEdits(text, edits);
}

/** Those whose id is that of one before them, each with an id that nothing has. */
function newIds<Item extends { readonly id: string }>(items: readonly Item[]): Map<Item, string> {
  const taken = new Set(items.map(({ id }) => id));
  const seen = new Map<string, number>();
  const result = new Map<Item, string>();
  for (const item of items) {
    const last = seen.get(item.id);
    let number = last ?? 1;
    if (last !== undefined) {
      do number++;
      while (taken.has(numberedSlug(item.id, number)));
      result.set(item, numberedSlug(item.id, number));
      taken.add(numberedSlug(item.id, number));
    }
    seen.set(item.id, number);
  }
  return result;
}

/** The beginning of a new draft: frontmatter and title. */
function plainPlan(title: string): string {
  return `---\nstatus: draft\ncreatedBy: user\n---\n\n# ${title}\n`;
}

/** A new draft for a person to fill in. */
export function templatePlan(title: string): string {
  return `${plainPlan(title)}
What this plan is for, and what holds when it is done.

## First steps

- [ ] Say what is to be done first

  Which files, what they shall do, and how to tell that it is done.

- [ ] Say what comes next
`;
}

/** An item that begins with text: one that begins with a code block, a heading or nothing cannot have a box. */
function isTextItem(item: ListItem): boolean {
  return item.children[0]?.type === 'paragraph';
}

function hasBox(item: ListItem): boolean {
  return item.data?.box !== undefined;
}

/** A box for the item, and for those within it, where they have none. */
function boxEdits(item: ListItem): TextEdit[] {
  const [first, ...rest] = item.children;
  const inner = rest.flatMap((node) => (node.type === 'list' ? node.children.filter(isTextItem).flatMap(boxEdits) : []));
  return first === undefined || hasBox(item) ? inner : [{ offset: startOf(first), length: 0, text: '[ ] ' }, ...inner];
}

/** The level of the headings that become phases: the shallowest below the title that has a list in its section. */
function topLevel(children: Root['children']): number {
  let least = 7;
  let level = 0;
  for (const node of children) {
    if (node.type === 'heading') level = node.depth;
    else if (node.type === 'list' && level > 1) least = Math.min(least, level);
  }
  return least;
}

/** The heading at its level in a plan, with a blank line on either side. The plan has its own title: others go, as do empty ones. */
function headingEdit(node: Heading, text: string, top: number): TextEdit {
  const offset = lineStart(text, startOf(node));
  const blank = /[ \t]*\n(?:[ \t]*\n)*/y;
  blank.lastIndex = endOf(node);
  const length = endOf(node) + (blank.exec(text)?.[0].length ?? 0) - offset;
  const before = text.slice(lineStart(text, Math.max(0, offset - 1)), offset).trim() === '' ? '' : '\n';
  const [first] = node.children;
  const last = node.children.at(-1);
  if (node.depth === 1 || first === undefined || last === undefined) return { offset, length, text: before };
  const marks = '#'.repeat(node.depth <= top ? 2 : Math.min(6, node.depth - top + 2));
  // A heading that is underlined may have more than one line.
  const words = text.slice(startOf(first), endOf(last)).replaceAll(/\s*\n\s*/g, ' ');
  return { offset, length, text: `${before}${marks} ${words}\n\n` };
}

function startOf(node: RootContent): number {
  return node.position?.start.offset ?? 0;
}

function endOf(node: RootContent): number {
  return node.position?.end.offset ?? 0;
}
