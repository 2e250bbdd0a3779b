/** Bars by the day, drawn; the table beside them says the same. */
import type { ReactNode } from 'react';
import type { Day } from '../state/charts.ts';

const HEIGHT = 150;
const BAR = 14;
const GAP = 4;
const LEFT = 4;

interface BarsProps {
  readonly days: readonly Day[];
  readonly value: (day: Day) => number;
  readonly words: (value: number) => string;
  readonly label: string;
}

export function Bars({ days, value, words, label }: BarsProps): ReactNode {
  const most = Math.max(...days.map(value), 0);
  const width = LEFT * 2 + days.length * (BAR + GAP);
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
          const height = most === 0 ? 0 : (value(day) / most) * (HEIGHT - 8);
          const x = LEFT + index * (BAR + GAP);
          return (
            <g key={day.day}>
              <title>{`${day.day}: ${words(value(day))}`}</title>
              <rect className="hit" x={x - GAP / 2} y={0} width={BAR + GAP} height={HEIGHT} />
              <rect className="bar-value" x={x} y={HEIGHT - height} width={BAR} height={height} rx={2} />
            </g>
          );
        })}
        <text x={LEFT} y={HEIGHT + 17}>
          {days[0]?.day}
        </text>
        {width > 220 && (
          <text x={width - LEFT} y={HEIGHT + 17} textAnchor="end">
            {days.at(-1)?.day}
          </text>
        )}
      </svg>
    </div>
  );
}
