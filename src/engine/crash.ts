/**
 * Named points at which a run can be made to die, as if the machine had been switched off: `PLANS_CRASH_AT=after-tick`, or
 * `after-tick:3` for the third time it is reached. With `PLANS_CRASH_SIGNAL=SIGSTOP` it is stopped there, as if the machine had been asleep.
 * For tests of what the next run finds; nothing else reads it.
 */

export const CRASH_POINTS = [
  'after-start-edit',
  'after-journal',
  'after-agent',
  'before-keep',
  'after-keep',
  'after-bring-in',
  'before-tick',
  'after-tick',
  'after-commit',
  'after-record-edit',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

let reached = 0;

/** Dies here where the environment asks for it. */
export function crashPoint(env: Readonly<Record<string, string | undefined>>, point: CrashPoint): void {
  const asked = env['PLANS_CRASH_AT'];
  if (asked === undefined) return;
  const [name, times = '1'] = asked.split(':');
  if (name !== point) return;
  reached += 1;
  if (reached === Number(times)) process.kill(process.pid, env['PLANS_CRASH_SIGNAL'] === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL');
}
