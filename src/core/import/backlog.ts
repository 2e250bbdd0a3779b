/** Backlog.md: a folder with one Markdown file for each task. Each becomes a task; its acceptance criteria are its sub-steps. */
import type { Imported, ImportedPhase, ImportedTask, Loss, SourceFile } from './imported.ts';
import { foreignFrontmatter, takeKeys, textOf, textsOf } from './foreign-frontmatter.ts';
import { Ledger } from './ledger.ts';
import { sortedPhases } from './order.ts';
import { scan, type SourceLine } from './scan.ts';

const USED = new Set([
  'id',
  'title',
  'status',
  'dependencies',
  'parent_task_id',
  'milestone',
  'priority',
  'labels',
  'ordinal',
  'description',
]);
const DONE = /^(?:done|completed?|closed|✅.*)$/i;
const FRESH = /^(?:|to ?do|open|backlog|draft|not started|pending|new|proposed)$/i;
/** `<!-- AC:BEGIN -->` and the like, which only its own tool reads. */
const MARKER = /^<!-- (?:SECTION:[A-Z_]+|AC|DOD|COMMENTS?):(?:BEGIN|END) -->$/;

/** Whether a file is a task of Backlog.md. */
export function isBacklog({ text }: SourceFile): boolean {
  const top = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';
  return /^id:/m.test(top) && /^status:/m.test(top) && /^(?:created_date|labels|dependencies|assignee):/m.test(top);
}

interface Entry {
  readonly task: ImportedTask;
  readonly parent: string;
  readonly milestone: string;
  readonly ordinal: number;
  readonly losses: readonly Loss[];
}

export function readBacklog(files: readonly SourceFile[]): Imported {
  const entries = files.map(entryOf).toSorted((a, b) => a.ordinal - b.ordinal || natural(a.task.ref ?? '', b.task.ref ?? ''));
  const byRef = new Map(entries.map((entry) => [key(entry.task.ref), entry]));
  const groups = new Map<string, ImportedPhase & { tasks: ImportedTask[] }>();
  const isParent = new Set(entries.map(({ parent }) => key(parent)).filter((ref) => byRef.has(ref)));
  for (const entry of entries) {
    const ref = isParent.has(key(entry.task.ref)) ? key(entry.task.ref) : byRef.has(key(entry.parent)) ? key(entry.parent) : '';
    const head = byRef.get(ref)?.task;
    const title = head?.title ?? (entry.milestone || (files.length > 1 ? 'Tasks' : ''));
    const group = groups.get(ref + title) ?? { ref: null, title, description: '', tasks: [], tail: '' };
    groups.set(ref + title, group);
    group.tasks.push(entry.task);
  }
  // A task with parts is done when they are: it closes its phase.
  for (const group of groups.values()) group.tasks.sort((a, b) => Number(isParent.has(key(a.ref))) - Number(isParent.has(key(b.ref))));
  const [only] = entries;
  return {
    title: files.length === 1 ? (only?.task.title ?? null) : null,
    description: '',
    phases: sortedPhases([...groups.values()]),
    losses: entries.flatMap(({ losses }) => losses),
  };
}

function key(ref: string | null): string {
  return (ref ?? '').toLowerCase();
}

function natural(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function entryOf(file: SourceFile): Entry {
  const lines = scan(file.text);
  const ledger = new Ledger(file.path, lines);
  const values = foreignFrontmatter(lines);
  takeKeys(lines, ledger, USED);
  const name = file.path.split('/').at(-1)?.replace(/\.md$/, '') ?? '';
  const [, nameId, nameTitle] = /^([\p{L}\d]+-[\w.-]*?\d[\d.]*)(?: - |-)?(.*)$/u.exec(name) ?? [];
  const heading = lines.find((line) => line.heading?.depth === 1);
  const titled = textOf(values.get('title'));
  const title =
    titled ||
    heading?.heading?.title.replace(/^(?:Task\s*)?[\w-]*\d[\w.]*\s*[:–—-]\s+|^Task\s*:\s*/i, '') ||
    nameTitle?.replaceAll('-', ' ') ||
    name;
  if (titled === '' && heading !== undefined) ledger.take([heading]);
  const body = bodyOf(lines, titled === '' ? heading : undefined, ledger);
  const status = textOf(values.get('status')) || (/^\*\*Status:?\*\*:?\s*(.*)$/im.exec(body)?.[1]?.trim() ?? '');
  const done = DONE.test(status);
  const at = lines.find(({ text }) => text.startsWith('status:')) ?? lines[0];
  if (!done && !FRESH.test(status) && at !== undefined) ledger.lose(at, `has the status "${status}", and is open here`);
  const [priority, labels] = [textOf(values.get('priority')), textsOf(values.get('labels'))];
  const ordinal = Number(textOf(values.get('ordinal')) || Number.NaN);
  return {
    parent: textOf(values.get('parent_task_id')),
    milestone: textOf(values.get('milestone')),
    ordinal: Number.isFinite(ordinal) ? ordinal : Number.MAX_SAFE_INTEGER,
    losses: ledger.losses(),
    task: {
      ref: textOf(values.get('id')) || (nameId ?? null),
      title: title.trim() || name,
      description: body,
      mark: done ? 'done' : 'open',
      dependsOn: textsOf(values.get('dependencies')),
      parallel: false,
      fields: { ...(priority === '' ? {} : { 'x-priority': priority }), ...(labels.length === 0 ? {} : { 'x-labels': labels }) },
      lead: '',
      at: { file: file.path, line: 1 },
      box: null,
    },
  };
}

/** The file's text without what only Backlog.md reads. */
function bodyOf(lines: readonly SourceLine[], title: SourceLine | undefined, ledger: Ledger): string {
  const markers = lines.filter(({ text }) => MARKER.test(text.trim()));
  ledger.take(markers);
  const first = lines.find(({ kind }) => kind !== 'frontmatter' && kind !== 'blank');
  const opening = first?.heading?.title === 'Description' ? first : undefined;
  if (opening !== undefined) ledger.take([opening]);
  const kept = lines.filter((line) => line.kind !== 'frontmatter' && line !== title && line !== opening && !markers.includes(line));
  return ledger.body(kept);
}
