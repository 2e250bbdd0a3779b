/** The file of a plan as it is, with what is wrong at its lines. */
import { memo, useMemo, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { Diagnostic, PlanSource } from '../api/shapes.ts';
import { apiPath } from '../state/route.ts';
import { Diagnostics, Refused, Skeleton } from './basics.tsx';
import { useGrowing } from './growing.ts';

/** Lines that are drawn, or not drawn because they are out of sight, together. */
const PIECE = 120;
/** The height of a line, as the style sheet has it. */
const LINE_EM = 1.5;

export function PlanFile({ id }: { readonly id: string }): ReactNode {
  const { data, problem } = useData<PlanSource>(apiPath('plans', id, '/source'));
  if (data === null) return problem === null ? <Skeleton rows={1} /> : <Refused problem={problem} />;
  return <Lines text={data.text} diagnostics={data.diagnostics} />;
}

function Lines({ text, diagnostics }: { readonly text: string; readonly diagnostics: readonly Diagnostic[] }): ReactNode {
  const lines = useMemo(() => text.split('\n'), [text]);
  const marked = useMemo(() => new Map(diagnostics.map(({ line, severity }) => [line, severity])), [diagnostics]);
  const count = useGrowing(lines.length);
  const pieces = Math.ceil(count / PIECE);
  const isWhole = count === lines.length;
  return (
    <div className="card source">
      <Diagnostics list={diagnostics} most={50} />
      <pre tabIndex={0} aria-label="The file" style={isWhole ? undefined : { minBlockSize: `${lines.length * LINE_EM}em` }}>
        {Array.from({ length: pieces }, (_, piece) => (
          // A piece is known by its place alone.
          // oxlint-disable-next-line react/no-array-index-key
          <Piece key={piece} first={piece * PIECE} lines={lines} marked={marked} />
        ))}
      </pre>
    </div>
  );
}

interface PieceProps {
  /** The index of its first line. */
  readonly first: number;
  readonly lines: readonly string[];
  readonly marked: ReadonlyMap<number, Diagnostic['severity']>;
}

const Piece = memo(function Piece({ first, lines, marked }: PieceProps): ReactNode {
  const own = lines.slice(first, first + PIECE);
  return (
    <span className="piece" style={{ containIntrinsicBlockSize: `auto ${own.length * LINE_EM}em` }}>
      {own.map((line, index) => {
        const number = first + index + 1;
        return (
          <span key={number} data-line={number} className={marked.has(number) ? `line is-${marked.get(number)}` : 'line'}>
            {line}
            {'\n'}
          </span>
        );
      })}
    </span>
  );
});
