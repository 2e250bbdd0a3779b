/** A write that a request asks for: one after another, on the version that it was meant for, answered with the commit that it made. */
import type { Context } from 'hono';
import { changePlan, PlanMoved, revisionOf } from '../engine/authoring.ts';
import type { Caller, Change, Steered } from '../engine/control.ts';
import { nothing, planIdOf, type PlanRef } from './ids.ts';
import { Refusal } from './problem.ts';
import type { Server } from './server.ts';

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
  return ref.served.inTurn(work);
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
