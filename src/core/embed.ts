/** Text that people give, made into Markdown that cannot change the structure of the file around it. */
import { columnOf } from './lines.ts';
import { readSection } from './section.ts';
import { yamlLines, type FieldValues } from './yaml-text.ts';

/** A title on one line, or a sentence why there is none. */
export function titleText(title: string): string | { readonly refused: string } {
  const line = title.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ').trim();
  return line === '' ? { refused: 'A title needs some text.' } : line;
}

/** A heading's title: a `#` at its end would close the heading and is escaped. */
export function headingText(title: string): string | { readonly refused: string } {
  const line = titleText(title);
  return typeof line === 'string' ? line.replace(/(^|[ \t])(#+)$/, '$1\\$2') : line;
}

/** A description as lines, without line endings; none where there is no text. */
export function descriptionLines(description: string): readonly string[] {
  const text = description.trim();
  return text === '' ? [] : text.split(/\r\n|\n|\r/);
}

/**
 * Why a description cannot stand in a plan or a phase, where its headings, checkboxes and open blocks would count; null where it can. In a
 * task anything can stand, since it is indented.
 */
export function refusal(description: string): { readonly refused: string } | null {
  const lines = descriptionLines(description);
  const { blocks, findings, open } = readSection(lines.join('\n'));
  if (open)
    return { refused: 'This text leaves a code fence, a comment or an HTML block open, which would swallow what follows it. Close it.' };
  const block = blocks.find((found) => found.kind === 'task' || found.depth <= 2);
  if (block?.kind === 'task') return { refused: 'This text has checkboxes, which would become tasks. Indent them, or add them as tasks.' };
  if (block !== undefined) return { refused: 'This text has a heading of level 1 or 2, which would become a title or a phase. Use "###".' };
  if (findings.length > 0) return { refused: findings[0]?.message ?? '' };
  if (beginsLikeFrontmatter(lines)) return { refused: 'This text begins like frontmatter. Begin with a sentence.' };
  if (lines.some((line) => /^(?:<{7}|>{7}|\|{7}) /.test(line)))
    return { refused: 'This text has the marks of a merge conflict. Remove them.' };
  return null;
}

export interface NewTask {
  readonly title: string;
  readonly description?: string;
  /** Keys of the frontmatter. */
  readonly fields?: FieldValues;
}

/** The lines of a new task behind `prefix`, its indentation and marker, e.g. `- `. */
export function taskLines(task: NewTask & { readonly mark: ' ' | 'x' }, id: string, prefix: string): readonly string[] {
  const indent = ' '.repeat(columnOf(prefix, prefix.length));
  const body = descriptionLines(task.description ?? '');
  let fields = yamlLines(task.fields ?? {});
  // A description must not be taken for the frontmatter: give the task one of its own.
  if (fields.length === 0 && beginsLikeFrontmatter(body)) fields = yamlLines({ id });
  return [
    `${prefix}[${task.mark}] ${task.title}`,
    ...(fields.length === 0 ? [] : ['', ...['```yaml', ...fields, '```'].map((line) => indent + line)]),
    ...(body.length === 0 ? [] : ['', ...indented(body, indent)]),
  ];
}

/** Lines behind a container's indentation; blank ones stay empty. */
export function indented(lines: readonly string[], indent: string): readonly string[] {
  return lines.map((line) => (line.trim() === '' ? '' : indent + line));
}

export function beginsLikeFrontmatter(lines: readonly string[]): boolean {
  return /^(?:(?:`{3,}|~{3,})[ \t]*ya?ml[ \t]*$|---[ \t]*$)/i.test(lines[0] ?? '');
}
