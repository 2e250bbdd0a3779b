/** Text of others within Markdown that GitHub renders: it shows as it is, and does nothing. */
import { visibleText } from './visible.ts';

/** Longest text of others in one place, in UTF-16 code units. */
const INLINE_MAX = 2_000;

/**
 * One line of text: no markup, no HTML, no mention, no link, no reference to an issue, nothing hidden. GitHub looks for mentions, references and links in what is
 * rendered, where an escape is gone: a zero-width space keeps them apart, as other tools' bots do it.
 */
export function inlineText(text: string): string {
  const short = text.length > INLINE_MAX ? `${text.slice(0, INLINE_MAX).toWellFormed()}…` : text;
  return visibleText(short)
    .replaceAll(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]#|~$]/g, (mark) => `\\${mark}`)
    .replaceAll(/@(?=[\w-])/g, '@&#8203;')
    .replaceAll(/\\#(?=\w)/g, '\\#&#8203;')
    .replaceAll(/\b(GH)-(?=\d)/gi, '$1&#8203;-')
    .replaceAll('://', ':&#8203;//')
    .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, -1)}&#8203;.`)
    .replaceAll(/^(\s*\d*)([-+.)])/g, '$1\\$2');
}

/** The same within a tag of HTML, where Markdown is not read. */
export function htmlText(text: string): string {
  return visibleText(text.slice(0, INLINE_MAX))
    .replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll(/(?<!&)[@#](?=[\w-])/g, (character) => `&#${character.codePointAt(0)};&#8203;`)
    .replaceAll(/\s+/g, ' ');
}

/** Blank space with which the rest of a line could be pushed out of sight. */
const WIDE = / {8,}/g;

/** A value as code. What is code does nothing on GitHub; the fence is longer than any run of backticks within. */
export function inlineCode(text: string): string {
  const plain = visibleText(text)
    .replaceAll(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replaceAll(WIDE, (run) => ` ⟨${run.length} spaces⟩ `);
  const rest = plain.length - INLINE_MAX;
  const short = rest > 0 ? `${plain.slice(0, INLINE_MAX).toWellFormed()}… (${rest} more characters)` : plain;
  const fence = '`'.repeat(Math.max(0, ...[...short.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const apart = /^`|`$|^ .* $/.test(short) ? ' ' : '';
  return short.trim() === '' ? '(blank)' : `${fence}${apart}${short}${apart}${fence}`;
}
