/** Any Markdown with headings and a list: where it has checkboxes, those are the tasks; where it has none, its bullets are. */
import type { Imported, ImportedTask, SourceFile } from './imported.ts';
import { Ledger } from './ledger.ts';
import { markOf, readPhases, sayMark } from './markdown-list.ts';
import { scan, type SourceLine } from './scan.ts';
import type { Item } from './sections.ts';

const MARKER = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)/;

export function readMarkdown(file: SourceFile): Imported {
  const read = scan(file.text, { underlined: true });
  const lines = read.some(({ kind, indent }) => kind === 'box' && indent < 2) ? read : withBoxes(read);
  const ledger = new Ledger(file.path, read);
  const { h1, description, phases } = readPhases(lines, ledger, (item) => [taskOf(file.path, ledger, item)]);
  return { title: h1, description, phases, losses: ledger.losses() };
}

function taskOf(file: string, ledger: Ledger, item: Item): ImportedTask {
  const mark = markOf(item.box.mark);
  ledger.take(item.titleLines);
  sayMark(ledger, item, mark);
  return {
    ref: null,
    title: item.title,
    description: ledger.body(item.body),
    mark,
    dependsOn: [],
    parallel: false,
    fields: item.box.star ? { 'x-optional': true } : {},
    lead: '',
    at: { file, line: item.line.number },
    box: item.box.span,
  };
}

/** A box for every bullet that begins with text: what begins with a heading or a block of code can have none. */
function withBoxes(lines: readonly SourceLine[]): readonly SourceLine[] {
  return lines.map((line): SourceLine => {
    const marker = line.kind === 'bullet' ? MARKER.exec(line.text)?.[0] : undefined;
    if (marker === undefined || /^(?:#{1,6}[ \t]|[ \t]{4})/.test(line.text.slice(marker.trimEnd().length + 1))) return line;
    const rest = line.text.slice(marker.length);
    const box = { mark: '', span: { offset: 0, length: 0 }, star: false, rest: rest.trimEnd(), content: marker.length };
    return { ...line, kind: 'box', box, text: `${marker}[ ] ${rest}` };
  });
}
