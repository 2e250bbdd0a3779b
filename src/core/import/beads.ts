/** beads' `.beads/issues.jsonl`: one issue a line. An epic is a phase of its children. */
import type { Imported, ImportedPhase, ImportedTask, Loss, SourceFile } from './imported.ts';
import { described, isObject, kept, parseJson, unused, word, type JsonObject } from './json-task.ts';
import { proseFrom, quoted } from './ledger.ts';
import { sortedPhases } from './order.ts';

const USED = new Set(
  'id title description design acceptance_criteria notes close_reason status dependencies priority issue_type labels external_ref'.split(
    ' ',
  ),
);
/** Kinds of dependencies that decide what comes first; `parent-child` says what belongs together. */
const BLOCKING = new Set(['blocks', 'conditional-blocks', 'waits-for']);

export function isBeads({ path, text }: SourceFile): boolean {
  if (!path.endsWith('.jsonl')) return false;
  const first = parseJson(/^.*$/m.exec(text.replace(/^\s+/, ''))?.[0] ?? '');
  return isObject(first) && typeof first['id'] === 'string' && typeof first['title'] === 'string';
}

interface Issue {
  readonly task: ImportedTask;
  readonly parent: string | null;
}

export function readBeads(file: SourceFile): Imported {
  const losses: Loss[] = [];
  const issues = file.text.split('\n').flatMap((text, index) => {
    if (text.trim() === '') return [];
    const value = parseJson(text);
    const at = { file: file.path, line: index + 1 };
    if (isObject(value) && typeof value['id'] === 'string' && typeof value['title'] === 'string') return [issueOf(value, at, losses)];
    losses.push({ ...at, text: quoted(text), why: 'is no issue: a line is one JSON object with an id and a title' });
    return [];
  });
  const byId = new Map(issues.map((issue) => [issue.task.ref, issue]));
  const heads = new Set(issues.map(({ parent }) => parent).filter((id) => id !== null && byId.has(id)));
  const phases = new Map<string | null, ImportedPhase & { tasks: ImportedTask[] }>();
  for (const { task, parent } of issues) {
    if (heads.has(task.ref) && parent === null) continue;
    const head = parent === null ? undefined : byId.get(parent)?.task;
    const known = phases.get(head?.ref ?? null);
    const phase = known ?? {
      ref: head?.ref ?? null,
      title: head?.title ?? 'Issues',
      description: head === undefined ? '' : proseFrom(head.description, head.at, losses),
      tasks: [],
      tail: '',
    };
    phases.set(head?.ref ?? null, phase);
    phase.tasks.push(task);
  }
  return { title: null, description: '', phases: sortedPhases([...phases.values()]), losses };
}

function issueOf(value: JsonObject, at: { file: string; line: number }, losses: Loss[]): Issue {
  const status = word(value['status'], 'open');
  const title = String(value['title']);
  if (status !== 'open' && status !== 'closed')
    losses.push({ ...at, text: quoted(title), why: `has the status "${status}", and is open here` });
  losses.push(...unused(value, USED, at));
  const links = Array.isArray(value['dependencies']) ? value['dependencies'].filter(isObject) : [];
  for (const link of links)
    if (link['type'] !== 'parent-child' && !BLOCKING.has(String(link['type'])))
      losses.push({
        ...at,
        text: quoted(title),
        why: `its link "${String(link['type'])}" to ${String(link['depends_on_id'])} decides nothing here`,
      });
  const parent = links.find(({ type }) => type === 'parent-child')?.['depends_on_id'];
  return {
    parent: typeof parent === 'string' ? parent : null,
    task: {
      ref: String(value['id']),
      title,
      description: described([
        ['', value['description']],
        ['Design', value['design']],
        ['Acceptance criteria', value['acceptance_criteria']],
        ['Notes', value['notes']],
        ['Closed', value['close_reason']],
      ]),
      mark: status === 'closed' ? 'done' : 'open',
      dependsOn: links.filter(({ type }) => BLOCKING.has(String(type))).map((link) => String(link['depends_on_id'])),
      parallel: false,
      fields: kept(value, ['priority', 'issue_type', 'labels', 'external_ref']),
      lead: '',
      at,
      box: null,
    },
  };
}
