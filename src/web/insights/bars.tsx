/** Bars by the day, as wide as there is room; the table beside them says the same. */
import { useState, type ReactNode } from 'react';
import type { Day } from '../state/charts.ts';

/** So many bars are still apart from each other by two pixels. */
const MANY_BARS = 45;

interface BarsProps {
  readonly days: readonly Day[];
  readonly value: (day: Day) => number;
  /** What of the value failed; where it is no part of it, 0. */
  readonly failed: (day: Day) => number;
  readonly words: (value: number) => string;
  /** The same beside the axis, where it is short. */
  readonly axis: (value: number) => string;
  readonly label: string;
  /** What is said while no bar is pointed at. */
  readonly legend: string;
}

export function Bars({ days, value, failed, words, axis, label, legend }: BarsProps): ReactNode {
  const [pointed, point] = useState<Day | null>(null);
  const most = Math.max(...days.map(value), 0);
  const percent = (part: number): string => `${most === 0 ? 0 : (100 * part) / most}%`;
  return (
    <div className="bars">
      <p className="bars-said" aria-hidden="true">
        {pointed === null ? legend : `${dayWords(pointed.day)}: ${words(value(pointed))}`}
      </p>
      <div className="bars-plot">
        <span className="bars-line is-most">{axis(most)}</span>
        {most > 0 && <span className="bars-line is-half">{axis(most / 2)}</span>}
        <div
          className={days.length > MANY_BARS ? 'bars-columns is-many' : 'bars-columns'}
          role="img"
          aria-label={`${label}. The most on one day: ${words(most)}`}
          onPointerLeave={() => point(null)}
        >
          {days.map((day) => (
            <span key={day.day} className={day === pointed ? 'is-pointed' : undefined} onPointerEnter={() => point(day)}>
              <span className="bar-value" style={{ height: percent(value(day)) }}>
                <span style={{ height: `${value(day) === 0 ? 0 : (100 * failed(day)) / value(day)}%` }} />
              </span>
            </span>
          ))}
        </div>
      </div>
      <p className="bars-days" aria-hidden="true">
        {[days[0], days[Math.floor((days.length - 1) / 2)], days.at(-1)]
          .filter((day, index, all) => day !== undefined && all.indexOf(day) === index)
          .map((day) => (
            <span key={day?.day}>{dayWords(day?.day ?? '')}</span>
          ))}
      </p>
    </div>
  );
}

/** `3 Nov`, of a day as ISO 8601 has it. */
function dayWords(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
