/** A conversation with Claude as it goes on: what it reads, thinks and writes, and what it costs. */
import { useCallback, useEffect, useMemo, useReducer, type ReactNode } from 'react';
import { useAction } from '../api/actions.ts';
import { invalidate, useData } from '../api/cache.ts';
import { ask } from '../api/client.ts';
import type { Job, JobEvents, StreamEvent } from '../api/shapes.ts';
import { useEvents } from '../api/stream.ts';
import { followJob, NOT_HEARD, type JobStep } from '../state/job.ts';
import { costOf, countOf } from '../state/words.ts';
import { writtenIn } from '../state/written.ts';
import { Age } from './basics.tsx';
import { Icon } from './icon.tsx';
import { useAtEnd } from './output.tsx';
import { Prose } from './prose.tsx';

/** Characters of what is being written that are shown: its end. */
const TAIL_CHARS = 4_000;

export function JobProgress({ job }: { readonly job: Job }): ReactNode {
  const path = `/api/jobs/${encodeURIComponent(job.id)}`;
  const { data: said } = useData<JobEvents>(`${path}/events`);
  const [{ view, seq, later }, follow] = useReducer(followJob, NOT_HEARD);
  useEffect(() => {
    if (said !== null) follow({ said });
  }, [said]);
  const isBehind = later.length > 0;
  useEffect(() => {
    // Output is in no store: what passed by while the page was away is asked for.
    if (isBehind) invalidate((asked) => asked === `${path}/events`);
  }, [isBehind, path, seq]);
  const hear = useCallback(
    (event: StreamEvent) => {
      if (event.kind === 'planner' && event.job === job.id) follow({ heard: event });
    },
    [job.id],
  );
  useEvents(hear);
  const scroller = useAtEnd<HTMLOListElement>(view.steps);
  const { busy, run } = useAction();
  const stop = async (): Promise<void> => {
    await ask(path, { method: 'DELETE' });
  };
  return (
    <section className="card job" aria-label="Claude at work">
      <header className="row">
        <span className="pulse" aria-hidden="true" />
        <h2 className="grow">
          {job.kind === 'generate' ? `Claude reads the repository and writes “${job.title}”` : 'Claude reviews the plan'}
        </h2>
        <span className="quiet">
          <Age time={job.startedAt} before="begun " /> · {costOf(view.costUsd)}
        </span>
        <button type="button" className="button is-small" disabled={busy} onClick={() => run(stop)}>
          Stop
        </button>
      </header>
      <p className="quiet">It goes on when you leave this page. What is half written when it is stopped is not kept.</p>
      <ol className="job-steps" aria-live="polite" aria-relevant="additions" ref={scroller} tabIndex={0}>
        {view.steps.map((step, index) => (
          // A step is known by its place alone.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Step step={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Step({ step }: { readonly step: JobStep }): ReactNode {
  switch (step.type) {
    case 'said':
      return <p>{step.words}</p>;
    case 'read':
      return (
        <details>
          <summary>
            <Icon name="file" /> Has looked at {countOf(step.files.length, 'place')}: <code>{step.files.at(-1)}</code>
          </summary>
          <ul>
            {[...new Set(step.files)].map((file) => (
              <li key={file}>
                <code>{file}</code>
              </li>
            ))}
          </ul>
        </details>
      );
    case 'thinking':
      return (
        <details>
          <summary className="quiet">Thinks</summary>
          <p className="said quiet">{step.text}</p>
        </details>
      );
    case 'text':
      return <Said text={step.text} />;
  }
}

/** Words as words; an answer as what will be made of it. */
function Said({ text }: { readonly text: string }): ReactNode {
  const written = useMemo(() => writtenIn(text), [text]);
  if (written === null) return <Prose text={text.slice(-TAIL_CHARS)} />;
  return (
    <div className="written">
      <Prose text={written.words} />
      {written.parts.map(({ title, items }, index) => (
        // A part is known by its place alone.
        // oxlint-disable react/no-array-index-key
        <div key={index}>
          {title !== '' && <h3>{title}</h3>}
          <ul>
            {items.map((item, at) => (
              <li key={at}>{item}</li>
            ))}
          </ul>
        </div>
        // oxlint-enable react/no-array-index-key
      ))}
    </div>
  );
}
