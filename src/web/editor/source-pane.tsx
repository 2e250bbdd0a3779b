/** The file itself, with what is wrong in it at its lines. */
import { memo, useRef, type ReactNode } from 'react';
import type { Diagnostic } from '../api/shapes.ts';

/** The height of a line, as the style sheet has it. */
const LINE_EM = 1.5;

interface SourcePaneProps {
  readonly text: string;
  readonly readOnly: boolean;
  readonly write: (text: string) => void;
  readonly diagnostics: readonly Diagnostic[];
}

export function SourcePane({ text, readOnly, write, diagnostics }: SourcePaneProps): ReactNode {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const go = ({ line, column, endLine, endColumn }: Diagnostic): void => {
    const lines = text.split('\n');
    const offsetOf = (row: number, at: number): number => lines.slice(0, row - 1).reduce((sum, each) => sum + each.length + 1, 0) + at - 1;
    const { current } = area;
    if (current === null) return;
    current.focus();
    current.setSelectionRange(offsetOf(line, column), offsetOf(endLine, endColumn));
    const height = current.scrollHeight / Math.max(1, lines.length);
    current.scrollTop = Math.max(0, (line - 4) * height);
  };
  return (
    <section className="card source-pane" aria-label="The file">
      <div className="source-box">
        <div className="gutter" ref={gutter} aria-hidden="true">
          <LineNumbers count={text.split('\n').length} diagnostics={diagnostics} />
        </div>
        <textarea
          ref={area}
          className="mono"
          aria-label="Markdown"
          spellCheck={false}
          wrap="off"
          readOnly={readOnly}
          value={text}
          onChange={({ target }) => write(target.value)}
          onScroll={({ currentTarget }) => {
            if (gutter.current !== null) gutter.current.scrollTop = currentTarget.scrollTop;
          }}
        />
      </div>
      <Findings diagnostics={diagnostics} go={go} />
    </section>
  );
}

/** One text, and over it the lines with something to say: of a plan of a thousand tasks there are nine thousand lines. */
const LineNumbers = memo(function LineNumbers({
  count,
  diagnostics,
}: {
  readonly count: number;
  readonly diagnostics: readonly Diagnostic[];
}): ReactNode {
  const marked = new Map(diagnostics.map(({ line, severity }) => [line, severity]));
  return (
    <>
      <pre>{Array.from({ length: count }, (_, index) => index + 1).join('\n')}</pre>
      {[...marked].map(([line, severity]) => (
        <span key={line} className={`is-${severity}`} style={{ top: `calc(var(--gap-3) + ${(line - 1) * LINE_EM}em)` }}>
          {line}
        </span>
      ))}
    </>
  );
});

function Findings({
  diagnostics,
  go,
}: {
  readonly diagnostics: readonly Diagnostic[];
  readonly go: (diagnostic: Diagnostic) => void;
}): ReactNode {
  return (
    <div className="findings" aria-live="polite">
      {diagnostics.length === 0 && <p className="quiet">Nothing is wrong with it.</p>}
      <ul className="diagnostics">
        {diagnostics.map((each) => (
          <li key={`${each.line}:${each.column}:${each.rule}:${each.message}`} className={`is-${each.severity}`}>
            <button type="button" className="where" onClick={() => go(each)}>
              <span className="visually-hidden">Line </span>
              {each.line}:{each.column}
            </button>
            <span>
              {each.message} <code>{each.rule}</code>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
