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
/** A process in the middle of `exec` shows an empty environment for some microseconds. */
const EXEC_TRIES = 5;

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
 * environment. Linux only; elsewhere it does nothing. A program that wipes its environment is not found.
 *
 * The common case costs one small read: `/proc/loadavg` ends with the youngest process id, and when that is the
 * child's own, nothing was born since. Else only younger processes are looked at.
 */
export async function killMarked(mark: string, born: { readonly pid: number; readonly ageMs: number } | null): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let killed = 0;
  let unsure = 0;
  for (;;) {
    const found = findMarked(mark, born);
    for (const pid of found.marked) {
      if (kill(pid)) killed += 1;
    }
    if (found.marked.length > 0) await delay(1);
    else if (found.unsure && (unsure += 1) < EXEC_TRIES) await delay(2);
    else return killed;
  }
}

function findMarked(mark: string, born: { readonly pid: number; readonly ageMs: number } | null): { marked: number[]; unsure: boolean } {
  const marked: number[] = [];
  let unsure = false;
  for (const pid of candidates(born)) {
    if (pid === process.pid) continue;
    const environment = readProc(`${pid}/environ`);
    if (environment === null) continue;
    if (environment.includes(mark)) {
      // A killed process that waits for its parent keeps nothing readable, but one that is being torn down may.
      if (readStat(pid)?.dead === false) marked.push(pid);
    } else if (environment.length === 0 && readStat(pid)?.dead === false) {
      unsure = true;
    }
  }
  return { marked, unsure };
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

function readStat(pid: number): { group: number; dead: boolean } | null {
  const text = readProc(`${pid}/stat`)?.toString();
  if (text === undefined) return null;
  // The second field is the program's name in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { group: Number(fields[2]), dead: fields[0] === 'Z' || fields[0] === 'X' };
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

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
