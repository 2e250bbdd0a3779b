/** `---` blocks where only a fenced `yaml` block is frontmatter. */
import { dedentLine, linesOf } from './lines.ts';
import type { Finding } from './rules.ts';

/** Lines that are looked at for the closing `---`. */
const LINES_MAX = 64;

/**
 * A `---` block that stands first between `from` and `to`, under a phase's heading (`columns` 0) or in a task (1: indented). It is
 * found by its lines, for Markdown makes a break and a heading of it.
 */
export function dashedBlock(
  text: string,
  from: number,
  to: number,
  columns: 0 | 1,
  under: 'heading' | 'task',
): { readonly finding: Finding; readonly end: number } | null {
  // The first line with text decides; it is looked at before the lines are collected, since almost no text has such a block.
  const first = /^(?:[ \t]*(?:\r\n|\n|\r))*([ \t]*)---[ \t]*(?:\r\n|\n|\r)/.exec(text.slice(from, to));
  if (first === null || (columns === 0 && first[1] !== '') || (columns === 1 && first[1] === '')) return null;
  const start = from + first[0].length;
  const opening = linesOf(text, from, start).at(-1);
  const lines = linesOf(text, start, to, LINES_MAX);
  const close = lines.findIndex((line) => text.slice(line.start, line.end).trim() === '---');
  const closing = lines[close];
  if (opening === undefined || closing === undefined || close < 1) return null;
  const body = lines.slice(0, close).map((line) => text.slice(line.start, line.end));
  if (!/^\s*[A-Za-z][\w-]*:(?:\s|$)/.test(body.find((line) => line.trim() !== '') ?? '')) return null;
  if (body.some((line) => /^\s*(?:```|~~~)/.test(dedentLine(line, 3)))) return null;
  const indent = first[1] ?? '';
  const edits = [
    { offset: opening.start, length: opening.end - opening.start, text: `${indent}\`\`\`yaml` },
    { offset: closing.start, length: closing.end - closing.start, text: `${indent}\`\`\`` },
  ];
  const message = `A "---" block under a ${under} is a heading to GitHub. Frontmatter here is a fenced block: put it between "\`\`\`yaml" and "\`\`\`".`;
  const span = { offset: opening.start + indent.length, length: 3 };
  return {
    finding: { rule: 'dashed-frontmatter', message, span, fix: { title: 'Make it a fenced yaml block', edits } },
    end: closing.next,
  };
}
