/** Two versions of a plan, compared for people: what became of each phase and task, and what follows from it. */
import type { Change, FieldChange, PlanDiff, PlanVersion } from './diff-record.ts';
import type { Diagnostic } from './diagnostic.ts';
import { leftManual, lostApprovals, phaseFields, planFields, taskFields } from './field-change.ts';
import { forecast } from './forecast.ts';
import { patchOf } from './line-diff.ts';
import { matchVersions, type Matched, type Pair, type Placed } from './match.ts';
import { inOrder } from './order.ts';
import { isDone, type Phase, type Plan, type Task, type TaskStatus } from './plan.ts';
import { diagnosticRecord } from './record.ts';
import { readiness } from './schedule.ts';
import { wordDiff } from './word-diff.ts';

/** A version of a plan file, read and checked. */
export interface ReadVersion {
  /** Relative to the root. */
  readonly file: string;
  readonly text: string;
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  readonly valid: boolean;
}

/** What commits of the executor did to a task: the last word of each, by the task's id. */
export type Recorded = ReadonlyMap<string, { readonly commit: string; readonly status: TaskStatus }>;

const NOTHING_RECORDED: Recorded = new Map();

/** Compares two versions; at least one is there. Forecasts of cost are not part of it: they need the history. */
export function diffPlan(before: ReadVersion | null, after: ReadVersion | null, recorded: Recorded = NOTHING_RECORDED): PlanDiff {
  const matched = matchVersions<Phase>(before?.plan.phases ?? [], after?.plan.phases ?? []);
  const patch = patchOf(before?.text ?? '', after?.text ?? '');
  const [old, now] = [versionOf(before), versionOf(after)];
  const type = before === null ? 'added' : after === null ? 'removed' : before.plan.id === after.plan.id ? 'modified' : 'renamed';
  const found = { type, before: old, after: now, patch } as const;
  if (before === null || after === null)
    return { ...found, changes: ofOne(after?.plan ?? null), ready: readyIn(after), orphaned: [], reordered: [] };
  const ids = new Map(matched.tasks.pairs.map((pair) => [pair.before.task.id, pair.after.task.id]));
  const couldStart = new Set(readyIn(before).map((task) => ids.get(task)));
  return {
    ...found,
    changes: new Comparison(before.plan, after.plan, matched, recorded).changes(),
    ready: readyIn(after).filter((task) => !couldStart.has(task)),
    orphaned: orphanedIn(before.plan, after.plan, ids),
    reordered: reorderedIn(old?.order ?? [], now?.order ?? [], ids),
  };
}

/** The keys that are code and differ between two versions, in the order of the document. */
export function riskyFields(before: Plan, after: Plan): FieldChange[] {
  const changes = new Comparison(before, after, matchVersions<Phase>(before.phases, after.phases), NOTHING_RECORDED).changes();
  return changes.flatMap((change) => ('fields' in change ? change.fields.filter(({ risk }) => risk !== null) : []));
}

/** Whether a reader has nothing to look at: not a word differs, and nothing is wrong that was not before. */
export function isUnchangedPlan({ type, changes, orphaned, before, after }: PlanDiff): boolean {
  return type === 'modified' && changes.length === 0 && orphaned.length === 0 && before?.valid === after?.valid;
}

/** A plan that is new or gone is one entry; of a new one each key that is code is told. */
function ofOne(plan: Plan | null): Change[] {
  if (plan === null) return [];
  const own = planFields(null, plan).filter(({ field, risk }) => risk !== null || field !== 'createdBy');
  return [
    ...(own.length === 0 ? [] : [{ type: 'changed' as const, ...atPlan(plan), fields: own, finished: false }]),
    ...plan.phases.flatMap((phase) => [addedPhase(phase), ...phase.tasks.map((task) => addedTask(phase, task))]),
  ];
}

class Comparison {
  readonly #before: Plan;
  readonly #after: Plan;
  readonly #matched: Matched<Phase>;
  readonly #recorded: Recorded;
  readonly #phaseBefore: ReadonlyMap<Phase, Phase>;

  constructor(before: Plan, after: Plan, matched: Matched<Phase>, recorded: Recorded) {
    this.#before = before;
    this.#after = after;
    this.#matched = matched;
    this.#recorded = recorded;
    this.#phaseBefore = new Map(matched.phases.pairs.map((pair) => [pair.after, pair.before]));
  }

  changes(): Change[] {
    const { phases, tasks } = this.#matched;
    const oldPhase = new Map(phases.pairs.map((pair) => [pair.after, pair]));
    const newPhase = new Map(phases.pairs.map((pair) => [pair.before, pair.after]));
    const pairOf = new Map(tasks.pairs.map((pair) => [pair.after.task, pair]));
    const removed = Map.groupBy(tasks.removed, ({ phase }) => newPhase.get(phase) ?? phase);
    return [
      ...this.#ofPlan(),
      ...this.#after.phases.flatMap((phase) => {
        const pair = oldPhase.get(phase);
        const of = pair === undefined ? [addedPhase(phase)] : this.#ofPhase(pair);
        const ofTasks = phase.tasks.flatMap((task) => {
          const found = pairOf.get(task);
          return found === undefined ? [addedTask(phase, task)] : this.#ofTask(found);
        });
        return [...of, ...ofTasks, ...(removed.get(phase) ?? []).map(({ task }) => removedTask(phase, task))];
      }),
      ...phases.removed.flatMap((phase) => [
        removedPhase(phase),
        ...(removed.get(phase) ?? []).map(({ task }) => removedTask(phase, task)),
      ]),
    ];
  }

  #ofPlan(): Change[] {
    const [before, after, at] = [this.#before, this.#after, atPlan(this.#after)];
    const fields = planFields(before, after);
    return [
      ...(before.title === after.title ? [] : [renamed(at, before, after, false)]),
      ...reworded(at, before.description, after.description, false),
      ...(fields.length === 0 ? [] : [{ type: 'changed' as const, ...at, fields, finished: false }]),
    ];
  }

  #ofPhase(pair: Pair<Phase>): Change[] {
    const { before, after } = pair;
    const at = atPhase(after);
    const fields = phaseFields(before, after);
    return [
      ...(this.#matched.phases.moved.has(pair)
        ? [{ type: 'moved' as const, ...at, from: phaseSpot(this.#before, before), to: phaseSpot(this.#after, after) }]
        : []),
      ...(before.title === after.title && before.id === after.id ? [] : [renamed(at, before, after, false)]),
      ...reworded(at, before.description, after.description, false),
      ...(fields.length === 0 ? [] : [{ type: 'changed' as const, ...at, fields, finished: false }]),
    ];
  }

  #isSamePhase({ before, after }: Pair<Placed<Phase>>): boolean {
    return this.#phaseBefore.get(after.phase) === before.phase;
  }

  #ofTask(pair: Pair<Placed<Phase>>): Change[] {
    const before = pair.before.task;
    const after = pair.after.task;
    const at = atTask(pair.after.phase, after);
    const finished = isDone(before);
    const fields = [
      ...taskFields(before, after),
      ...(finished || this.#isSamePhase(pair) ? [] : leftManual(pair.before.phase, pair.after.phase)),
    ];
    const record = this.#recorded.get(after.id);
    const commit = record?.status === after.status ? record.commit : null;
    return [
      ...(before.status === after.status ? [] : [{ type: 'status' as const, ...at, before: before.status, after: after.status, commit }]),
      ...(this.#matched.tasks.moved.has(pair)
        ? [{ type: 'moved' as const, ...at, from: taskSpot(pair.before), to: taskSpot(pair.after) }]
        : []),
      ...(before.title === after.title && before.id === after.id ? [] : [renamed(at, before, after, finished)]),
      ...reworded(at, before.description, after.description, finished),
      ...(fields.length === 0 ? [] : [{ type: 'changed' as const, ...at, fields, finished }]),
    ];
  }
}

function phaseSpot({ phases }: Plan, phase: Phase) {
  return { phase: null, after: phases[phases.indexOf(phase) - 1]?.id ?? null };
}

function taskSpot({ phase, index }: Placed<Phase>) {
  return { phase: phase.id, after: phase.tasks[index - 1]?.id ?? null };
}

interface At {
  readonly of: 'plan' | 'phase' | 'task';
  readonly id: string;
  readonly title: string;
  readonly phase: string | null;
}

const atPlan = ({ id, title }: Plan): At => ({ of: 'plan', id, title, phase: null });
const atPhase = ({ id, title }: Phase): At => ({ of: 'phase', id, title, phase: null });
const atTask = (phase: Phase, { id, title }: Task): At => ({ of: 'task', id, title, phase: phase.id });

function addedPhase(phase: Phase): Change {
  const { description: text, tasks } = phase;
  return { type: 'added', ...atPhase(phase), status: null, tasks: tasks.length, text, fields: phaseFields(null, phase) };
}

function addedTask(phase: Phase, task: Task): Change {
  return { type: 'added', ...atTask(phase, task), status: task.status, tasks: 0, text: task.description, fields: taskFields(null, task) };
}

const removedPhase = (phase: Phase): Change => ({
  type: 'removed',
  ...atPhase(phase),
  status: null,
  tasks: phase.tasks.length,
  fields: lostApprovals(phase),
});
const removedTask = (phase: Phase, task: Task): Change => ({
  type: 'removed',
  ...atTask(phase, task),
  status: task.status,
  tasks: 0,
  fields: lostApprovals(task),
});

interface Named {
  readonly id: string;
  readonly title: string;
}

function renamed(at: At, before: Named, after: Named, finished: boolean): Change {
  const was = before.id === after.id || at.of === 'plan' ? null : before.id;
  return {
    type: 'renamed',
    ...at,
    was,
    before: before.title,
    after: after.title,
    words: [...wordDiff(before.title, after.title)],
    finished,
  };
}

function reworded(at: At, before: string, after: string, finished: boolean): Change[] {
  return before === after ? [] : [{ type: 'reworded', ...at, words: [...wordDiff(before, after)], finished }];
}

function versionOf(read: ReadVersion | null): PlanVersion | null {
  if (read === null) return null;
  const { file, plan, valid, diagnostics } = read;
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  return {
    id: plan.id,
    file,
    title: plan.title,
    status: plan.status,
    valid,
    diagnostics: diagnostics.map(diagnosticRecord),
    phases: plan.phases.map(({ id, title }) => ({ id, title })),
    tasks: tasks.length,
    done: tasks.filter(isDone).length,
    order: valid ? runOrder(plan) : [],
    forecast: null,
  };
}

/** Tasks for a person have their place too. */
function runOrder(plan: Plan): string[] {
  const order = forecast(plan, { scope: null, approved: new Set() }).flatMap((step) => {
    if (step.type === 'task') return [step.task.id];
    return step.type === 'pause' && step.task !== null ? [step.task] : [];
  });
  return [...new Set(order)];
}

function readyIn(read: ReadVersion | null): string[] {
  return read?.valid === true ? readiness(read.plan).flatMap(({ ready, task }) => (ready ? [task.id] : [])) : [];
}

const idsOf = (plan: Plan) => new Set(plan.phases.flatMap((phase) => phase.tasks.map((task) => task.id)));

function orphanedIn(before: Plan, after: Plan, now: ReadonlyMap<string, string>): PlanDiff['orphaned'] {
  const [old, present] = [idsOf(before), idsOf(after)];
  return after.phases.flatMap((phase) =>
    phase.tasks.flatMap((task) =>
      task.dependsOn
        .filter((missing) => old.has(missing) && !present.has(missing))
        .map((missing) => ({ task: task.id, missing, now: now.get(missing) ?? null })),
    ),
  );
}

function reorderedIn(before: readonly string[], after: readonly string[], now: ReadonlyMap<string, string>): string[] {
  const place = new Map(before.map((task, index) => [now.get(task), index]));
  const stayed = after.filter((task) => place.has(task));
  const kept = inOrder(stayed.map((task) => place.get(task) ?? 0));
  return stayed.filter((_, position) => !kept.has(position));
}
