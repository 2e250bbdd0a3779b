/** `plans status`: where things stand in this repository. */
import type { Change } from '../adapters/git/git.ts';
import { NOTHING, toCost } from '../core/budget.ts';
import { PAUSE_REASONS } from '../core/outcome.ts';
import type { LiveRecord, PlanRecord } from '../core/record.ts';
import { shellWord } from '../core/shell.ts';
import { ATTEMPTS } from '../engine/kept.ts';
import { recordDead } from '../engine/planner/cost-journal.ts';
import type { Spent } from '../engine/spent.ts';
import { EXIT, type Command } from './context.ts';
import { inWorkspace, shownPath, writeJson } from './reading.ts';
import { renderColumns } from './terminal/columns.ts';
import { age, dollars } from './terminal/duration.ts';
import { fitLine, paintLines, s, type Line } from './terminal/line.ts';
import { resetWords, spentWords } from './terminal/spent.ts';
import { statusStretch } from './terminal/status-words.ts';
import { count, oneLine } from './terminal/text.ts';
import { waysOn } from './terminal/ways-on.ts';

/** Plans that are named under one heading; `plans list` has the rest. */
const MAX_NAMED = 10;
const INDENT = '  ';

interface State {
  readonly branch: string | null;
  readonly commit: string | null;
  readonly operation: string | null;
  readonly plans: readonly PlanRecord[];
  readonly live: readonly LiveRecord[];
  /** Plan files that differ from the last commit. */
  readonly uncommitted: readonly Change[];
  readonly spent: Spent;
  /** What a day may cost. US dollars. */
  readonly dayBudget: number;
  /** The first task of each plan that failed. */
  readonly failed: ReadonlyMap<string, FailedTask>;
  /** Of plans that pause at a rate limit: when it resets, ISO 8601. */
  readonly resets: ReadonlyMap<string, string>;
  /** Sentences about files and about where the cache had to follow them. */
  readonly notes: readonly string[];
}

interface FailedTask {
  readonly id: string;
  readonly lastError: string | null;
}

/** Shows what runs, what waits and why, and what is uncommitted. */
export const status: Command = (context) =>
  inWorkspace(context, async (workspace) => {
    const folder = shownPath(workspace, workspace.plansFolder);
    // Git looks at the work tree while we look at the cache.
    await recordDead(workspace);
    const looking = Promise.all([workspace.git.status([folder]), workspace.git.operation(), workspace.git.refs(ATTEMPTS)]);
    looking.catch(() => {});
    const [{ readSynced, syncFiles }, { syncHistory }, { liveRuns }, { recordedSpending, resetsOf, withUnrecorded }] = await Promise.all([
      import('../engine/sync.ts'),
      import('../engine/history.ts'),
      import('../engine/export.ts'),
      import('../engine/spent.ts'),
    ]);
    const now = new Date(context.now());
    const notes: string[] = [];
    const sync = async (synced: Parameters<typeof syncFiles>[0]) => {
      const known = synced.store().files.all().size;
      const { changed, removed, problems } = await syncFiles(synced);
      // A cache that is new, or was deleted, has nothing that could differ.
      if (known > 0) notes.push(...differences(changed, removed));
      notes.push(...problems);
      await syncHistory(synced);
    };
    const { recorded, ...rows } = await readSynced(workspace, sync, (store) => {
      const plans = store.records.plans();
      const failed = new Map<string, FailedTask>();
      for (const { planId, ...task } of store.records.failedTasks()) if (!failed.has(planId)) failed.set(planId, task);
      return { plans, failed, live: liveRuns(store), recorded: recordedSpending(store, now), resets: resetsOf(store, plans) };
    });
    const [{ head, changes }, operation, kept] = await looking;
    const spent = await withUnrecorded(workspace, recorded, kept, now);
    const uncommitted = changes.filter((change) => change.path.endsWith('.plan.md'));
    const dayBudget = workspace.config.budget.day.usd;
    const state: State = { branch: head.branch, commit: head.commit, operation, ...rows, uncommitted, notes, spent, dayBudget };
    if (context.json) writeJson(context, record(workspace.root, state));
    else context.out.write(paintLines(lines(state, context.now(), context.out.size().columns), context.out.color));
    return EXIT.done;
  });

function named(ids: readonly string[]): string {
  return `${ids.slice(0, MAX_NAMED).map(shellWord).join(', ')}${ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : ''}`;
}

function differences(changed: readonly string[], removed: readonly string[]): string[] {
  const notes: string[] = [];
  if (changed.length > 0) notes.push(`Edited since the last look: ${named(changed)}. The files count; the cache follows them.`);
  if (removed.length > 0) notes.push(`Gone since the last look: ${named(removed)}.`);
  return notes;
}

function record(root: string, state: State) {
  return {
    version: 1,
    root,
    branch: state.branch,
    commit: state.commit,
    operation: state.operation,
    running: state.live,
    plans: state.plans.map((plan) => ({
      ...plan,
      spent: toCost(state.spent.plans.get(plan.id) ?? NOTHING),
      resetsAt: state.resets.get(plan.id) ?? null,
    })),
    spentToday: toCost(state.spent.today),
    uncommitted: state.uncommitted.map(({ path, kind, staged }) => ({ path, kind, staged })),
    notes: state.notes,
  };
}

function lines(state: State, now: number, columns: number): Line[] {
  const where = state.branch === null ? 'detached HEAD' : `on ${state.branch}`;
  const inner = columns - INDENT.length;
  const all: Line[] = [
    [
      s(where, 'bold'),
      s(state.commit === null ? '  no commit yet' : ` @ ${state.commit.slice(0, 7)}`, 'dim'),
      s(state.operation === null ? '' : `  a ${state.operation} is under way`, 'yellow'),
    ],
  ];
  const today = spentWords(state.spent.today);
  if (today !== '') all.push([s(`spent today (UTC): ${today}, of ${dollars(state.dayBudget)}`, 'dim')]);
  if (state.plans.length === 0) all.push([], [s('There are no plans yet. Write one: plans new "TITLE"')]);
  const live = new Set(state.live.map((run) => run.planId));
  section(
    all,
    'Runs now',
    state.live.slice(0, MAX_NAMED).map((run) => [fitLine(running(run, now, state), inner)]),
    state.live.length,
  );
  const plans = state.plans.filter((plan) => plan.valid && !live.has(plan.id));
  const waits = plans.filter((plan) => plan.status === 'paused' || plan.status === 'failed');
  const shown = waits.slice(0, MAX_NAMED);
  const rows = renderColumns(
    shown.map((plan) => waiting(plan, now, state)),
    inner,
  );
  section(
    all,
    'Waits for you',
    rows.map((row, index) => [row, ...wayOn(shown[index], state, inner)]),
    waits.length,
  );
  const listed = (title: string, of: readonly PlanRecord[], command: (id: string) => string) => {
    const cells = of.slice(0, MAX_NAMED).map((plan) => withNext(plan, command(shellWord(plan.id))));
    section(
      all,
      title,
      renderColumns(cells, inner).map((row) => [row]),
      of.length,
    );
  };
  // The file says that it runs, and no process does: what a crash, or a run on another machine, looks like from here.
  const stopped = plans.filter((plan) => plan.status === 'running');
  listed('Says running, but nothing runs it here', stopped, (id) => `plans run ${id} goes on`);
  const ready = plans.filter((plan) => plan.status === 'ready');
  listed('Ready', ready, (id) => `plans run ${id}`);
  const invalid = state.plans.filter((plan) => !plan.valid);
  section(
    all,
    'Has errors',
    invalid.slice(0, MAX_NAMED).map(({ id }) => [[s(shellWord(id), 'red'), s(`  plans lint ${shellWord(id)}`, 'dim')]]),
    invalid.length,
  );
  section(
    all,
    'Uncommitted',
    state.uncommitted.slice(0, MAX_NAMED).map((change) => [fitLine([s(shellWord(change.path)), s(`  ${change.kind}`, 'dim')], inner)]),
    state.uncommitted.length,
  );
  const drafts = plans.filter((plan) => plan.status === 'draft').length;
  const done = plans.filter((plan) => plan.status === 'completed').length;
  const rest = [drafts > 0 ? count(drafts, 'draft') : '', done > 0 ? `${done} completed` : ''].filter((part) => part !== '');
  if (rest.length > 0) all.push([], [s(rest.join(', '), 'dim')]);
  for (const note of state.notes) all.push([], fitLine([s(oneLine(note), 'dim')], columns));
  return all;
}

/** @param rows of those that are named, each with what stands below it */
function section(all: Line[], title: string, rows: readonly (readonly Line[])[], total: number): void {
  if (total === 0) return;
  all.push([], [s(title, 'bold')], ...rows.flat().map((row): Line => [s(INDENT), ...row]));
  if (total > rows.length) all.push([s(`${INDENT}… ${total - rows.length} more`, 'dim')]);
}

function running(run: LiveRecord, now: number, state: State): Line {
  const tasks = run.tasks.map((task) => `${task.taskId}${task.attempt > 1 ? ` (attempt ${task.attempt})` : ''}`).join(', ');
  return [
    s(run.planId, 'green'),
    s(`  ${tasks === '' ? 'between tasks' : tasks}`),
    s(`  process ${run.pid}, begun ${age(Date.parse(run.startedAt), now)}${spentBy(state, run.planId)}`, 'dim'),
  ];
}

/** `, $1.20 spent`. */
function spentBy({ spent }: State, planId: string): string {
  const words = spentWords(spent.plans.get(planId) ?? NOTHING);
  return words === '' ? '' : `, ${words} spent`;
}

/** The plan, how far it is and why it waits. */
function waiting(plan: PlanRecord, now: number, state: State): readonly Line[] {
  const reset = resetWords(state.resets.get(plan.id) ?? null, now);
  return [
    [s(shellWord(plan.id))],
    [s(`${plan.completedTasks}/${plan.totalTasks}${spentBy(state, plan.id)}`, 'dim')],
    [statusStretch(plan.status, plan.pauseReason), s(reset === '' ? '' : `  ${reset}`, 'yellow')],
  ];
}

function failureOf(plan: PlanRecord, { failed }: State): FailedTask | undefined {
  return plan.pauseReason === 'task_failed' ? failed.get(plan.id) : undefined;
}

/** What went wrong, and the command that most people take next: not cut, as it is to be copied. */
function wayOn(plan: PlanRecord | undefined, state: State, columns: number): Line[] {
  if (plan === undefined) return [];
  const reason = PAUSE_REASONS.find((one) => one === plan.pauseReason) ?? 'requested';
  const failed = failureOf(plan, state);
  const task = failed?.id ?? plan.currentTaskId;
  const [way] = waysOn(plan.status === 'failed' ? { type: 'failed' } : { type: 'paused', reason, task }, plan.id);
  const error = failed?.lastError ? [fitLine([s(`${INDENT}${oneLine(failed.lastError)}`, 'red')], columns)] : [];
  return [...error, ...(way === undefined ? [] : [[s(`${INDENT}${way[1]}`, 'cyan')]])];
}

function withNext(plan: PlanRecord, command: string): readonly Line[] {
  return [[s(shellWord(plan.id))], [s(`${plan.completedTasks}/${plan.totalTasks}`, 'dim')], [s(command, 'dim')]];
}
