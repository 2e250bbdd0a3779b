/**
 * Telling a runner on another machine what a person says: a request under a ref of the remote, which the holder of the plan's lease reads with
 * its heartbeat, carries out, and puts its answer in the place of. One request at a time; a cancellation takes the place of any other.
 */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lease } from '../core/lease.ts';
import type { PlanStatus } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { formatRequest, readAnswer, readRequest, type Word } from '../core/request.ts';
import { openPlan, type Caller, type Steered } from './control.ts';
import { holderOf, leaseRef, RENEWALS, requestRef, statementAt } from './lease.ts';
import { askRemote, memoryOf, placeOf } from './take-lease.ts';

/** Between two looks at the remote: at most this, and several within the time of a heartbeat. Milliseconds. */
const MAX_LOOK_MS = 1_500;
const LOOKS = 4;
/** So often a lease is read that is renewed while it is fetched. */
const MAX_READS = 3;
/** So often an answer that nobody fetches is seen before another's request takes its place. */
const UNREAD_LOOKS = 4;

export type Asked =
  | { readonly type: 'answered'; readonly steered: Steered }
  /** Nobody holds the plan on another machine, or does any more. */
  | { readonly type: 'free' }
  /** The lease that stands has not been renewed in its time. */
  | { readonly type: 'silent'; readonly lease: string };

interface Seen {
  readonly lease: string | null;
  readonly request: string | null;
}

/** Has the holder of a plan's lease do what a person says, where there is one on another machine. A {@link Problem} is what it answers. */
export async function askHolder(caller: Caller, word: Word): Promise<Asked> {
  const { workspace, planId, remote = false } = caller;
  if (!remote && workspace.config.remote?.lease !== true) return { type: 'free' };
  const place = await placeOf(workspace, planId, '');
  const refs = [leaseRef(planId), requestRef(planId)] as const;
  const look = async (): Promise<Seen> => {
    const found = await askRemote(place, refs);
    return { lease: found.get(refs[0]) ?? null, request: found.get(refs[1]) ?? null };
  };
  let first = await look();
  let holder: Lease | null = null;
  // It may have been renewed before it was fetched: then the newer one says who it is.
  for (let tries = 0; tries < MAX_READS && first.lease !== null; tries += 1, first = await look()) {
    holder = await holderOf(place, first.lease);
    if (holder !== null) break;
  }
  // Left by a runner of this very repository: it is dead.
  if (first.lease === null || holder === null || memoryOf(workspace.git.commonDir, planId).has(holder.run)) return { type: 'free' };
  const within = Math.ceil(holder.expiryMs / RENEWALS / 1000);
  caller.notice?.(
    `"${planId}" is run by ${who(holder)}, as "${place.remote}" says. It is told with its next heartbeat, within ${within} s …`,
  );
  const mine = await workspace.git.statement(formatRequest({ plan: planId, run: holder.run, by: `${process.pid}@${hostname()}`, word }));
  const swap = async (from: string | null, to: string | null) =>
    (await workspace.git.push(place.remote, [{ ref: requestRef(planId), from, to }])) === null;
  const waiting = new Patience(first.lease, holder.expiryMs);
  const pause = Math.min(MAX_LOOK_MS, holder.expiryMs / RENEWALS / LOOKS);
  let isPlaced = false;
  let unread = { id: '', looks: 0 };
  for (let seen = first; ; await delay(pause), seen = await look()) {
    if (isPlaced && seen.request !== mine) {
      const message = seen.request === null ? null : await statementAt(place, requestRef(planId), seen.request);
      const answer = message === null ? null : readAnswer(message);
      if (answer?.request !== mine) throw new Problem(overtaken(planId, word, message));
      await swap(seen.request, null);
      if (answer.refused !== null) throw new Problem(`${capital(who(holder))} answers: ${answer.refused}`);
      return { type: 'answered', steered: await steeredBy(caller, holder, answer.status) };
    }
    const end = waiting.look(seen.lease);
    if (end !== null) {
      if (isPlaced) await swap(mine, null);
      return end;
    }
    if (isPlaced) continue;
    // Another's request is answered first, but for a cancellation, and but for what nobody waits for any more.
    if (seen.request !== null) {
      const message = await statementAt(place, requestRef(planId), seen.request);
      unread = { id: seen.request, looks: unread.id === seen.request ? unread.looks + 1 : 0 };
      const waits = message !== null && readRequest(message)?.run === holder.run;
      if (word.type !== 'cancel' && (waits || unread.looks < UNREAD_LOOKS)) continue;
    }
    isPlaced = await swap(seen.request, mine);
  }
}

/** Watches a lease: whether it is renewed, by our own clock. */
class Patience {
  #lease: string;
  #since = performance.now();
  readonly #expiryMs: number;

  constructor(lease: string, expiryMs: number) {
    this.#lease = lease;
    this.#expiryMs = expiryMs;
  }

  /** How the wait ends; null while it does not. */
  look(lease: string | null): Exclude<Asked, { type: 'answered' }> | null {
    if (lease === null) return { type: 'free' };
    if (lease !== this.#lease) {
      this.#lease = lease;
      this.#since = performance.now();
    }
    return performance.now() - this.#since > this.#expiryMs ? { type: 'silent', lease } : null;
  }
}

/** What a command says of it: the plan as this repository has it, its status as it is there, and who is at it. */
async function steeredBy(caller: Caller, { pid, host, run }: Lease, status: PlanStatus | null): Promise<Steered> {
  const { plan: before } = await openPlan(caller);
  const plan = { ...before, status: status ?? before.status };
  return { before, plan, commit: null, holder: { pid, host, run, started: '', root: '' }, putBack: [], elsewhere: true };
}

function who({ pid, host }: Lease): string {
  return `process ${pid} on ${host}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function overtaken(planId: string, { type }: Word, message: string | null): string {
  const other = message === null ? null : readRequest(message);
  const what = other === null ? 'Something else' : `"${other.word.type}" of ${other.by}`;
  return `${what} took the place of what you asked of the plan "${planId}" (${type}) before it was answered. Look how it stands (plans status), and say it again.`;
}
