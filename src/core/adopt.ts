/** Text that was written for people (a to-do list, an issue) made into the text of a plan. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/;
/** A list item at the margin: what stands before its text, its box, and its text. */
const ITEM = /^(?<marker> {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+)(?<box>\[[ xX]\][ \t]+)?(?<text>\S.*)$/;

interface Row {
  readonly text: string;
  /** Within a fence: as it is. */
  readonly literal: boolean;
}

/**
 * A draft with the given title and the source's headings and list. Where the source has checkboxes, those are the tasks and its plain
 * bullets stay prose; where it has none, the bullets at the margin become tasks. The shallowest headings that structure the list become
 * phases. Null where there is nothing that could be a task.
 */
export function adoptMarkdown(source: string, title: string): string | null {
  const rows = rowsOf(source);
  const items = rows.filter((row) => !row.literal && ITEM.test(row.text));
  if (items.length === 0) return null;
  const boxed = items.some((row) => ITEM.exec(row.text)?.groups?.['box'] !== undefined);
  const top = topLevel(rows);
  const body: string[] = [];
  let afterHeading = false;
  for (const row of rows) {
    const line = row.literal ? row.text : adoptLine(row.text, boxed, top);
    if (line === null) continue;
    const isHeading = !row.literal && HEADING.test(line);
    // A heading stands alone, as formatters and readers expect it.
    if ((isHeading || afterHeading) && line.trim() !== '' && (body.at(-1) ?? '').trim() !== '') body.push('');
    body.push(line);
    afterHeading = isHeading;
  }
  return `${plainPlan(title)}\n${body.join('\n').trim()}\n`;
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

function rowsOf(source: string): Row[] {
  const lines = withoutFrontmatter(source.replace(/^\uFEFF/, '')).split(/\r\n|\n|\r/);
  let fence: string | null = null;
  return lines.map((text) => {
    const mark = FENCE.exec(text)?.[1];
    if (fence !== null) {
      if (mark !== undefined && mark.startsWith(fence) && text.trim() === mark) fence = null;
      return { text, literal: true };
    }
    if (mark !== undefined) fence = mark;
    return { text, literal: mark !== undefined };
  });
}

function withoutFrontmatter(source: string): string {
  const block = /^---[ \t]*(?:\r\n|\n|\r)[\s\S]*?(?:\r\n|\n|\r)---[ \t]*(?:\r\n|\n|\r|$)/.exec(source);
  return block === null ? source : source.slice(block[0].length);
}

/** The level of the headings that become phases: the shallowest below the title that has a list in its section. */
function topLevel(rows: readonly Row[]): number {
  let least = 7;
  let level = 0;
  for (const row of rows) {
    if (row.literal) continue;
    const heading = HEADING.exec(row.text)?.[1];
    if (heading !== undefined) level = heading.length;
    else if (ITEM.test(row.text) && level > 1) least = Math.min(least, level);
  }
  return least;
}

function adoptLine(line: string, boxed: boolean, top: number): string | null {
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const [, marks = '', text = ''] = heading;
    // The plan has its own title; what else is above the phases keeps its words.
    if (marks.length === 1) return null;
    if (text === '') return null;
    return marks.length <= top ? `## ${text}` : `${'#'.repeat(Math.min(6, marks.length - top + 2))} ${text}`;
  }
  const item = ITEM.exec(line)?.groups;
  if (item === undefined || boxed) return line;
  return `${item['marker'] ?? '- '}[ ] ${item['text'] ?? ''}`;
}
