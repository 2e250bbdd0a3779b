/** Markdown that is not deep: what quotes and lists within one another cost a parser. */

/** Twenty-five marks of quotes or of list items in a row, or the indentation of as many, and one more mark. */
const DEEP = /^((?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))){25}[ \t]*|(?: {4}| {0,3}\t){25,} {0,3})[->+*\d]/gm;

/**
 * The text with a letter in place of the first mark of each line that is too deep, so that quotes and lists within twenty-five others are text:
 * what the parser needs for them grows faster than the square of their number, and a line of `>` alone would keep it for hours.
 */
export function shallow(text: string): string {
  return text.replaceAll(DEEP, '$1x');
}
