/** Text that others wrote, made fit for one line of a terminal, and its width there. */
import { stripVTControlCharacters } from 'node:util';

/** Longest text that is looked at for one line, in UTF-16 code units: wider than any terminal. */
const MAX_LINE_CHARS = 4_000;

// Made when they are first needed: the segmenter and the tables of the wide scripts take longer to set up than most commands run.
let segmenter: Intl.Segmenter | undefined;
let wide: RegExp | undefined;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
// Joiners and variation selectors are part of a visible character; every other format character can turn a line around or hide text.
const CONTROLS = /(?!\u200D)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Wide and full-width blocks of East Asian scripts, and pictures with an emoji presentation. */
const WIDE_SOURCE =
  '^(?:\\p{Emoji_Presentation}|\\p{Script=Han}|\\p{Script=Hiragana}|\\p{Script=Katakana}|\\p{Script=Hangul}|\\p{Script=Bopomofo}|\\p{Script=Yi}|[\\u3000-\\u303E\\uFF01-\\uFF60\\uFFE0-\\uFFE6])';
const NARROW_KANA = /^[\uFF61-\uFFDC]/u;
const MARKS_ONLY = /^[\p{M}\u200D]+$/u;
/** Characters of one column each that never join: Latin, Greek, Cyrillic, punctuation, and the drawings that Plans itself uses. */
const NARROW = /^[\x20-\x7E\u00A1-\u02FF\u0370-\u0482\u048A-\u052F\u2010-\u2027\u2030-\u205E\u2500-\u25FC\u2713-\u2718\u2800-\u28FF]*$/;

/** One line: escape sequences gone, tabs as two spaces, everything that moves the cursor or turns the direction dropped. */
export function oneLine(text: string): string {
  const short = text.length > MAX_LINE_CHARS ? text.slice(0, MAX_LINE_CHARS).toWellFormed() : text;
  if (NARROW.test(short)) return short;
  const plain = stripVTControlCharacters(short);
  if (!CONTROL.test(plain)) return plain;
  return plain
    .replace(/\r?\n|\r/g, ' ')
    .replaceAll('\t', '  ')
    .replace(CONTROLS, '');
}

/** The lines of an output as a person would see them: a progress bar that redraws itself counts as what it drew last. */
export function outputLines(text: string): string[] {
  return text.split('\n').map((line) => {
    const drawn = line.replace(/\r+$/, '');
    return oneLine(drawn.slice(drawn.lastIndexOf('\r') + 1)).trimEnd();
  });
}

/** Columns that a line takes. The text is one that {@link oneLine} has made. */
export function columnsOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes(text)) columns += graphemeColumns(segment);
  return columns;
}

function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function isWide(grapheme: string): boolean {
  wide ??= new RegExp(WIDE_SOURCE, 'u');
  return wide.test(grapheme) && !NARROW_KANA.test(grapheme);
}

function graphemeColumns(grapheme: string): number {
  if (MARKS_ONLY.test(grapheme)) return 0;
  if (grapheme.includes('\uFE0F') || isWide(grapheme)) return 2;
  return 1;
}

/** At most `columns` wide; what is cut ends in `…`. */
export function fit(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const wide = graphemeColumns(segment);
    if (used + wide > columns - 1) break;
    kept += segment;
    used += wide;
  }
  return `${kept}…`;
}

/** Words on lines of at most `columns`; a longer word is cut into pieces. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.flatMap((each) => pieces(each, columns));
}

function pieces(text: string, columns: number): string[] {
  if (columnsOf(text) <= columns) return [text];
  const all: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const wide = graphemeColumns(segment);
    if (used + wide > Math.max(columns, 2)) {
      all.push(piece);
      piece = '';
      used = 0;
    }
    piece += segment;
    used += wide;
  }
  return [...all, piece];
}

/** `1 task`, `2 tasks`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
