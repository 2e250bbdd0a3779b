/** Which lines of a source became something: what is left at the end is the loss report. */
import { refusal } from '../embed.ts';
import { dedentLine } from '../lines.ts';
import type { Loss, Place } from './imported.ts';
import { scan, type SourceLine } from './scan.ts';

/** Longest piece of a line that a report quotes; UTF-16 code units. */
const QUOTED_MAX = 120;

export class Ledger {
  readonly #file: string;
  readonly #lines: readonly SourceLine[];
  readonly #taken = new Set<number>();
  readonly #losses: Loss[] = [];

  constructor(file: string, lines: readonly SourceLine[]) {
    this.#file = file;
    this.#lines = lines;
  }

  /** These lines became something. */
  take(lines: readonly SourceLine[]): void {
    for (const { number } of lines) this.#taken.add(number);
  }

  /** Something of this line is not as it was. */
  lose(line: SourceLine, why: string): void {
    this.#taken.add(line.number);
    this.#losses.push({ file: this.#file, line: line.number, text: quoted(line.text), why });
  }

  /**
   * Prose for a plan or a phase: taken, but for what would change the structure around it. Boxes become plain bullets, since a box there would
   * be a task. `demote` is added to the depth of headings.
   */
  prose(lines: readonly SourceLine[], demote = 0): string {
    const kept: string[] = [];
    const keptLines: SourceLine[] = [];
    for (const line of lines) {
      if (line.kind === 'rule' || line.kind === 'frontmatter') continue;
      if (line.heading?.title === '') kept.push('');
      else if (line.heading !== null)
        kept.push(`${'#'.repeat(Math.max(3, Math.min(6, line.heading.depth + demote)))} ${line.heading.title}`);
      else if (line.kind === 'box' && line.box !== null) {
        this.lose(line, 'is a box where no task can stand, and became a plain bullet');
        kept.push(line.text.replace(/\[[^\]]*\]\*?[ \t]*/, ''));
      } else kept.push(line.text);
      keptLines.push(line);
    }
    const text = undented(kept);
    const refused = text === '' ? null : refusal(text);
    if (refused === null) {
      for (const line of keptLines) if (line.box !== null && line.kind !== 'box') this.#codeBox(line);
      this.take(keptLines);
      return text;
    }
    for (const line of keptLines) if (line.kind !== 'blank') this.lose(line, `is left out with the text around it: ${refused.refused}`);
    return '';
  }

  /** Text of a task, where anything can stand: taken whole. */
  body(lines: readonly SourceLine[]): string {
    for (const line of lines) if (line.box !== null && line.kind !== 'box') this.#codeBox(line);
    this.take(lines);
    return undented(lines.map(({ text }) => text));
  }

  #codeBox(line: SourceLine): void {
    if (line.kind === 'bullet') return;
    const where = line.kind === 'comment' ? 'a comment' : 'a code block';
    this.lose(line, `is a box in ${where}, and stays text`);
  }

  /** All that did not become something, in the order of the lines. */
  losses(): readonly Loss[] {
    for (const line of this.#lines) {
      if (this.#taken.has(line.number) || line.kind === 'blank' || line.kind === 'rule') continue;
      this.lose(line, line.kind === 'frontmatter' ? 'is metadata of another tool' : 'has no place in a plan');
    }
    return this.#losses.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }
}

/** Any text as the description of a phase: its headings one level deeper, what cannot stand there left out and reported at `at`. */
export function proseFrom(text: string, at: Place, losses: Loss[]): string {
  const lines = scan(text);
  const ledger = new Ledger(at.file, lines);
  const prose = ledger.prose(lines, 1);
  losses.push(...ledger.losses().map(({ text: line, why }) => ({ ...at, text: line, why })));
  return prose;
}

/** A line as a report shows it. */
export function quoted(text: string): string {
  const line = text.trim();
  return line.length <= QUOTED_MAX ? line : `${line.slice(0, QUOTED_MAX - 1).toWellFormed()}…`;
}

/** Lines without the indentation that all of them have, as one text. */
export function undented(lines: readonly string[]): string {
  const full = lines.filter((line) => line.trim() !== '');
  const columns = Math.min(...full.map((line) => /^[ \t]*/.exec(line)?.[0].replaceAll('\t', '    ').length ?? 0));
  return lines
    .map((line) => (line.trim() === '' ? '' : dedentLine(line, Number.isFinite(columns) ? columns : 0)))
    .join('\n')
    .replace(/^\n+|\s+$/g, '');
}
