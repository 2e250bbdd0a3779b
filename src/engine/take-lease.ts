/** Taking the lease of a plan from a remote, and bringing the branch up to date under it. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { durationMs } from '../core/frontmatter.ts';
import { formatLease } from '../core/lease.ts';
import { Problem } from '../core/problem.ts';
import { branchRef, HeldLease, holderOf, leaseRef, type LeasePlace } from './lease.ts';
import { refName } from './kept.ts';
import { COMMAND, runFolder } from './lock.ts';
import { checkedHead } from './start.ts';
import type { Workspace } from './workspace.ts';

/** Between two looks at a lease that somebody else holds: at most this, and several within its time. Milliseconds. */
const MAX_LOOK_MS = 2_000;
const LOOKS = 8;
/** So often a remote that does not answer is asked before a run is refused, and the pause in between. */
const MAX_TRIES = 3;
const RETRY_MS = 1_000;
/** Ids of runs of this repository that are remembered until one of them gives the lease up. */
const MAX_REMEMBERED = 16;

/** The lease, held and with the branch up to date. A {@link Problem} says why not. */
export async function takeLease(
  workspace: Workspace,
  planId: string,
  runId: string,
  notice: (text: string) => void = () => {},
  silent: string | null = null,
): Promise<HeldLease> {
  const { git } = workspace;
  const place = await placeOf(workspace, planId, runId);
  const memory = remember(git.commonDir, planId, runId);
  const id = await acquire(place, { own: memory.own, silent }, notice);
  let pushed: string | null = null;
  try {
    pushed = await bringUpToDate(place, workspace);
  } catch (error) {
    await git.push(place.remote, [{ ref: leaseRef(planId), from: id, to: null }]);
    memory.forget();
    throw error;
  }
  const lease = new HeldLease(place, id, pushed);
  const { commit } = await checkedHead(workspace);
  // What an earlier run could not push any more goes first.
  if (commit !== pushed) lease.publish(commit);
  return lease;
}

/** Where a plan's lease is, and what this process says in it. */
export async function placeOf(workspace: Workspace, planId: string, run: string): Promise<LeasePlace> {
  const { git, config } = workspace;
  const { branch } = await checkedHead(workspace);
  const expiryMs = durationMs(config.remote?.expiry ?? '60s');
  const mine = { plan: planId, host: hostname(), pid: process.pid, run, expiryMs };
  return { git, remote: config.remote?.name ?? 'origin', branch, mine };
}

/** Gives a lease up in order. */
export async function releaseLease(workspace: Workspace, lease: HeldLease): Promise<void> {
  await lease.release();
  rmSync(memoryFile(workspace.git.commonDir, lease.place.mine.plan), { force: true });
}

/** What a person's command says of the remote. */
export interface LeaseChoice {
  /** Held on the remote though the config does not say so. */
  readonly remote?: boolean | undefined;
  /** Told what a person should know before the work begins. */
  readonly notice?: ((text: string) => void) | undefined;
  /** A lease that was seen to stand unchanged for all of its time: it need not be watched once more. */
  readonly silent?: string;
}

/**
 * Holds the lease for the length of a command's `work`, where the plan runs from a remote; the plan's lock is held already. What it commits
 * is on the remote when this returns. A {@link Problem} names who else has the plan, or says that the remote did not take what is committed here.
 */
export async function underLease<T>(
  workspace: Workspace,
  planId: string,
  { remote = false, notice, silent }: LeaseChoice,
  work: (lease: HeldLease | null) => Promise<T>,
): Promise<T> {
  if (!remote && workspace.config.remote?.lease !== true) return work(null);
  // Unlike a pid no other machine's command has it too: by this name what a crash leaves is known as ours.
  const lease = await takeLease(workspace, planId, `${COMMAND}${process.pid}-${randomBytes(3).toString('hex')}`, notice, silent);
  try {
    const result = await work(lease);
    await lease.settle();
    const { commit } = await workspace.git.head();
    if (lease.loss === null || commit === lease.pushed) return result;
    const next = lease.loss.type === 'failed' ? '; the next command or run pushes it' : '';
    throw new Problem(`It is committed here, but not on "${lease.place.remote}": ${lease.loss.detail}${next}.`);
  } finally {
    await releaseLease(workspace, lease);
  }
}

/** Refuses, before a command commits, where another has taken the plan over meanwhile. */
export function checkHeld(lease: HeldLease | null): void {
  if (lease?.loss?.type === 'taken') throw new Problem(`Nothing was committed: ${lease.loss.detail}.`);
}

/** The id of our own lease on the remote. Another's is taken over once it has stood unchanged for its time, by our own clock. */
async function acquire(
  place: LeasePlace,
  dead: { readonly own: ReadonlySet<string>; readonly silent: string | null },
  notice: (text: string) => void,
): Promise<string> {
  const { git, remote, mine } = place;
  const ref = leaseRef(mine.plan);
  const next = await git.statement(formatLease({ ...mine, renewal: 0 }));
  let from = await look(place);
  if (from !== null && from !== dead.silent) await outwait(place, from, dead.own, notice);
  for (let tries = 1; ; tries += 1) {
    const words = await git.push(remote, [{ ref, from, to: next }]);
    const now = words === null ? next : await look(place);
    if (now === next) return next;
    if (now !== null && now !== from) throw await heldBy(place, now);
    if (tries === MAX_TRIES) throw new Problem(`The plan "${mine.plan}" cannot be taken for this run: "${remote}" refuses it: ${words}`);
    // Given up in the meantime: then it is free.
    from = now;
    await delay(RETRY_MS);
  }
}

/** Returns once the lease may be taken; throws where its holder is seen to live. */
async function outwait(place: LeasePlace, id: string, own: ReadonlySet<string>, notice: (text: string) => void): Promise<void> {
  const holder = await holderOf(place, id);
  // Left by a runner of this very repository, whose lock is ours now: it is dead.
  if (holder !== null && own.has(holder.run)) return;
  const expiryMs = holder?.expiryMs ?? place.mine.expiryMs;
  const who = holder === null ? 'somebody' : `process ${holder.pid} on ${holder.host}`;
  notice(`"${place.mine.plan}" is held by ${who}. Watching for up to ${expiryMs / 1000} s whether it is still there …`);
  const begun = performance.now();
  while (performance.now() - begun < expiryMs) {
    await delay(Math.min(MAX_LOOK_MS, expiryMs / LOOKS));
    const now = await look(place);
    if (now === null) return;
    if (now !== id) throw await heldBy(place, now);
  }
}

async function heldBy(place: LeasePlace, id: string): Promise<Problem> {
  // It may have been renewed before it was fetched: then the newer one says who it is.
  const holder = (await holderOf(place, id)) ?? (await holderOf(place, (await look(place)) ?? id));
  const { plan } = place.mine;
  const who = holder === null ? 'another runner' : `process ${holder.pid} on ${holder.host}`;
  return new Problem(
    `The plan "${plan}" is being run by ${who}, as "${place.remote}" says. Wait for it, or steer it there, for example: plans pause ${plan}`,
  );
}

async function look({ git, remote, mine }: LeasePlace): Promise<string | null> {
  const ref = leaseRef(mine.plan);
  return (await askRemote({ git, remote }, [ref])).get(ref) ?? null;
}

/** Where refs of a remote are. A {@link Problem} says that it cannot be reached. */
export async function askRemote(
  { git, remote }: Pick<LeasePlace, 'git' | 'remote'>,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  for (let tries = 1; ; tries += 1) {
    const seen = await git.remoteRefs(remote, refs);
    if (seen.type === 'refs') return seen.refs;
    if (tries === MAX_TRIES)
      throw new Problem(
        `The remote "${remote}" cannot be reached, and the plan is run from it: ${seen.message}. Try again when it can, or take "remote" out of the config to run here alone.`,
      );
    await delay(RETRY_MS);
  }
}

/** Moves the branch forward to the remote's. Returns where that is. */
async function bringUpToDate({ git, remote, branch }: LeasePlace, workspace: Workspace): Promise<string | null> {
  const ref = branchRef(branch);
  const at = (await askRemote({ git, remote }, [ref])).get(ref) ?? null;
  const { commit } = await checkedHead(workspace);
  if (at === null || at === commit) return at;
  const words = await git.fetch(remote, [ref]);
  if ((await git.resolve(at)) === null)
    throw new Problem(`"${branch}" could not be fetched from "${remote}": ${words ?? 'it moved meanwhile; try again'}`);
  if ((await git.log({ to: at, from: commit, limit: 1 })).length === 0) return at;
  if ((await git.log({ to: commit, from: at, limit: 1 })).length > 0)
    throw new Problem(
      `The branch "${branch}" and that of "${remote}" have gone apart: each has commits that the other lacks. Bring them together (git pull --rebase), then run again.`,
    );
  const refused = await git.forward(at);
  if (refused !== null)
    throw new Problem(`The branch "${branch}" is behind "${remote}" and could not be moved forward; git says: ${refused}`);
  return at;
}

/** Which runs of this repository may have left the lease; ours is one of them from now on. */
function remember(commonDir: string, planId: string, runId: string): { own: ReadonlySet<string>; forget: () => void } {
  const file = memoryFile(commonDir, planId);
  const own = memoryOf(commonDir, planId);
  writeFileSync(file, `${[...own, runId].slice(-MAX_REMEMBERED).join('\n')}\n`);
  return { own, forget: () => rmSync(file, { force: true }) };
}

/** The runs of this repository that may have left the lease. */
export function memoryOf(commonDir: string, planId: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(memoryFile(commonDir, planId), 'utf8').split('\n').filter(Boolean));
  } catch {
    // None: the last one gave its lease up.
    return new Set();
  }
}

function memoryFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${refName(planId)}.leases`);
}
