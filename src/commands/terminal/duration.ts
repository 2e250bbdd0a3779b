/** Times as people say them. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4s`, `12s`, `3m 05s`, `2h 10m`, `4d 3h`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)}s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds}s`;
  if (seconds * SECOND < HOUR) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes * MINUTE < DAY) return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
  const hours = Math.round(ms / HOUR);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** For what still goes on: whole seconds, so that the digits do not flicker. */
export function elapsed(ms: number): string {
  return ms < 10 * SECOND ? `${Math.max(0, Math.floor(ms / SECOND))}s` : duration(Math.floor(ms / SECOND) * SECOND);
}

/** `now`, `4 min ago`, `3 h ago`, `2 days ago`, and the date where that says more. */
export function age(from: number, now: number): string {
  const ms = Math.max(0, now - from);
  if (ms < MINUTE) return 'now';
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  const days = Math.floor(ms / DAY);
  if (days === 1) return 'yesterday';
  return days < 30 ? `${days} days ago` : new Date(from).toISOString().slice(0, 10);
}

/** `$0.42`, `$12.30`, `<$0.01`. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? '<$0.01' : `$${usd.toFixed(2)}`;
}
