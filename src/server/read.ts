/** Plans as they are now: read through the cache, which is synced first. An answer is kept as text until anything that it was made of differs. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { isAlive } from '../adapters/process/identity.ts';
import type { Store } from '../adapters/store/store.ts';
import type { LiveRecord, PlanExport } from '../core/record.ts';
import { revisionOf } from '../engine/authoring.ts';
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
/** Whether a runner is still there is asked of the system no more often than so, and not with every request. Milliseconds. */
const RUNNER_LOOK_MS = 100;
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
  /** When they were last seen at work, by `performance.now()`. */
  seenAt: number;
}

/** Of each repository as this process has it open: how its cache counts writes means nothing to another that has opened it as well. */
const kept = new WeakMap<Served, Map<string, Kept>>();
/** The file can be saved between the look at the cache and the one at its text, so often in a row. */
const MAX_TRIES = 5;

/** `GET /api/plans/:id`, as it is sent. A {@link Refusal} where there is no such plan. */
export async function planAnswer(ref: PlanRef): Promise<Answer> {
  const { served, plan } = ref;
  const answers = answersOf(served);
  const before = await keyOf(ref);
  const known = answers.get(plan);
  if (known !== undefined && known.key === before && areAtWork(known)) return known;
  const detail = await readPlan(ref);
  const body = new TextEncoder().encode(JSON.stringify(detail));
  const tag = tagOf(detail.plan.revision, body);
  answers.delete(plan);
  // What was written while it was made, a run that began for instance, may not be in it.
  if (before !== null && before === (await keyOf(ref))) {
    const store = served.workspace.store();
    const runners = store.openRuns().filter(({ planId }) => planId === plan);
    answers.set(plan, { key: before, body, tag, runners, seenAt: performance.now() });
    for (const [oldest] of answers) if (answers.size > MAX_KEPT) answers.delete(oldest);
  }
  return { body, tag };
}

/** Whether no runner that the answer tells of has died without a word. */
function areAtWork(answer: Kept): boolean {
  const now = performance.now();
  if (now - answer.seenAt < RUNNER_LOOK_MS) return true;
  answer.seenAt = now;
  return answer.runners.every(({ pid, pidStart }) => isAlive(pid, pidStart));
}

function answersOf(served: Served): Map<string, Kept> {
  const known = kept.get(served);
  if (known !== undefined) return known;
  const answers = new Map<string, Kept>();
  kept.set(served, answers);
  return answers;
}

/** The whole plan, all of it as it was at one moment. A {@link Refusal} where there is none. */
export async function readPlan({ served, plan }: PlanRef): Promise<PlanDetail> {
  const { workspace } = served;
  for (let tries = 1; ; tries++) {
    const read = await readSynced(workspace, syncAll, (store) =>
      store.snapshot(() => {
        const { plans, live } = stateOf(store, plan);
        const [found] = plans;
        return found === undefined ? null : { found, beside: besideIn(store, live, plan)(found) };
      }),
    );
    if (read === null) throw nothing('plan', planIdOf(served, plan));
    const text = await workspace.files.readText(workspace.planPath(plan));
    const isSame = text.type === 'text' ? revisionOf(text.text) === read.beside.revision : text.reason !== 'missing';
    if (!isSame && tries < MAX_TRIES) continue;
    const document = text.type === 'failed' ? null : checkText(workspace, text.text, plan).plan;
    return planDetail(served, read.found, document, read.beside);
  }
}

/** All plans of a repository, without their parts. */
export async function readPlans(served: Served): Promise<readonly ApiPlan[]> {
  return readSynced(served.workspace, syncAll, (store) => {
    const rows = () => {
      const beside = besideIn(store, liveRuns(store));
      // Without tasks and iterations, of which there may be tens of thousands.
      const diagnostics = Map.groupBy(store.records.diagnostics(), ({ planId }) => planId);
      return store.records.plans().map((plan) => {
        const found = diagnostics.get(plan.id)?.map(({ diagnostic }) => diagnostic) ?? [];
        const whole: PlanExport = { ...plan, phases: [], tasks: [], iterations: [], diagnostics: found };
        return apiPlan(served, whole, beside(whole));
      });
    };
    return store.snapshot(rows);
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
