/** A review file: suggestions as checkboxes, for people to read, tick, comment on and change. */
import type { Code } from 'mdast';
import type { z } from 'zod';
import { conflictFindings } from './conflict.ts';
import type { Diagnostic, Span } from './diagnostic.ts';
import { sidesOf } from './line-diff.ts';
import { dedentLine, linesOf } from './lines.ts';
import { parseMarkdown } from './markdown.ts';
import type { Frontmatter } from './plan.ts';
import { toDiagnostics, type Finding } from './rules.ts';
import { readItems, type TaskBlock } from './section.ts';
import { ReviewFrontmatter, SuggestionFrontmatter, type Suggestion } from './suggestion.ts';
import { readTopAs } from './top.ts';

/** A suggestion and where it stands. */
export interface PlacedSuggestion extends Suggestion {
  /** What the checkbox says. */
  readonly title: string;
  readonly ticked: boolean;
  readonly placed: {
    /** The whole list item. */
    readonly item: Span;
    readonly box: Span;
    /** The column of the item's content, as blanks. */
    readonly indent: string;
    readonly frontmatter: Frontmatter;
    /** The diff with its fences, whole lines. */
    readonly diff: Span;
  };
}

export interface Review {
  readonly fields: Partial<z.output<typeof ReviewFrontmatter>>;
  readonly frontmatter: Frontmatter | null;
  readonly suggestions: readonly PlacedSuggestion[];
  /** How many checkboxes are something else: people's own, or suggestions that cannot be used. */
  readonly others: number;
}

/**
 * Reads a review file. Checkboxes without a frontmatter are people's own and are let be. What is wrong with a suggestion is a diagnostic, and
 * the suggestion is then not among the others.
 */
export function parseReview(text: string): { readonly review: Review; readonly diagnostics: readonly Diagnostic[] } {
  const top = readTopAs(text, ReviewFrontmatter, 'review');
  // Blank lines in the place of the frontmatter, so that offsets are those of the text.
  const section = readItems('\n'.repeat(top.end) + text.slice(top.end), { schema: SuggestionFrontmatter, noun: 'suggestion' });
  const findings = [...top.findings, ...conflictFindings(text)];
  const suggestions: PlacedSuggestion[] = [];
  const seen = new Map<string, string>();
  for (const block of section.blocks) {
    if (block.kind !== 'task' || block.frontmatter === null) continue;
    const { offset, length } = block.span;
    const own = section.findings.filter(({ span }) => span.offset >= offset && span.offset < offset + length);
    findings.push(...own);
    if (own.length > 0) continue;
    const read = readSuggestion(text, block);
    if ('rule' in read) findings.push(read);
    else if (seen.has(read.id)) findings.push(twice(read, seen.get(read.id) ?? ''));
    else {
      seen.set(read.id, read.title);
      suggestions.push(read);
    }
  }
  const others = section.blocks.filter(({ kind }) => kind === 'task').length - suggestions.length;
  return { review: { fields: top.fields, frontmatter: top.frontmatter, suggestions, others }, diagnostics: toDiagnostics(findings, text) };
}

type Block = TaskBlock<typeof SuggestionFrontmatter>;

function readSuggestion(text: string, block: Block): PlacedSuggestion | Finding {
  const { frontmatter, fields } = block;
  const { id, type, target } = fields;
  const bad = (message: string, span: Span = block.titleSpan): Finding => ({ rule: 'unusable-suggestion', message, span });
  if (frontmatter === null || id === undefined || type === undefined || target === undefined)
    return bad('A suggestion says its "id", "type" and "target" in the yaml block under its title.', frontmatter?.block);
  const { reasoning, diff } = readBody(text, block);
  if (diff === null) return bad(`The suggestion "${id}" has no closed "\`\`\`diff" block, which says what it would change.`);
  const lines = linesOf(text, diff.offset, diff.offset + diff.length);
  const columns = block.indent.length;
  const content = lines.slice(1, -1).map((line) => dedentLine(text.slice(line.start, line.end), columns));
  const sides = sidesOf(content);
  if ('wrong' in sides) {
    const line = lines[sides.wrong + 1];
    const span = line === undefined ? diff : { offset: line.start, length: line.end - line.start };
    return bad('Every line of the diff begins with a blank, "-" or "+", and this one does not.', span);
  }
  const { phase, beforeTask, beforePhase } = fields;
  return {
    id,
    type,
    target,
    against: fields.against,
    place: {
      ...(phase === undefined ? {} : { phase }),
      ...(beforeTask === undefined ? {} : { beforeTask }),
      ...(beforePhase === undefined ? {} : { beforePhase }),
    },
    reasoning,
    ...sides,
    title: block.title,
    ticked: /^[xX]$/.test(block.mark),
    placed: { item: block.span, box: block.box, indent: block.indent, frontmatter, diff },
  };
}

/** The first quotation is the reasoning, the first diff the change; all else is people's. */
function readBody(
  text: string,
  { descriptionSpan, description, indent }: Block,
): { readonly reasoning: string; readonly diff: Span | null } {
  const { children } = parseMarkdown(description);
  const lines = linesOf(text, descriptionSpan.offset, descriptionSpan.offset + descriptionSpan.length);
  const quote = children.find((node) => node.type === 'blockquote');
  const code = children.find((node): node is Code => node.type === 'code' && node.lang === 'diff');
  // A line of the description is a line of the file: only what stands before it is left out.
  const spanOf = (node: typeof code | typeof quote): Span => {
    const [first, last] = [lines[(node?.position?.start.line ?? 1) - 1], lines[(node?.position?.end.line ?? 1) - 1]];
    return { offset: first?.start ?? 0, length: (last?.next ?? 0) - (first?.start ?? 0) };
  };
  const quoted = quote === undefined ? { offset: 0, length: 0 } : spanOf(quote);
  const reasoning = linesOf(text, quoted.offset, quoted.offset + quoted.length)
    .map((line) => dedentLine(text.slice(line.start, line.end), indent.length).replace(/^ {0,3}> ?/, ''))
    .join('\n')
    .trim();
  return { reasoning, diff: code?.data?.fences === 2 ? spanOf(code) : null };
}

function twice({ id, title, placed }: PlacedSuggestion, other: string): Finding {
  const message = `The suggestion "${title}" has the id "${id}", as "${other}" has. Give one of them another "id:".`;
  return { rule: 'duplicate-id', message, span: placed.frontmatter.fields.get('id')?.value ?? placed.item };
}
