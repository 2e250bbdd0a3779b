/** A write that a request asks for: one after another, on the version that it was meant for, answered with the commit that it made. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'hono';
import type { PlanStatus } from '../core/plan.ts';
import { changePlan, PlanMoved, revisionOf } from '../engine/authoring.ts';
import { isCommand, type Caller, type Change, type Steered } from '../engine/control.ts';
import { liveHolder } from '../engine/lock.ts';
import { nothing, planIdOf, type PlanRef } from './ids.ts';
import { Refusal } from './problem.ts';
import { readPlan } from './read.ts';
import type { Server } from './server.ts';

/** A run ends within that, also on a machine that has much to do; then it is told who holds the plan. Milliseconds. */
const ENDING_MS = 15_000;
/** Between two looks. Milliseconds. */
const LOOK_MS = 20;
/** What a plan says of itself where its run is over, or about to be. */
const AT_REST: ReadonlySet<PlanStatus> = new Set<PlanStatus>(['paused', 'completed', 'failed']);

/** Who asks the engine for something. The tokens of the server are nothing for agents. */
export function callerOf({ env }: Pick<Server, 'env'>, { served, plan }: PlanRef): Caller {
  return { workspace: served.workspace, planId: plan, env };
}

/** The revision that `If-Match` names; null where the request is for whatever the plan says. */
export function revisionIn(context: Context): string | null {
  const header = context.req.header('if-match');
  if (header === undefined || header.trim() === '*') return null;
  const [, revision] = /^\s*(?:W\/)?"([0-9a-f]{40}|)(?:\.[0-9a-f]+)?"\s*$/.exec(header) ?? [];
  if (revision !== undefined && revision !== '') return revision;
  // A tag of something else, or several: none that a plan has now.
  throw new Refusal('stale', `"If-Match: ${header.slice(0, 100)}" is no version of this plan. Send the ETag of GET /api/plans/{id}.`);
}

/** Runs `work` alone in its repository. A {@link Refusal} where there is no such plan. */
export async function inTurn<T>(ref: PlanRef, work: () => Promise<T>): Promise<T> {
  const { workspace } = ref.served;
  const read = await workspace.files.readText(workspace.planPath(ref.plan));
  if (read.type === 'failed' && read.reason === 'missing') throw nothing('plan', planIdOf(ref.served, ref.plan));
  return ref.served.inTurn(async () => {
    await endOfRun(ref);
    return work();
  });
}

/**
 * A run that has written that it pauses, or is done, holds its plan until it has committed that and has put its things away. What a person then says is
 * meant for the plan that stands still: it waits for that, and no longer than a commit may take.
 */
async function endOfRun(ref: PlanRef): Promise<void> {
  const { git } = ref.served.workspace;
  const latest = performance.now() + ENDING_MS;
  while (performance.now() < latest) {
    const holder = liveHolder(git.commonDir, ref.plan);
    if (holder === null || isCommand(holder)) return;
    const { plan, tasks } = await readPlan(ref);
    // A plan that is asked to pause says so while its tasks are still carried out: that is no end yet.
    if (!AT_REST.has(plan.status) || tasks.some(({ attempt }) => attempt !== null)) return;
    await delay(LOOK_MS);
  }
}

/** Makes a change of a plan's text and commits it. */
export function change(server: Server, ref: PlanRef, context: Context, make: Change): Promise<Steered> {
  const revision = revisionIn(context);
  return inTurn(ref, () => changePlan(callerOf(server, ref), make, revision));
}

/** For what is changed otherwise: a {@link Refusal} where the plan is another than the request was meant for. */
export async function checkRevision({ served, plan }: PlanRef, revision: string | null): Promise<void> {
  if (revision === null) return;
  const read = await served.workspace.files.readText(served.workspace.planPath(plan));
  const now = read.type === 'text' ? revisionOf(read.text) : '';
  if (now !== revision) throw new PlanMoved(plan, now);
}
