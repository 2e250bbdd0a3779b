/** GSD's `.planning/phases/06-name/06-02-PLAN.md`: tasks as elements. A plan is a phase; it is done when its SUMMARY stands beside it. */
import { LineIndex } from '../lines.ts';
import type { Imported, ImportedPhase, ImportedTask, Loss, SourceFile } from './imported.ts';
import { foreignFrontmatter, takeKeys, textOf, textsOf } from './foreign-frontmatter.ts';
import { Ledger, undented } from './ledger.ts';
import { joined } from './markdown-list.ts';
import { sortedPhases } from './order.ts';
import { readRalphex } from './ralphex.ts';
import { scan, type SourceLine } from './scan.ts';

const TASK = /^[ \t]*<task\b([^>\n]*)>([\s\S]*?)<\/task>/gm;
const ELEMENT = /<([a-z][\w-]*)\b[^>\n]*>([\s\S]*?)<\/\1>/g;
const TAG = /^[ \t]*<(\/?)([a-z][\w-]*)\b[^>]*>[ \t]*$/;
const USED = new Set(['phase', 'plan', 'type', 'wave', 'depends_on']);
/** UTF-16 code units of an objective that serve as a title. */
const TITLE_MAX = 100;

/** Whether a file is a plan of GSD's. */
export function isGsd({ text }: SourceFile): boolean {
  return /^[ \t]*<task type="/m.test(text);
}

/** The plan files, and the summaries that say which of them are done. */
export function readGsd(files: readonly SourceFile[]): Imported {
  const summaries = new Set(
    files.filter(({ path }) => path.endsWith('SUMMARY.md')).map(({ path }) => path.replace(/SUMMARY\.md$/, 'PLAN.md')),
  );
  const plans = files.filter(({ path }) => !path.endsWith('SUMMARY.md'));
  const [only] = plans;
  if (plans.length === 1 && only !== undefined && !/^[ \t]*<task\b/m.test(only.text)) return readRalphex(only);
  const read = plans.map((file) => planOf(file, summaries.has(file.path)));
  const waves = read.toSorted((a, b) => a.wave.localeCompare(b.wave, 'en', { numeric: true }));
  return {
    title: plans.length === 1 ? (read[0]?.phase.title.replace(/^[\d.]+-\d+: /, '') ?? null) : null,
    description: '',
    phases: sortedPhases(waves.map(({ phase }) => phase).filter(({ tasks }) => tasks.length > 0)),
    losses: read.flatMap(({ losses }) => losses),
  };
}

function planOf(file: SourceFile, isDone: boolean): { phase: ImportedPhase; wave: string; losses: readonly Loss[] } {
  const lines = scan(file.text);
  const ledger = new Ledger(file.path, lines);
  const values = foreignFrontmatter(lines);
  takeKeys(lines, ledger, USED);
  const group = /^[\d.]+/.exec(textOf(values.get('phase')))?.[0] ?? '';
  const ref = [group, textOf(values.get('plan'))].filter((part) => part !== '').join('-');
  const dependsOn = textsOf(values.get('depends_on')).map((id) =>
    /^\d+$/.test(id) && group !== '' ? `${group}-${id}` : id.replace(/-PLAN.*$/, ''),
  );
  const index = new LineIndex(file.text);
  const within = new Set<number>();
  const tasks: ImportedTask[] = [];
  for (const match of file.text.matchAll(TASK)) {
    const [from, to] = [index.at(match.index).line, index.at(match.index + match[0].length).line];
    for (let line = from; line <= to; line++) within.add(line);
    tasks.push({
      ...taskOf(match, lines.slice(from - 1, to), ledger),
      dependsOn,
      mark: isDone ? 'done' : 'open',
      at: { file: file.path, line: from },
    });
  }
  const rest = lines.filter(({ number, kind }) => !within.has(number) && kind !== 'frontmatter');
  const title = [ref, shortened(/<objective>\s*([^\r\n]+)/.exec(file.text)?.[1] ?? '')].filter((part) => part !== '').join(': ');
  const phase = { ref: ref === '' ? null : ref, title: title || 'Tasks', description: proseOf(rest, ledger), tasks, tail: '' };
  return { phase, wave: `${group}.${textOf(values.get('wave')) || '0'}.${ref}`, losses: ledger.losses() };
}

/** The text around the tasks; its elements become headings. */
function proseOf(lines: readonly SourceLine[], ledger: Ledger): string {
  const stretches: string[] = [];
  let stretch: SourceLine[] = [];
  const flush = (heading: string) => {
    const text = ledger.prose(stretch);
    stretch = [];
    if (text !== '') stretches.push(text);
    if (heading !== '') stretches.push(`### ${heading}`);
  };
  for (const line of lines) {
    const tag = line.kind === 'code' || line.kind === 'comment' ? null : TAG.exec(line.text);
    if (tag === null) stretch.push(line);
    else {
      ledger.take([line]);
      flush(tag[1] === '/' || tag[2] === 'tasks' ? '' : named(tag[2] ?? ''));
    }
  }
  flush('');
  return joined(stretches.filter((text, at) => !text.startsWith('### ') || stretches[at + 1]?.startsWith('### ') === false));
}

function taskOf(match: RegExpExecArray, lines: readonly SourceLine[], ledger: Ledger): Omit<ImportedTask, 'at' | 'dependsOn' | 'mark'> {
  const [, attributes = '', inner = ''] = match;
  const type = /\btype="([^"]*)"/.exec(attributes)?.[1] ?? '';
  ledger.body(lines);
  let title = '';
  const parts: string[] = [];
  let end = 0;
  const keep = (text: string) => text.trim() !== '' && parts.push(undented(text.split(/\r?\n/)).trim());
  for (const found of inner.matchAll(ELEMENT)) {
    const [whole, element = '', text = ''] = found;
    keep(inner.slice(end, found.index));
    end = found.index + whole.length;
    if (element === 'name' && title === '') title = text.trim().replace(/^Task \d+\s*:\s*/i, '');
    else parts.push(`**${named(element)}**\n\n${undented(text.split(/\r?\n/))}`);
  }
  keep(inner.slice(end));
  if (title === '') title = named(type.replace(':', ' ')) || 'Task';
  const human = type.startsWith('checkpoint');
  return { ref: null, title, description: joined(parts), parallel: false, fields: human ? { assignee: 'human' } : {}, lead: '', box: null };
}

/** The first sentence, at most so long as a title can be. */
function shortened(text: string): string {
  const [sentence = ''] = text.trim().split(/[.:](?:\s|$)/);
  if (sentence.length <= TITLE_MAX) return sentence;
  return `${sentence.slice(0, TITLE_MAX).replace(/\s+\S*$/, '')} …`;
}

/** `how-to-verify` → `How to verify`. */
function named(element: string): string {
  const words = element.replaceAll(/[-_]/g, ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
