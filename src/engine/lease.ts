/**
 * One runner per plan across machines: a ref on the remote that is made, renewed and given up by compare-and-swap. Results are pushed
 * together with a renewal, all or nothing, so that a runner whose lease was taken over meanwhile cannot land anything any more.
 */
import type { Git, RemoteUpdate } from '../adapters/git/git.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { formatLease, readLease, type Lease } from '../core/lease.ts';
import { refName } from './kept.ts';

/** A lease is renewed so many times in the span after which others take it for dead. */
export const RENEWALS = 4;
/** Pause before a push is tried again; it doubles up to the second. Milliseconds. */
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 8_000;
/** So often the remote may refuse what compares well: a hook of it, or a protected branch. */
const MAX_REFUSALS = 2;

/** Why nothing can be pushed any more. */
export interface Loss {
  /** `taken`: another runner has the lease. `moved`: somebody else pushed to the branch. `failed`: the remote refuses, or does not answer. */
  readonly type: 'taken' | 'moved' | 'failed';
  /** A sentence. */
  readonly detail: string;
}

export interface LeasePlace {
  readonly git: Git;
  readonly remote: string;
  readonly branch: string;
  readonly mine: Omit<Lease, 'renewal'>;
}

export const leaseRef = (planId: string): string => `refs/plans/lease/${refName(planId)}`;
/** Where others ask something of whoever holds the lease. */
export const requestRef = (planId: string): string => `refs/plans/request/${refName(planId)}`;
export const branchRef = (branch: string): string => `refs/heads/${branch}`;

/** A lease that is held: renewed on a timer, pushed with every result. */
export class HeldLease {
  readonly place: LeasePlace;
  #onLoss: (loss: Loss) => void = () => {};
  #onBeat: (() => Promise<void>) | null = null;
  #beating: Promise<void> | null = null;
  #id: string;
  #renewal = 0;
  /** Where the remote's branch is; null where it has none. */
  #pushed: string | null;
  #wanted: string | null;
  #loss: Loss | null = null;
  #pushing: Promise<void> | null = null;
  readonly #timer: NodeJS.Timeout;

  constructor(place: LeasePlace, id: string, pushed: string | null) {
    this.place = place;
    this.#id = id;
    this.#pushed = pushed;
    this.#wanted = pushed;
    this.#timer = setInterval(() => void this.#push().then(() => this.#beat()), place.mine.expiryMs / RENEWALS);
    this.#timer.unref();
  }

  get loss(): Loss | null {
    return this.#loss;
  }

  /** The commit that the remote's branch was at when it was last pushed to or looked at. */
  get pushed(): string | null {
    return this.#pushed;
  }

  /** Calls back, once, when the lease or the remote is lost, or is already. */
  watch(onLoss: (loss: Loss) => void): void {
    this.#onLoss = onLoss;
    if (this.#loss !== null) onLoss(this.#loss);
  }

  /** Has something done with every heartbeat, once the lease is renewed; what fails is tried with the next. Null: no more, and what is under way has ended. */
  async onBeat(work: (() => Promise<void>) | null): Promise<void> {
    this.#onBeat = work;
    await this.#beating;
  }

  /** Has a new commit of the branch pushed soon; several in a row may go together. */
  publish(commit: string): void {
    this.#wanted = commit;
    void this.#push();
  }

  /** Waits until everything is pushed, or the lease is lost. */
  async settle(): Promise<void> {
    while (this.#loss === null && (this.#pushing !== null || this.#wanted !== this.#pushed)) await this.#push();
  }

  /** Gives the lease up, where it is still held. What cannot be given up expires. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pushing;
    await this.#beating;
    if (this.#loss?.type === 'taken') return;
    const { git, remote, mine } = this.place;
    await git.push(remote, [{ ref: leaseRef(mine.plan), from: this.#id, to: null }]);
  }

  #beat(): void {
    if (this.#loss !== null || this.#beating !== null || this.#onBeat === null) return;
    this.#beating = this.#onBeat()
      .catch(() => {})
      .finally(() => (this.#beating = null));
  }

  /** One push at a time: whoever asks meanwhile waits for it. */
  #push(): Promise<void> {
    if (this.#loss !== null) return Promise.resolve();
    this.#pushing ??= this.#pushOnce()
      .catch((error: unknown) => this.#lose('failed', error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.#pushing = null;
        if (this.#wanted !== this.#pushed) void this.#push();
      });
    return this.#pushing;
  }

  async #pushOnce(): Promise<void> {
    const { git, remote, branch, mine } = this.place;
    const [lease, heads] = [leaseRef(mine.plan), branchRef(branch)];
    const to = this.#wanted;
    const next = await git.statement(formatLease({ ...mine, renewal: (this.#renewal += 1) }));
    const updates: RemoteUpdate[] = [{ ref: lease, from: this.#id, to: next }];
    if (to !== this.#pushed) updates.push({ ref: heads, from: this.#pushed, to });
    const done = () => {
      this.#id = next;
      this.#pushed = to;
    };
    const begun = performance.now();
    for (let pause = FIRST_PAUSE_MS, refusals = 0; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      const words = await git.push(remote, updates);
      if (words === null) return done();
      // What git says of a push that failed need not be so: the answer may have been lost. Where the refs are, counts.
      const seen = await git.remoteRefs(remote, [lease, heads]);
      if (seen.type === 'refs') {
        const now = seen.refs.get(lease) ?? null;
        const at = seen.refs.get(heads) ?? null;
        if (now === next) return done();
        if (now !== this.#id) return this.#lose('taken', await takenBy(this.place, now));
        if (at !== this.#pushed && updates.length > 1)
          return this.#lose(
            'moved',
            `somebody pushed to "${branch}" on "${remote}" meanwhile. Bring the two together (git pull --rebase), then run again`,
          );
        refusals += 1;
        if (refusals >= MAX_REFUSALS) return this.#lose('failed', `"${remote}" refuses the push: ${words}`);
      } else if (performance.now() - begun > mine.expiryMs) {
        return this.#lose('failed', `"${remote}" cannot be reached: ${seen.message}`);
      }
      await delay(pause);
    }
  }

  #lose(type: Loss['type'], detail: string): void {
    clearInterval(this.#timer);
    this.#loss = { type, detail };
    this.#onLoss(this.#loss);
  }
}

async function takenBy(place: LeasePlace, id: string | null): Promise<string> {
  const holder = id === null ? null : await holderOf(place, id);
  const who = holder === null ? 'another runner' : `process ${holder.pid} on ${holder.host}`;
  return `${who} took the plan over, as nothing had been heard of this one for ${place.mine.expiryMs / 1000} s`;
}

/** What a lease on the remote says; null where it cannot be read. */
export async function holderOf({ git, remote, mine }: LeasePlace, id: string): Promise<Lease | null> {
  const message = await statementAt({ git, remote }, leaseRef(mine.plan), id);
  return message === null ? null : readLease(message);
}

/** What the commit says that a ref of the remote pointed to; null where the ref has moved on, and it cannot be had. */
export async function statementAt({ git, remote }: Pick<LeasePlace, 'git' | 'remote'>, ref: string, id: string): Promise<string | null> {
  if ((await git.resolve(id)) === null) await git.fetch(remote, [ref]);
  if ((await git.resolve(id)) === null) return null;
  const [commit] = await git.log({ to: id, limit: 1 });
  return commit?.body ?? null;
}
