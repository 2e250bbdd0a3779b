/** What stands before the Markdown: the byte order mark and the plan's own frontmatter. */
import type { z } from 'zod';
import { checkFields } from './fields.ts';
import { PlanFrontmatter } from './frontmatter.ts';
import { afterLineEnding, lineEnd, linesOf, type Line } from './lines.ts';
import type { Frontmatter } from './plan.ts';
import type { Finding } from './rules.ts';
import { readYaml } from './yaml-block.ts';

export interface Top<Schema extends z.ZodObject = typeof PlanFrontmatter> {
  readonly frontmatter: Frontmatter | null;
  readonly fields: Partial<z.output<Schema>>;
  readonly findings: readonly Finding[];
  /** Where the Markdown begins. */
  readonly end: number;
}

/**
 * Reads the block that the first line opens. Own scan, as a `---` that is no frontmatter must not swallow the tasks: without a closing
 * line, or with headings or tasks before it, the line counts as a thematic break and everything after it is read.
 */
export function readTop(text: string): Top {
  return readTopAs(text, PlanFrontmatter, 'plan');
}

/** {@link readTop} of a file that is something else than a plan. */
export function readTopAs<Schema extends z.ZodObject>(text: string, schema: Schema, noun: 'plan' | 'review'): Top<Schema> {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  const opening = lineEnd(text, start);
  if (!/^---[ \t]*$/.test(text.slice(start, opening))) return { frontmatter: null, fields: {}, findings: [], end: start };
  const contentStart = afterLineEnding(text, opening);
  const lines = untilClosing(text, contentStart);
  const closing = lines.at(-1);
  const body = lines.slice(0, -1);
  const content = { offset: contentStart, length: (closing?.start ?? contentStart) - contentStart };
  const source = text.slice(contentStart, contentStart + content.length);
  if (closing === undefined) return broken(text, start, contentStart);
  const block = { offset: start, length: closing.end - start };
  const yaml = body.map((line) => text.slice(line.start, line.end));
  const reading = readYaml({ block, content, indent: '', yaml, lines: body }, text);
  const isMarkdown = /(?:^|[\r\n])(?:#{1,6}[ \t]|[-*+][ \t]+\[[ xX]\])/.test(source);
  if (isMarkdown && reading.findings.some((finding) => finding.rule === 'invalid-yaml')) return broken(text, start, contentStart);
  const { fields, findings } = checkFields(schema, reading, noun);
  return { frontmatter: reading.frontmatter, fields, findings: [...reading.findings, ...findings], end: closing.next };
}

/** The lines from `from` to the closing line, that one included; none where it is missing. */
function untilClosing(text: string, from: number): readonly Line[] {
  // A regular expression finds the end first, so that only the block's own lines are made into objects.
  const closing = /(?<=^|[\r\n])---[ \t]*(?=[\r\n]|$)/g;
  closing.lastIndex = from;
  const match = closing.exec(text);
  if (match === null) return [];
  return linesOf(text, from, afterLineEnding(text, match.index + match[0].length));
}

function broken<Schema extends z.ZodObject>(text: string, start: number, contentStart: number): Top<Schema> {
  const span = { offset: start, length: 3 };
  const none = { frontmatter: null, fields: {} as Top<Schema>['fields'], end: start } as const;
  if (/^[A-Za-z][\w-]*:(?:[ \t\r\n]|$)/.test(text.slice(contentStart, lineEnd(text, contentStart)))) {
    const message = 'The frontmatter that this line opens is not closed. Put a line "---" after its last key.';
    return { ...none, findings: [{ rule: 'unterminated-frontmatter', message, span }] };
  }
  const message = 'A file that begins with "---" is read as frontmatter by GitHub and others. For a thematic break write "***".';
  const fix = { title: 'Write "***"', edits: [{ ...span, text: '***' }] };
  return { ...none, findings: [{ rule: 'thematic-break-first', message, span, fix }] };
}
