/** The outline of a foreign list as the text of a draft plan: ids, dependencies and parallel marks as a plan has them. */
import { formatPlan, type NewPlan } from '../format.ts';
import type { Check } from '../check.ts';
import { checkPlan } from '../lint.ts';
import type { Known } from '../checks.ts';
import { numberedSlug, slugOf } from '../slug.ts';
import type { Imported, ImportedPhase, ImportedTask, Loss } from './imported.ts';
import { quoted } from './ledger.ts';

export interface Assembled extends Check {
  readonly text: string;
  /** Those of the reader, and of the dependencies that could not be kept. */
  readonly losses: readonly Loss[];
  /** The place of each task's box in the source, by the task's id. */
  readonly boxes: ReadonlyMap<string, NonNullable<ImportedTask['box']>>;
}

interface Placed {
  readonly task: ImportedTask;
  readonly phase: number;
  readonly id: string;
}

/** Formats the outline, and reads it back: what it says there is what was meant, or a sentence says why not. */
export function assemble(
  imported: Imported,
  plan: { readonly id: string; readonly title: string; readonly known: Known | null; readonly status?: NewPlan['status'] },
): Assembled | { readonly refused: string } {
  const placed = place(imported.phases);
  const losses: Loss[] = [...imported.losses];
  const dependencies = dependenciesOf(imported.phases, placed, losses);
  const titles = imported.phases.map((phase, index) =>
    phase.title === '' && (index > 0 || runsInParallel(phase)) ? 'Tasks' : phase.title,
  );
  const derived = titles.map((title) => (title === '' ? 'unnamed' : slugOf(title, 'phase')));
  const phaseIds = idsOf(derived);
  const formatted = formatPlan({
    title: plan.title,
    description: imported.description,
    status: plan.status ?? 'draft',
    createdBy: 'user',
    phases: imported.phases.map((phase, index) => ({
      title: titles[index] ?? '',
      description: phase.description,
      tail: phase.tail,
      fields: {
        id: phaseIds[index] === derived[index] ? undefined : phaseIds[index],
        executionMode: runsInParallel(phase) ? 'parallel' : undefined,
      },
      tasks: placed.filter((each) => each.phase === index).map((each) => newTask(each, phase, dependencies.get(each) ?? [])),
    })),
  });
  if ('refused' in formatted) return formatted;
  const { text } = formatted;
  const check = checkPlan(text, plan.id, { known: plan.known });
  const read = check.plan.phases.flatMap(({ tasks }) => tasks);
  const other = placed.find(({ id }, index) => read[index]?.id !== id);
  if (other !== undefined || read.length !== placed.length) {
    const { at, title } = other?.task ?? { at: { file: 'The list', line: null }, title: '' };
    return {
      refused: `${at.file}${at.line === null ? '' : `:${at.line}`}: "${quoted(title)}" would read differently in a plan. Say it in plainer words.`,
    };
  }
  const boxes = new Map(placed.flatMap(({ id, task }) => (task.box === null ? [] : [[id, task.box] as const])));
  return { ...check, text, losses, boxes };
}

function place(phases: readonly ImportedPhase[]): readonly Placed[] {
  const tasks = phases.flatMap((phase, index) => phase.tasks.map((task) => ({ task, phase: index })));
  const ids = idsOf(tasks.map(({ task }) => slugOf(task.ref ?? task.title, 'task')));
  return tasks.map((each, index) => ({ ...each, id: ids[index] ?? '' }));
}

/** The slugs, with a number after each that another before it has already. */
function idsOf(slugs: readonly string[]): readonly string[] {
  const taken = new Set(slugs);
  const seen = new Set<string>();
  return slugs.map((slug) => {
    let id = slug;
    for (let number = 2; seen.has(id) || (id !== slug && taken.has(id)); number++) id = numberedSlug(slug, number);
    seen.add(id);
    return id;
  });
}

/** What each task waits for, as ids of tasks before it: what cannot be kept is a loss. */
function dependenciesOf(
  phases: readonly ImportedPhase[],
  placed: readonly Placed[],
  losses: Loss[],
): ReadonlyMap<Placed, readonly string[]> {
  const byRef = Map.groupBy(placed.keys(), (index) => placed[index]?.task.ref?.toLowerCase() ?? null);
  const groups = new Map(phases.map(({ ref }, index) => [ref?.toLowerCase() ?? null, index]));
  const result = new Map<Placed, readonly string[]>();
  for (const [index, each] of placed.entries()) {
    const { task } = each;
    const ids = new Set<string>();
    for (const ref of task.dependsOn) {
      const targets = byRef.get(ref.toLowerCase()) ?? [];
      const before = targets.filter((target) => target < index);
      for (const target of before) ids.add(placed[target]?.id ?? '');
      const group = groups.get(ref.toLowerCase());
      // A phase begins when those before it are done: that it waits for one of them need not be said again.
      if (before.length > 0 || (group !== undefined && group < each.phase)) continue;
      const why = targets.length === 0 && group === undefined ? `there is no ${ref} here` : `${ref} comes later`;
      losses.push({ ...task.at, text: quoted(task.title), why: `depends on ${ref}, which was left out: ${why}` });
    }
    const neighbours = barrier(placed, index, phases).map((target) => placed[target]?.id ?? '');
    result.set(each, [...new Set([...ids, ...neighbours])]);
  }
  return result;
}

/**
 * In a phase with parallel marks, what stands in a row with the mark runs together, and everything else in its order: a task without the mark waits
 * for all since the last one without it, one with the mark for that last one.
 */
function barrier(placed: readonly Placed[], index: number, phases: readonly ImportedPhase[]): readonly number[] {
  const each = placed[index];
  const phase = each === undefined ? undefined : phases[each.phase];
  if (each === undefined || phase === undefined || !runsInParallel(phase)) return [];
  const waits: number[] = [];
  for (let at = index - 1; at >= 0 && placed[at]?.phase === each.phase; at--) {
    const parallel = placed[at]?.task.parallel === true;
    if (!each.task.parallel || !parallel) waits.unshift(at);
    if (!parallel) break;
  }
  return waits;
}

/** Whether two tasks in a row have the mark: one alone has nothing to run beside. */
function runsInParallel({ tasks }: ImportedPhase): boolean {
  return tasks.some((task, index) => task.parallel && tasks[index + 1]?.parallel === true);
}

function newTask({ task, id }: Placed, phase: ImportedPhase, dependsOn: readonly string[]): NewPlan['phases'][number]['tasks'][number] {
  const parallel = runsInParallel(phase);
  return {
    title: task.title,
    description: task.description,
    completed: task.mark === 'done',
    lead: task.lead,
    fields: {
      id: id === slugOf(task.title, 'task') ? undefined : id,
      dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
      canRunInParallel: parallel === task.parallel ? undefined : task.parallel,
      status: task.mark === 'skipped' ? 'skipped' : undefined,
      ...task.fields,
    },
  };
}
