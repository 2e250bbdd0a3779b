/** Figures of work by the day, as bars. */

export interface Day {
  /** UTC. */
  readonly day: string;
  readonly tasks: number;
  readonly attempts: number;
  readonly failed: number;
  readonly durationMs: number;
  readonly knownCostUsd: number;
  readonly costUsd: number | null;
}

export const METRICS = ['cost', 'duration', 'attempts', 'failures'] as const;
export type Metric = (typeof METRICS)[number];

/** What a day has of a metric: US dollars, milliseconds, a count, a share of 1. */
export function valueOf(day: Omit<Day, 'day'>, metric: Metric): number {
  switch (metric) {
    case 'cost':
      return day.knownCostUsd;
    case 'duration':
      return day.durationMs;
    case 'attempts':
      return day.attempts;
    case 'failures':
      return day.attempts === 0 ? 0 : day.failed / day.attempts;
  }
}

const DAY_MS = 86_400_000;
/** Bars that a drawing has room for. */
const MAX_BARS = 120;

/** Every day from `since` (or the first with work) to `today`, those without work too; only the last ones where there are many. */
export function allDays(days: readonly Day[], since: string | null, today: string): readonly Day[] {
  const first = since ?? days[0]?.day;
  if (first === undefined) return [];
  const known = new Map(days.map((day) => [day.day, day]));
  const end = Date.parse(today);
  const from = Math.max(Date.parse(first), end - (MAX_BARS - 1) * DAY_MS);
  return Array.from({ length: Math.max(0, (end - from) / DAY_MS + 1) }, (_, index) => {
    const day = new Date(from + index * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, tasks: 0, attempts: 0, failed: 0, durationMs: 0, knownCostUsd: 0, costUsd: 0 };
  });
}
