/** Task Master's `tasks.json`: `{ master: { tasks: [...] } }` with a list for each tag, or `{ tasks: [...] }` as it was before there were tags. */
import type { Imported, ImportedPhase, ImportedTask, Loss, Mark, SourceFile } from './imported.ts';
import { described, isObject, kept, parseJson, unused, word, type JsonObject } from './json-task.ts';
import { proseFrom } from './ledger.ts';
import { sortedPhases } from './order.ts';

const USED = new Set(['id', 'title', 'description', 'status', 'dependencies', 'priority', 'details', 'testStrategy', 'subtasks']);
const MARKS: Readonly<Record<string, Mark>> = { done: 'done', completed: 'done', cancelled: 'skipped', pending: 'open' };

/** The lists of a file by tag; null where it is none of Task Master's. */
function listsIn(text: string): readonly (readonly [tag: string, tasks: readonly JsonObject[]])[] | null {
  const value = parseJson(text);
  if (!isObject(value)) return null;
  const legacy = tasksIn(value);
  if (legacy !== null) return [['', legacy]];
  const tags = Object.entries(value).flatMap(([tag, list]) => {
    const tasks = isObject(list) ? tasksIn(list) : null;
    return tasks === null ? [] : [[tag, tasks] as const];
  });
  return tags.length === 0 ? null : tags;
}

function tasksIn({ tasks }: JsonObject): readonly JsonObject[] | null {
  return Array.isArray(tasks) && tasks.every((task) => isObject(task) && 'title' in task) ? (tasks as readonly JsonObject[]) : null;
}

export function isTaskMaster({ path, text }: SourceFile): boolean {
  return path.endsWith('.json') && listsIn(text) !== null;
}

export function readTaskMaster(file: SourceFile): Imported {
  const lists = (listsIn(file.text) ?? []).filter(([, tasks]) => tasks.length > 0);
  const losses: Loss[] = [];
  const phases = lists.flatMap(([tag, tasks]) => phasesOf(file.path, lists.length > 1 ? tag : '', tag, tasks, losses));
  return { title: null, description: '', phases, losses };
}

/** The tasks of one tag. One with subtasks is a phase of these; those without share a phase. */
function phasesOf(file: string, prefix: string, tag: string, tasks: readonly JsonObject[], losses: Loss[]): readonly ImportedPhase[] {
  const phases: (ImportedPhase & { tasks: ImportedTask[] })[] = [];
  const within = prefix === '' ? '' : `${prefix}-`;
  for (const [index, task] of tasks.entries()) {
    const path = `${tag === '' ? '' : `${tag}.`}tasks[${index}]`;
    const subtasks = Array.isArray(task['subtasks']) ? task['subtasks'].filter(isObject) : [];
    const waits = idsOf(task['dependencies']).map((id) => within + id);
    if (subtasks.length === 0) {
      const last = phases.at(-1);
      const open = last?.ref === null ? last : { ref: null, title: titleOf(prefix, 'Tasks'), description: '', tasks: [], tail: '' };
      if (open !== last) phases.push(open);
      open.tasks.push(taskOf(file, path, task, `${within}${String(task['id'])}`, waits, losses));
      continue;
    }
    losses.push(...unused(task, USED, { file, line: null, path }));
    const ref = `${within}${String(task['id'])}`;
    const children = subtasks.map((subtask, at) => {
      const own = idsOf(subtask['dependencies']).map((id) => (id.includes('.') ? within + id : `${ref}.${id}`));
      return taskOf(file, `${path}.subtasks[${at}]`, subtask, `${ref}.${String(subtask['id'])}`, [...waits, ...own], losses);
    });
    const open = children.find(({ mark }) => mark === 'open');
    if (task['status'] === 'done' && open !== undefined)
      losses.push({
        file,
        line: null,
        path,
        text: String(task['title']),
        why: `is done while "${open.ref}" within it is open: a phase has no status of its own`,
      });
    phases.push({
      ref,
      title: titleOf(prefix, `${String(task['id'])}. ${String(task['title'])}`),
      description: proseFrom(describe(task), { file, line: null, path }, losses),
      tasks: children,
      tail: '',
    });
  }
  return sortedPhases(phases);
}

function titleOf(prefix: string, title: string): string {
  return prefix === '' ? title : `${prefix}: ${title}`;
}

function describe(task: JsonObject): string {
  const { description, details, testStrategy } = task;
  return described([
    ['', description],
    ['Details', details === description ? '' : details],
    ['Test strategy', testStrategy],
  ]);
}

function taskOf(file: string, path: string, task: JsonObject, ref: string, dependsOn: readonly string[], losses: Loss[]): ImportedTask {
  const at = { file, line: null, path };
  const status = word(task['status'], 'pending');
  if (MARKS[status] === undefined) losses.push({ ...at, text: String(task['title']), why: `has the status "${status}", and is open here` });
  losses.push(...unused(task, USED, at));
  return {
    ref,
    title: String(task['title']),
    description: describe(task),
    mark: MARKS[status] ?? 'open',
    dependsOn,
    parallel: false,
    fields: kept(task, ['priority']),
    lead: '',
    at,
    box: null,
  };
}

function idsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'number' || typeof id === 'string').map(String) : [];
}
