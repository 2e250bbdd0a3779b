/** Which process a pid means: pids are used again, a pid with its start time is not. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** When a process started, as an opaque text that is equal for the same process only; null where there is none. */
export function startTime(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name, in parentheses, may hold blanks and parentheses: fields are counted from the last one. Field 22 is the start time, 3 the state.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    } catch {
      return null;
    }
  }
  try {
    // In no zone or language of anybody's: who asks from another one, or after a journey, is to hear the same.
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
    const asked = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env });
    return asked.trim() || null;
  } catch {
    return null;
  }
}

/** Whether a process stands still by a signal, as Ctrl-Z in a shell leaves it. Linux only; elsewhere nobody says so. */
export function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Whether the very process that had `pid` and `started` is still there. */
export function isAlive(pid: number, started: string): boolean {
  return startTime(pid) === started;
}
