/**
 * A lock as a file. It names its holder (pid and start time, host) and beats; a dead holder's lock is taken over, by one of all who try at
 * once; a live one's is not.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive, startTime } from '../adapters/process/identity.ts';
import { Problem } from '../core/problem.ts';

const BEAT_MS = 5_000;
/** A lock of another host whose last beat is older than this is dead. */
const SILENT_MS = 60_000;
/** Who takes a dead holder's lock away needs no longer than this, unless it was stopped in the middle. Milliseconds. */
const TAKING_MS = 2_000;
const PAUSE_MS = 2;
/** How long it is said to a process of another host that it was taken for dead. Milliseconds. */
const TOLD_MS = 24 * 3_600_000;

export interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly host: string;
  /** Absolute path of the work tree it runs in; a repository may have several. */
  readonly root: string;
  readonly run: string;
}

export interface Lock {
  readonly run: string;
  /** The dead holder whose lock this was; null where there was none. */
  readonly after: Holder | null;
  /** Whether it is ours still. It is not once another host has taken this process for dead; a file that only was removed is put back. */
  readonly isHeld: () => boolean;
  /** Throws a {@link Problem} where it is not: by now another may be at work, and nothing may be written any more. */
  readonly check: () => void;
  /** Calls back, once, as soon as it is seen that it is not. */
  watch(onLoss: (loss: Problem) => void): void;
  release(): void;
}

/** Takes the lock for a work tree, or says who holds it. Its folder is there. A file-system error is thrown. */
export function takeFile(file: string, root: string, run: string): Lock | { readonly holder: Holder } {
  const me: Holder = { pid: process.pid, started: startTime(process.pid) ?? '', host: hostname(), root, run };
  const draft = `${file}.${process.pid}.${run}`;
  let after: Holder | null = null;
  try {
    writeFileSync(draft, JSON.stringify(me));
    for (const deadline = performance.now() + TAKING_MS; ;) {
      // Another host, which cannot know this process, may have swept it.
      if (!existsSync(draft)) writeFileSync(draft, JSON.stringify(me));
      // A hard link appears whole or not at all; creating and then writing would show others an empty lock.
      if (link(draft, file)) break;
      const holder = liveHolderOf(file);
      if (holder !== null) return { holder };
      const dead = readHolder(file);
      const taker = takeAway(file, draft, file);
      if (taker === null) after = dead;
      else if (performance.now() > deadline) return { holder: taker };
      else pause();
    }
  } finally {
    rmSync(draft, { force: true });
  }
  sweep(file);
  return hold(file, me, after);
}

/** Who holds a lock now; null where nobody does, a dead holder's lock included. */
export function liveHolderOf(file: string): Holder | null {
  const holder = readHolder(file);
  return holder !== null && lives(holder, file) ? holder : null;
}

function lives({ host, pid, started }: Holder, file: string): boolean {
  if (host === hostname()) return isAlive(pid, started);
  const beat = statSync(file, { throwIfNoEntry: false });
  return beat !== undefined && Date.now() - beat.mtimeMs < SILENT_MS;
}

/** Whom a lock names, be it alive or not; null where there is none. */
export function readHolder(file: string): Holder | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    const { pid, started, host, root, run } = value;
    if (typeof pid !== 'number' || [started, host, root, run].some((text) => typeof text !== 'string')) return null;
    return value as Holder;
  } catch {
    return null;
  }
}

/**
 * Removes a file that names a dead process. Only who has a claim on that very process may, and a claim is a file as well, which only one can
 * make: so that nobody removes what another has put there since. Who died with a claim is claimed in turn. Null once it is
 * gone, or another's by now; else who is at it.
 */
function takeAway(file: string, draft: string, lock: string): Holder | null {
  const holder = readHolder(file);
  // Another has taken it since.
  if (holder !== null && lives(holder, file)) return null;
  const dead = identityOf(holder, file);
  if (dead === null) return null;
  const claim = `${lock}.${encodeURIComponent(dead)}.claim`;
  if (!link(draft, claim)) return liveHolderOf(claim) ?? takeAway(claim, draft, lock);
  try {
    if (identityOf(readHolder(file), file) !== dead) return null;
    // Of this host it is certain that it is dead; another's may only have been silent, and has to learn of it however late it looks.
    if (file === lock && holder !== null && holder.host !== hostname()) writeFileSync(takenFrom(file, holder.run), '');
    rmSync(file);
    return null;
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Stands beside a lock that was taken away from a run. */
const takenFrom = (file: string, run: string): string => `${file}.over.${run}`;

/** Which process a file names; null where there is no file. */
function identityOf(holder: Holder | null, file: string): string | null {
  if (holder !== null) return `${holder.host} ${holder.pid} ${holder.started}`;
  return existsSync(file) ? 'nobody' : null;
}

/** Removes what those left who died on their way to a lock that is ours now: drafts, and claims on holders that are gone. */
function sweep(file: string): void {
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    const left = join(dirname(file), name);
    // One that says nothing yet is being written, or its writer was killed before it had.
    const isDead = readHolder(left) === null ? isLeft(left, name.slice(basename(file).length + 1)) : liveHolderOf(left) === null;
    if (isDead) rmSync(left, { force: true });
  }
}

/** What names nobody: the draft of a process that is gone, and what has been said to another host for long enough. */
function isLeft(file: string, name: string): boolean {
  const pid = /^(\d+)\./.exec(name)?.[1];
  if (pid !== undefined) return startTime(Number(pid)) === null;
  const stat = name.startsWith('over.') ? statSync(file, { throwIfNoEntry: false }) : undefined;
  return stat !== undefined && Date.now() - stat.mtimeMs > TOLD_MS;
}

/** False where there is a file already. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Of the whole process: a lock is taken before anything runs. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

function hold(file: string, me: Holder, after: Holder | null): Lock {
  let onLoss: ((loss: Problem) => void) | null = null;
  let isReleased = false;
  const isHeld = () => {
    if (isReleased) return false;
    const holder = readHolder(file);
    if (holder !== null) return isSame(holder, me);
    // One that cannot be read may be ours. One that is gone was removed, by an agent say, where nobody has taken it away.
    return existsSync(file) || (!existsSync(takenFrom(file, me.run)) && putBack(file, me));
  };
  const beat = setInterval(() => {
    if (!isHeld()) {
      clearInterval(beat);
      return onLoss?.(lost(file));
    }
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // A disk that is read-only by now, say: on this host the process itself is the beat.
    }
  }, BEAT_MS);
  beat.unref();
  return {
    run: me.run,
    after,
    isHeld,
    check: () => {
      if (!isHeld()) throw lost(file);
    },
    watch: (listener) => (onLoss = listener),
    release: () => {
      clearInterval(beat);
      isReleased = true;
      const holder = readHolder(file);
      try {
        rmSync(takenFrom(file, me.run), { force: true });
        if (holder !== null && isSame(holder, me)) rmSync(file, { force: true });
      } catch {
        // On a disk that is read-only by now, say: it is a dead one's soon, and what stopped the run is to be heard.
      }
    },
  };
}

/** Makes a lock that somebody has removed once more; false where another has it by now, or it cannot be made. */
function putBack(file: string, me: Holder): boolean {
  const draft = `${file}.${process.pid}.${me.run}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, JSON.stringify(me));
    return link(draft, file);
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isSame(one: Holder, other: Holder): boolean {
  return one.run === other.run && one.pid === other.pid && one.host === other.host && one.started === other.started;
}

function lost(file: string): Problem {
  const holder = readHolder(file);
  const what =
    holder === null
      ? `another took the lock ${file} over, as nothing had been heard of this run, and has ended`
      : `process ${holder.pid} on ${holder.host} has the lock ${file} by now, as nothing had been heard of this one`;
  return new Problem(`Stopped: ${what}. From then on nothing more was written. What was begun is kept by whoever runs the plan next.`);
}
