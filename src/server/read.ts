/** Plans as they are now: read through the cache, which is synced first. An answer is kept as text until anything that it was made of differs. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { isAlive } from '../adapters/process/identity.ts';
import type { Store } from '../adapters/store/store.ts';
import type { LiveRecord, PlanExport } from '../core/record.ts';
import { liveRuns, stateOf, syncAll } from '../engine/export.ts';
import { checkText } from '../engine/kept-reading.ts';
import { resetsOf } from '../engine/spent.ts';
import { readSynced } from '../engine/sync.ts';
import { nothing, planIdOf, type PlanRef } from './ids.ts';
import { apiPlan, planDetail, type Beside } from './records.ts';
import type { Served } from './served.ts';
import type { ApiPlan, PlanDetail } from './shape.ts';

/** A file that was changed so lately may change again and look the same: its signature is not trusted. Milliseconds. */
const RACY_MS = 2_500;
/** Answers that are kept. */
const MAX_KEPT = 256;
const TAG_DIGITS = 12;

/** An answer, ready to be sent. */
export interface Answer {
  /** JSON, as bytes: they are written as they are, however often. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}

interface Kept extends Answer {
  readonly key: string;
  readonly runners: readonly { readonly pid: number; readonly pidStart: string }[];
}

const kept = new Map<string, Kept>();

/** `GET /api/plans/:id`, as it is sent. A {@link Refusal} where there is no such plan. */
export async function planAnswer(ref: PlanRef): Promise<Answer> {
  const { served, plan } = ref;
  const name = planIdOf(served, plan);
  const before = await keyOf(ref);
  const known = kept.get(name);
  if (known !== undefined && known.key === before && known.runners.every(({ pid, pidStart }) => isAlive(pid, pidStart))) return known;
  const detail = await readPlan(ref);
  const body = new TextEncoder().encode(JSON.stringify(detail));
  const tag = tagOf(detail.plan.revision, body);
  const key = await keyOf(ref);
  kept.delete(name);
  if (key !== null) {
    const store = served.workspace.store();
    kept.set(name, { key, body, tag, runners: store.openRuns().filter(({ planId }) => planId === plan) });
    for (const [oldest] of kept) if (kept.size > MAX_KEPT) kept.delete(oldest);
  }
  return { body, tag };
}

/** The whole plan. A {@link Refusal} where there is none. */
export async function readPlan({ served, plan }: PlanRef): Promise<PlanDetail> {
  const { workspace } = served;
  const read = await readSynced(workspace, syncAll, (store) => {
    const { plans, live } = stateOf(store, plan);
    const [found] = plans;
    return found === undefined ? null : { found, beside: besideIn(store, live, plan)(found) };
  });
  if (read === null) throw nothing('plan', planIdOf(served, plan));
  const text = await workspace.files.readText(workspace.planPath(plan));
  const document = text.type === 'failed' ? null : checkText(workspace, text.text, plan).plan;
  return planDetail(served, read.found, document, read.beside);
}

/** All plans of a repository, without their parts. */
export async function readPlans(served: Served): Promise<readonly ApiPlan[]> {
  return readSynced(served.workspace, syncAll, (store) => {
    const beside = besideIn(store, liveRuns(store));
    // Without tasks and iterations, of which there may be tens of thousands.
    const diagnostics = Map.groupBy(store.records.diagnostics(), ({ planId }) => planId);
    return store.records.plans().map((plan) => {
      const found = diagnostics.get(plan.id)?.map(({ diagnostic }) => diagnostic) ?? [];
      const whole: PlanExport = { ...plan, phases: [], tasks: [], iterations: [], diagnostics: found };
      return apiPlan(served, whole, beside(whole));
    });
  });
}

function besideIn(store: Store, live: readonly LiveRecord[], planId?: string): (plan: PlanExport) => Beside {
  const digests = store.files.digests(planId);
  return (plan) => ({
    revision: digests.get(plan.id) ?? '',
    live: live.find((run) => run.planId === plan.id),
    resetsAt: resetsOf(store, [plan]).get(plan.id) ?? null,
  });
}

/** An entity tag: the revision of the file, which `If-Match` compares, and a digest of the answer. */
function tagOf(revision: string, body: Uint8Array): string {
  return `"${revision}.${createHash('sha1').update(body).digest('hex').slice(0, TAG_DIGITS)}"`;
}

/** All that an answer is made of, as a text; null where that cannot be told. */
async function keyOf({ served, plan }: PlanRef): Promise<string | null> {
  const { workspace } = served;
  const stat = statSync(workspace.planPath(plan), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return null;
  const changed = Number((stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs) / 1_000_000n);
  if (Math.abs(Date.now() - changed) < RACY_MS) return null;
  const store = workspace.store();
  store.refresh();
  const { commit } = await workspace.git.head();
  return `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${commit} ${store.version}`;
}
