/** What an attempt printed, folded to its end until somebody wants all of it; and what an agent said, with what it did folded. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useLastOutput, useOutput, useTranscript } from '../api/output.ts';
import { beyond, saidIn, type Said } from '../state/transcript.ts';
import { plainText } from '../state/plain.ts';
import { Icon } from './icon.tsx';
import { Prose } from './prose.tsx';

/** Lines that are shown while the rest is folded. */
const LAST_LINES = 200;
/** Lines of a command that runs. */
const NOW_LINES = 12;
/** Pixels from the end at which somebody who reads is at the end, and stays there. */
const AT_END = 40;

interface LogProps {
  readonly task: string;
  readonly attempt: string;
  readonly gate: string | null;
}

export function Log({ task, attempt, gate }: LogProps): ReactNode {
  const { text, cut } = useOutput(task, attempt, gate);
  const [whole, setWhole] = useState(false);
  const lines = useMemo(() => plainText(text).replace(/\n$/, '').split('\n'), [text]);
  const folded = whole ? 0 : Math.max(0, lines.length - LAST_LINES);
  const scroller = useAtEnd<HTMLPreElement>(text);
  if (text === '') return <p className="quiet log-empty">Nothing was printed.</p>;
  return (
    <div className="log">
      {(folded > 0 || cut) && (
        <button type="button" className="button is-plain is-small" onClick={() => setWhole(true)} disabled={folded === 0}>
          {folded > 0 ? `Show ${folded} earlier lines` : 'The beginning is in the file'}
        </button>
      )}
      <pre ref={scroller} tabIndex={0} aria-label="Output">
        {lines.slice(folded).join('\n')}
      </pre>
    </div>
  );
}

/** Keeps what grows at its end as long as nobody has scrolled away from there. */
export function useAtEnd<T extends HTMLElement>(grows: unknown): React.RefObject<T | null> {
  const ref = useRef<T>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const { current } = ref;
    if (current === null) return;
    const scrolled = (): void => {
      isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < AT_END;
    };
    current.addEventListener('scroll', scrolled, { passive: true });
    return () => current.removeEventListener('scroll', scrolled);
  });
  // What grows decides when, not what.
  useEffect(() => {
    if (isAtEnd.current && ref.current !== null) ref.current.scrollTop = ref.current.scrollHeight;
  }, [grows]);
  return ref;
}

interface TranscriptProps {
  readonly task: string;
  readonly attempt: string;
  readonly live: boolean;
}

export function Transcript({ task, attempt, live }: TranscriptProps): ReactNode {
  const entries = useTranscript(task, attempt);
  const said = useMemo(() => saidIn(entries), [entries]);
  const heard = useLastOutput(task, attempt, live);
  const now = useMemo(() => (live ? plainText(beyond(heard, entries)) : ''), [live, heard, entries]);
  const scroller = useAtEnd<HTMLOListElement>(`${said.length} ${now.length}`);
  if (said.length === 0 && now === '') return <p className="quiet log-empty">Nothing was said yet.</p>;
  return (
    <ol className="transcript" ref={scroller} tabIndex={0} aria-label="Session">
      {said.map((one, index) => (
        // Entries are only ever added.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index} className={`is-${one.type}`}>
          <Entry said={one} />
        </li>
      ))}
      {now !== '' && (
        <li className="is-now" aria-label="Now">
          {isRunning(said.at(-1)) ? <pre>{lastLines(now)}</pre> : <p>{now}</p>}
        </li>
      )}
    </ol>
  );
}

function isRunning(said: Said | undefined): boolean {
  return said?.type === 'call' && said.result === null;
}

function lastLines(text: string): string {
  return text.split('\n').slice(-NOW_LINES).join('\n');
}

function Entry({ said }: { readonly said: Said }): ReactNode {
  switch (said.type) {
    case 'text':
      return <Prose text={said.text} />;
    case 'notice':
      return <p className="quiet">{said.text}</p>;
    case 'thinking':
      return (
        <details>
          <summary className="quiet">Thought about it</summary>
          <p>{said.text}</p>
        </details>
      );
    case 'call':
      return (
        <details>
          <summary>
            {said.result === null ? <span className="pulse" /> : <Icon name={said.result.failed ? 'cross' : 'check'} />}
            <code>{said.summary}</code>
          </summary>
          <pre tabIndex={0}>{said.input}</pre>
          {said.result !== null && said.result.text !== '' && <pre tabIndex={0}>{plainText(said.result.text)}</pre>}
        </details>
      );
  }
}
