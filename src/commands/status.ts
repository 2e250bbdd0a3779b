/** `plans status`: where things stand in this repository. */
import type { Change } from '../adapters/git/git.ts';
import { NOTHING, toCost } from '../core/budget.ts';
import type { LiveRecord, PlanRecord } from '../core/record.ts';
import { shellWord } from '../core/shell.ts';
import { ATTEMPTS } from '../engine/kept.ts';
import type { Spent } from '../engine/spent.ts';
import { EXIT, type Command } from './context.ts';
import { inWorkspace, shownPath, writeJson } from './reading.ts';
import { age, dollars } from './terminal/duration.ts';
import { fitLine, paintLines, s, type Line } from './terminal/line.ts';
import { resetWords, spentWords } from './terminal/spent.ts';
import { statusStretch } from './terminal/status-words.ts';
import { count, oneLine } from './terminal/text.ts';

/** Plans that are named under one heading; `plans list` has the rest. */
const MAX_NAMED = 10;

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
  /** Of plans that pause at a rate limit: when it resets, ISO 8601. */
  readonly resets: ReadonlyMap<string, string>;
  /** Sentences about files and about where the cache had to follow them. */
  readonly notes: readonly string[];
}

/** Shows what runs, what waits and why, and what is uncommitted. */
export const status: Command = (context) =>
  inWorkspace(context, async (workspace) => {
    const folder = shownPath(workspace, workspace.plansFolder);
    // Git looks at the work tree while we look at the cache.
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
      return { plans, live: liveRuns(store), recorded: recordedSpending(store, now), resets: resetsOf(store, plans) };
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
    state.live.map((run) => running(run, now, state)),
  );
  const plans = state.plans.filter((plan) => plan.valid && !live.has(plan.id));
  section(
    all,
    'Waits for you',
    plans.filter((plan) => plan.status === 'paused' || plan.status === 'failed').map((plan) => waiting(plan, now, state)),
  );
  // The file says that it runs, and no process does: what a crash, or a run on another machine, looks like from here.
  section(
    all,
    'Says running, but nothing runs it here',
    plans.filter((plan) => plan.status === 'running').map((plan) => withNext(plan, `plans run ${plan.id} goes on`)),
  );
  section(
    all,
    'Ready',
    plans.filter((plan) => plan.status === 'ready').map((plan) => withNext(plan, `plans run ${plan.id}`)),
  );
  section(
    all,
    'Has errors',
    state.plans.filter((plan) => !plan.valid).map(({ id }): Line => [s(shellWord(id), 'red'), s(`  plans lint ${shellWord(id)}`, 'dim')]),
  );
  section(
    all,
    'Uncommitted',
    state.uncommitted.map((change): Line => [s(shellWord(change.path)), s(`  ${change.kind}`, 'dim')]),
  );
  const drafts = plans.filter((plan) => plan.status === 'draft').length;
  const done = plans.filter((plan) => plan.status === 'completed').length;
  const rest = [drafts > 0 ? count(drafts, 'draft') : '', done > 0 ? `${done} completed` : ''].filter((part) => part !== '');
  if (rest.length > 0) all.push([], [s(rest.join(', '), 'dim')]);
  for (const note of state.notes) all.push([], [s(oneLine(note), 'dim')]);
  return all.map((line) => fitLine(line, columns));
}

function section(all: Line[], title: string, rows: readonly Line[]): void {
  if (rows.length === 0) return;
  all.push([], [s(title, 'bold')], ...rows.slice(0, MAX_NAMED).map((row): Line => [s('  '), ...row]));
  if (rows.length > MAX_NAMED) all.push([s(`  … ${rows.length - MAX_NAMED} more`, 'dim')]);
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

function waiting(plan: PlanRecord, now: number, state: State): Line {
  const reset = resetWords(state.resets.get(plan.id) ?? null, now);
  const task = plan.currentTaskId === null ? '' : `  at ${plan.currentTaskId}`;
  return [
    s(plan.id),
    s('  '),
    statusStretch(plan.status, plan.pauseReason),
    s(reset === '' ? '' : `  ${reset}`, 'yellow'),
    s(`${task}  ${plan.completedTasks}/${plan.totalTasks}${spentBy(state, plan.id)}`, 'dim'),
  ];
}

function withNext(plan: PlanRecord, command: string): Line {
  return [s(plan.id), s(`  ${plan.completedTasks}/${plan.totalTasks}  ${command}`, 'dim')];
}
