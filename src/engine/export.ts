/** The cache as versioned JSON. All but `live` comes from files and commits alone, and is the same on every clone. */
import { isAlive } from '../adapters/process/identity.ts';
import type { Store } from '../adapters/store/store.ts';
import type { LiveRecord, PlanExport, StateExport } from '../core/record.ts';
import { syncHistory } from './history.ts';
import { readSynced, type SyncContext, syncFiles } from './sync.ts';

/** Whether the process with this pid and start time is still there. */
export type AliveCheck = (pid: number, started: string) => boolean;

/** Files and history, both. */
export async function syncAll(context: SyncContext): Promise<void> {
  await syncFiles(context);
  await syncHistory(context);
}

/** Everything, synced. */
export function exportState(context: SyncContext): Promise<StateExport> {
  return readSynced(context, syncAll, (store) => stateOf(store));
}

/** One plan in the same shape, synced; null where there is none of that id. */
export async function showPlan(context: SyncContext, planId: string): Promise<StateExport | null> {
  const state = await readSynced(context, syncAll, (store) => stateOf(store, planId));
  return state.plans.length === 0 ? null : state;
}

/** The rows as they are, of all plans or of one, in a stable order. */
export function stateOf(store: Store, planId?: string, alive: AliveCheck = isAlive): StateExport {
  return store.snapshot(() => readState(store, planId, alive));
}

function readState(store: Store, planId: string | undefined, alive: AliveCheck): StateExport {
  const { records } = store;
  const plans = records.plans(planId);
  const phases = Map.groupBy(records.phases(planId), (row) => row.planId);
  const tasks = Map.groupBy(records.tasks(planId), (row) => row.planId);
  const iterations = Map.groupBy(records.iterations(planId), (row) => row.planId);
  const diagnostics = Map.groupBy(records.diagnostics(planId), (row) => row.planId);
  return {
    version: 1,
    repositoryId: store.meta('repositoryId'),
    plans: plans.map((plan): PlanExport => ({
      ...plan,
      phases: phases.get(plan.id) ?? [],
      tasks: tasks.get(plan.id) ?? [],
      iterations: iterations.get(plan.id) ?? [],
      diagnostics: diagnostics.get(plan.id)?.map(({ diagnostic }) => diagnostic) ?? [],
    })),
    live: liveRuns(store, planId, alive),
  };
}

/** What runs now: runs whose process is alive. A dead runner's rows never show as running. */
export function liveRuns(store: Store, planId?: string, alive: AliveCheck = isAlive): LiveRecord[] {
  return store
    .openRuns()
    .filter((run) => (planId === undefined || run.planId === planId) && alive(run.pid, run.pidStart))
    .map((run) => ({
      planId: run.planId,
      runId: run.id,
      pid: run.pid,
      startedAt: run.startedAt,
      tasks: store.openAttempts(run.id).map(({ taskId, attempt, agent, startedAt }) => ({ taskId, attempt, agent, startedAt })),
    }));
}
