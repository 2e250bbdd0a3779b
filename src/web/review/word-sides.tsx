/** Two wordings side by side: what went on the left, what came on the right. */
import { useMemo, type ReactNode } from 'react';
import { wordDiff } from '../../core/word-diff.ts';

export function WordSides({ before, after }: { readonly before: string | null; readonly after: string }): ReactNode {
  const runs = useMemo(() => (before === null ? [{ type: 'new' as const, text: after }] : wordDiff(before, after)), [before, after]);
  const side = (kind: 'gone' | 'new'): ReactNode =>
    runs
      .filter(({ type }) => type === 'same' || type === kind)
      .map(({ type, text }, index) => {
        // A run is known by its place alone.
        // oxlint-disable react/no-array-index-key
        if (type === 'same') return <span key={index}>{text}</span>;
        return kind === 'gone' ? <del key={index}>{text}</del> : <ins key={index}>{text}</ins>;
        // oxlint-enable react/no-array-index-key
      });
  return (
    <div className={before === null ? 'word-sides is-one' : 'word-sides'}>
      {before !== null && (
        <div>
          <h4>Before</h4>
          <pre tabIndex={0} aria-label="Before">
            {side('gone')}
          </pre>
        </div>
      )}
      <div>
        <h4>{before === null ? 'New' : 'After'}</h4>
        <pre tabIndex={0} aria-label={before === null ? 'New' : 'After'}>
          {side('new')}
        </pre>
      </div>
    </div>
  );
}
