/** Text of others within Markdown that GitHub renders: it shows as it is, and does nothing. */
import { visibleText } from './visible.ts';

/** Longest text of others in one place, in UTF-16 code units. */
const INLINE_MAX = 2_000;

/**
 * One line of text: no markup, no HTML, no mention, no link, no reference to an issue, nothing hidden. GitHub looks for mentions and references in what is
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
    .replaceAll('://', '&#58;//')
    .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, -1)}&#46;`)
    .replaceAll(/^(\s*\d*)([-+.)])/g, '$1\\$2');
}

/** The same within a tag of HTML, where Markdown is not read. */
export function htmlText(text: string): string {
  return visibleText(text.slice(0, INLINE_MAX))
    .replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll(/(?<!&)[@#](?=[\w-])/g, (character) => `&#${character.codePointAt(0)};&#8203;`)
    .replaceAll(/\s+/g, ' ');
}

/** A value as code. What is code does nothing on GitHub; the fence is longer than any run of backticks within. */
export function inlineCode(text: string): string {
  const short = text.length > INLINE_MAX ? `${text.slice(0, INLINE_MAX).toWellFormed()}…` : text;
  const plain = visibleText(short)
    .replaceAll(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ');
  const fence = '`'.repeat(Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const apart = /^`|`$|^ .* $/.test(plain) ? ' ' : '';
  return plain.trim() === '' ? '(blank)' : `${fence}${apart}${plain}${apart}${fence}`;
}
