/** Blocks that end only at a mark: where it is missing, all that follows is part of them. */
import type { Html, RootContent } from 'mdast';
import { lineEnd, linesOf } from './lines.ts';
import type { Finding } from './rules.ts';

/** What a block still waits for, and takes in everything until it comes: a mark, or '' for a blank line. Null where it has ended. */
export function awaited(node: RootContent, text: string): string | null {
  if (node.type === 'html') return htmlEnd(node, text);
  return node.type === 'code' && node.data?.fences === 1 ? fenceMark(text, startOf(node)) : null;
}

export function unclosedBlock(node: RootContent, end: string, text: string): Finding {
  const offset = startOf(node);
  const what = node.type === 'code' ? 'block of code' : 'HTML';
  const message = `The ${what} that begins here has no end: all that follows is part of it, and no task. Write "${end}" on the line after its last.`;
  return { rule: 'unclosed-block', message, span: { offset, length: lineEnd(text, offset) - offset } };
}

function fenceMark(text: string, offset: number): string {
  return /^[ \t]*(`+|~+)/.exec(text.slice(offset, lineEnd(text, offset)))?.[1] ?? '```';
}

/** https://spec.commonmark.org/0.31.2/#html-blocks: kinds 1 to 5 end at a mark, 6 and 7 at a blank line. */
function htmlEnd(node: Html, text: string): string | null {
  const html = node.value.trimStart();
  if (html.startsWith('<!--')) return html.slice(4).includes('-->') ? null : '-->';
  const [, tag] = /^<(script|pre|style|textarea)(?:[\s>]|$)/i.exec(html) ?? [];
  if (tag !== undefined) return /<\/(?:script|pre|style|textarea)>/i.test(html) ? null : `</${tag}>`;
  if (html.startsWith('<?')) return html.slice(2).includes('?>') ? null : '?>';
  if (html.startsWith('<![CDATA[')) return html.includes(']]>') ? null : ']]>';
  if (/^<![a-z]/i.test(html)) return html.includes('>') ? null : '>';
  const next = linesOf(text, node.position?.end.offset ?? 0)[1];
  return next !== undefined && text.slice(next.start, next.end).trim() === '' ? null : '';
}

function startOf(node: RootContent): number {
  return node.position?.start.offset ?? 0;
}
