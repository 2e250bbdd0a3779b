/** Bars by the day, drawn; the table beside them says the same. */
import type { ReactNode } from 'react';
import type { Day } from '../state/charts.ts';

/** In pixels, as drawn at its natural size. */
const HEIGHT = 160;
const WIDTH = 1080;
const TOP = 18;
const GAP = 3;
const MIN_BAR = 5;
const MAX_BAR = 60;

interface BarsProps {
  readonly days: readonly Day[];
  readonly value: (day: Day) => number;
  readonly words: (value: number) => string;
  readonly label: string;
}

export function Bars({ days, value, words, label }: BarsProps): ReactNode {
  const most = Math.max(...days.map(value), 0);
  const bar = Math.min(MAX_BAR, Math.max(MIN_BAR, Math.floor(WIDTH / Math.max(1, days.length)) - GAP));
  const width = Math.max(WIDTH, days.length * (bar + GAP));
  return (
    <div className="bars" tabIndex={0} role="group" aria-label={label}>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT + 24}`}
        width={width}
        height={HEIGHT + 24}
        role="img"
        aria-label={`${label}. The most on one day: ${words(most)}`}
      >
        <line x1={0} x2={width} y1={HEIGHT} y2={HEIGHT} />
        {days.map((day, index) => {
          const height = most === 0 ? 0 : (value(day) / most) * (HEIGHT - TOP);
          const x = index * (bar + GAP);
          return (
            <g key={day.day}>
              <title>{`${day.day}: ${words(value(day))}`}</title>
              <rect className="hit" x={x - GAP / 2} y={0} width={bar + GAP} height={HEIGHT} />
              <rect className="bar-value" x={x} y={HEIGHT - height} width={bar} height={height} rx={2} />
            </g>
          );
        })}
        <text x={0} y={11}>
          {words(most)}
        </text>
        <text x={0} y={HEIGHT + 17}>
          {days[0]?.day}
        </text>
        {days.length > 1 && (
          <text x={days.length * (bar + GAP)} y={HEIGHT + 17} textAnchor="end">
            {days.at(-1)?.day}
          </text>
        )}
      </svg>
    </div>
  );
}
