/** Text that was written for people (a to-do list, an issue) made into the text of a plan. */
import type { Heading, ListItem, Root, RootContent } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import type { TextEdit } from './diagnostic.ts';
import { applyEdits } from './edit.ts';
import { lineStart } from './lines.ts';
import { markdown } from './markdown.ts';

/** A file from elsewhere may begin with the frontmatter of another tool, which a plan's own reader would not pass over. */
const processor = markdown().use(remarkFrontmatter).freeze();

/**
 * A draft with the given title and the source's headings and list. Where the source has checkboxes, those are the tasks and its plain
 * bullets stay prose; where it has none, every item gets a box, and those at the margin are tasks. The shallowest headings that
 * structure the list become phases. Null where there is nothing that could be a task.
 */
export function adoptMarkdown(source: string, title: string): string | null {
  const text = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const { children } = processor.parse(text);
  const items = children.flatMap((node) => (node.type === 'list' ? node.children : [])).filter(isTextItem);
  if (items.length === 0) return null;
  const top = topLevel(children);
  const edits: TextEdit[] = items.some(hasBox) ? [] : items.flatMap(boxEdits);
  for (const node of children) {
    if (node.type === 'heading') edits.push(headingEdit(node, text, top));
    if (node.type === 'yaml') edits.push({ offset: 0, length: endOf(node), text: '' });
  }
  const body = applyEdits(text, edits).replace(/^(?:[ \t]*\n)+/, '');
  return `${plainPlan(title)}\n${body.trimEnd()}\n`;
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
