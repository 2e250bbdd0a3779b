/** What a lease says: who runs a plan for everybody who shares a remote. It stands in a commit's message, and only its id is compared. */

export interface Lease {
  readonly plan: string;
  readonly host: string;
  readonly pid: number;
  readonly run: string;
  /** For how long, in milliseconds, an unchanged lease is taken for a living holder's. */
  readonly expiryMs: number;
  /** Counts from 0, so that no two ids are the same. */
  readonly renewal: number;
}

/** Expiries that are believed: a longer one, be it of a mistake, would lock a plan for good. Milliseconds. */
const MAX_EXPIRY_MS = 3_600_000;

export function formatLease({ plan, host, pid, run, expiryMs, renewal }: Lease): string {
  const lines = [`Plan: ${plan}`, `Plan-Lease-Holder: ${pid}@${host}`, `Plan-Lease-Run: ${run}`];
  return `${plan}: lease\n\n${[...lines, `Plan-Lease-Expiry: ${expiryMs / 1000}s`, `Plan-Lease-Renewal: ${renewal}`].join('\n')}\n`;
}

/** What a lease's message says; null where it is none. */
export function readLease(message: string): Lease | null {
  const value = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(message)?.[1] ?? '';
  const [, pid, host] = /^(\d+)@(.+)$/.exec(value('Plan-Lease-Holder')) ?? [];
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(value('Plan-Lease-Expiry')) ?? [];
  const run = value('Plan-Lease-Run');
  if (pid === undefined || host === undefined || seconds === undefined || run === '') return null;
  const expiryMs = Math.min(Number(seconds) * 1000, MAX_EXPIRY_MS);
  return { plan: value('Plan'), host, pid: Number(pid), run, expiryMs, renewal: Number(value('Plan-Lease-Renewal')) };
}
