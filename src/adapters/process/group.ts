/** Ending processes for certain: whole groups by signal, children that left the group by a mark in their environment. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The environment variable that marks everything a process starts. Nested runs append theirs, so an outer run finds the inner one's children too. */
export const MARK_VARIABLE = 'PLANS_RUN_MARK';

/** How often a group is looked at while it has time to end. */
const POLL_MS = 5;
/** How long a killed process may take to disappear: it needs a processor once, or sleeps uninterruptibly in the kernel. */
const KILL_WAIT_MS = 2_000;
/** After so long the kernel's process ids may have gone round once (32,768 on some systems), so that "younger" says nothing. */
const PID_CYCLE_MS = 2_000;
/** Up to so many younger ids are asked for one by one; above it, reading the list of processes is cheaper. */
const PROBE_LIMIT = 32;
/** How often processes that end or begin are looked at again. */
const MARKED_POLL_MS = 2;
/** Flag of a kernel's thread in `/proc/PID/stat`. */
const PF_KTHREAD = 0x0020_0000;

/** Signals a process group. False when nothing is left of it. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (process.platform === 'win32') {
    if (signal === 0) return isAlive(pid);
    return spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true }).status === 0;
  }
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // ESRCH: nobody there. EPERM (macOS): only zombies are left.
    return false;
  }
}

/** True while a member of the group runs. A zombie does not: where nobody reaps orphans it would stay for ever. */
function isGroupAlive(pid: number): boolean {
  if (!signalGroup(pid, 0)) return false;
  if (process.platform !== 'linux') return true;
  for (const member of listPids()) {
    const stat = readStat(member);
    if (stat !== null && stat.group === pid && !stat.dead) return true;
  }
  return false;
}

/** Waits until the group is gone, at most `limitMs`. */
export async function waitForGroup(pid: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isGroupAlive(pid)) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** KILL to what is left of the group, and waits until it is gone. */
export async function killGroup(pid: number): Promise<void> {
  if (signalGroup(pid, 'SIGKILL')) await waitForGroup(pid, KILL_WAIT_MS);
}

/**
 * Kills what a process left behind outside its group (a `setsid` child, a daemon): whatever carries `mark` in its
 * environment. Linux only; elsewhere it does nothing. A program that wipes its environment is not found. Returns when
 * all of it is gone, unless the kernel holds one back.
 *
 * The common case costs one small read: `/proc/loadavg` ends with the youngest process id, and when that is the
 * child's own, nothing was born since. Else only younger processes are looked at.
 */
export async function killMarked(mark: string, born: { readonly pid: number; readonly ageMs: number } | null): Promise<void> {
  if (process.platform !== 'linux') return;
  const deadline = performance.now() + KILL_WAIT_MS;
  const killed = new Set<number>();
  for (;;) {
    const { marked, unsettled } = findMarked(mark, born);
    for (const pid of marked) {
      kill(pid);
      killed.add(pid);
    }
    const isOver = marked.length === 0 && !unsettled && [...killed].every((pid) => readStat(pid)?.dead !== false);
    if (isOver || performance.now() >= deadline) return;
    await delay(MARKED_POLL_MS);
  }
}

function findMarked(
  mark: string,
  born: { readonly pid: number; readonly ageMs: number } | null,
): { readonly marked: readonly number[]; readonly unsettled: boolean } {
  const marked: number[] = [];
  let unsettled = false;
  for (const pid of candidates(born)) {
    if (pid === process.pid) continue;
    const environment = readProc(`${pid}/environ`);
    if (environment === null) continue;
    if (environment.includes(mark)) {
      // A killed process that waits for its parent keeps nothing readable, but one that is being torn down may.
      if (readStat(pid)?.dead === false) marked.push(pid);
    } else if (environment.length === 0) {
      unsettled ||= readStat(pid)?.unsettled === true;
    }
  }
  return { marked, unsettled };
}

function candidates(born: { readonly pid: number; readonly ageMs: number } | null): number[] {
  if (born === null || born.ageMs > PID_CYCLE_MS) return listPids();
  const youngest = Number(readProc('loadavg')?.toString().trim().split(' ').at(-1) ?? NaN);
  if (youngest === born.pid) return [];
  if (youngest > born.pid && youngest - born.pid <= PROBE_LIMIT) {
    return Array.from({ length: youngest - born.pid }, (_, index) => born.pid + 1 + index);
  }
  return youngest > born.pid ? listPids().filter((pid) => pid > born.pid) : listPids();
}

interface Stat {
  readonly group: number;
  readonly dead: boolean;
  /** It has no environment at this moment: in the middle of `exec`, or of its end. Either passes, and needs a processor for it. */
  readonly unsettled: boolean;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields are counted from the third. */
function readStat(pid: number): Stat | null {
  const text = readProc(`${pid}/stat`)?.toString();
  if (text === undefined) return null;
  // The second field is the program's name in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const dead = fields[0] === 'Z' || fields[0] === 'X';
  const isKernels = (Number(fields[6]) & PF_KTHREAD) !== 0;
  // Where the environment ends: 0 while there is none. A program that was started with an empty one has an address there.
  return { group: Number(fields[2]), dead, unsettled: !dead && !isKernels && fields[48] === '0' };
}

function readProc(name: string): Buffer | null {
  try {
    return readFileSync(`/proc/${name}`);
  } catch {
    return null;
  }
}

function listPids(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
