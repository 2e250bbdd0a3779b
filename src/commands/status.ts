/** `plans status`: where things stand in this repository. */
import type { Change } from '../adapters/git/git.ts';
import type { LiveRecord, PlanRecord } from '../core/record.ts';
import { shellWord } from '../core/shell.ts';
import { EXIT, type Command } from './context.ts';
import { inWorkspace, shownPath, writeJson } from './reading.ts';
import { age } from './terminal/duration.ts';
import { fitLine, paintLines, s, type Line } from './terminal/line.ts';
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
  /** Sentences about files and about where the cache had to follow them. */
  readonly notes: readonly string[];
}

/** Shows what runs, what waits and why, and what is uncommitted. */
export const status: Command = (context) =>
  inWorkspace(context, async (workspace) => {
    const folder = shownPath(workspace, workspace.plansFolder);
    // Git looks at the work tree while we look at the cache.
    const looking = Promise.all([workspace.git.status([folder]), workspace.git.operation()]);
    looking.catch(() => {});
    const [{ readSynced, syncFiles }, { syncHistory }, { liveRuns }] = await Promise.all([
      import('../engine/sync.ts'),
      import('../engine/history.ts'),
      import('../engine/export.ts'),
    ]);
    const notes: string[] = [];
    const sync = async (synced: Parameters<typeof syncFiles>[0]) => {
      const known = synced.store().files.all().size;
      const { changed, removed, problems } = await syncFiles(synced);
      // A cache that is new, or was deleted, has nothing that could differ.
      if (known > 0) notes.push(...differences(changed, removed));
      notes.push(...problems);
      await syncHistory(synced);
    };
    const rows = await readSynced(workspace, sync, (store) => ({ plans: store.records.plans(), live: liveRuns(store) }));
    const [{ head, changes }, operation] = await looking;
    const uncommitted = changes.filter((change) => change.path.endsWith('.plan.md'));
    const state: State = { branch: head.branch, commit: head.commit, operation, ...rows, uncommitted, notes };
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
    plans: state.plans,
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
  if (state.plans.length === 0) all.push([], [s('There are no plans yet. Write one: plans new "TITLE"')]);
  const live = new Set(state.live.map((run) => run.planId));
  section(
    all,
    'Runs now',
    state.live.map((run) => running(run, now)),
  );
  const plans = state.plans.filter((plan) => plan.valid && !live.has(plan.id));
  section(all, 'Waits for you', plans.filter((plan) => plan.status === 'paused' || plan.status === 'failed').map(waiting));
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

function running(run: LiveRecord, now: number): Line {
  const tasks = run.tasks.map((task) => `${task.taskId}${task.attempt > 1 ? ` (attempt ${task.attempt})` : ''}`).join(', ');
  return [
    s(run.planId, 'green'),
    s(`  ${tasks === '' ? 'between tasks' : tasks}`),
    s(`  process ${run.pid}, begun ${age(Date.parse(run.startedAt), now)}`, 'dim'),
  ];
}

function waiting(plan: PlanRecord): Line {
  const task = plan.currentTaskId === null ? '' : `  at ${plan.currentTaskId}`;
  return [
    s(plan.id),
    s('  '),
    statusStretch(plan.status, plan.pauseReason),
    s(`${task}  ${plan.completedTasks}/${plan.totalTasks}`, 'dim'),
  ];
}

function withNext(plan: PlanRecord, command: string): Line {
  return [s(plan.id), s(`  ${plan.completedTasks}/${plan.totalTasks}  ${command}`, 'dim')];
}
