/** One task of a run: its attempts, what was said and printed, and what its gates found. */
import { useState, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { Attempt, Task } from '../api/shapes.ts';
import type { AttemptView, GateView } from '../state/execution.ts';
import { apiPath } from '../state/route.ts';
import { costOf, durationOf, outcomeWords } from '../state/words.ts';
import { Mark } from './badge.tsx';
import { Elapsed } from './basics.tsx';
import { Icon } from './icon.tsx';
import { useFirstWords } from '../api/output.ts';
import { Log, Transcript } from './output.tsx';
import { PatchAt } from './patch.tsx';
import { Prose } from './prose.tsx';

interface PanelProps {
  readonly task: Task;
  /** Of the run that is shown, as far as it has come. */
  readonly live: AttemptView | undefined;
}

export function TaskPanel({ task, live }: PanelProps): ReactNode {
  const attempts = useData<{ readonly attempts: readonly Attempt[] }>(apiPath('tasks', task.id, '/attempts')).data?.attempts ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = attempts.find(({ id }) => id === chosen) ?? attempts.at(-1);
  const logs = attempts.at(-1)?.logs;
  useFirstWords(task.id, logs?.output === true || logs?.transcript === true);
  const isNow = shown !== undefined && live !== undefined && shown === attempts.at(-1);
  const gates: readonly GateView[] = isNow ? live.gates : (shown?.gates.map((result) => ({ name: result.name, result })) ?? []);
  return (
    <section className="card task-panel" aria-labelledby={`panel-${task.slug}`} data-panel={task.slug}>
      <header>
        <Mark kind={task.status} />
        <h2 id={`panel-${task.slug}`}>{task.title}</h2>
        {isNow && live.outcome === null && (
          <span className="quiet" data-attempt>
            attempt {live.attempt} of {live.maxAttempts} · {live.agent}
          </span>
        )}
      </header>
      <Prose text={task.description} />
      {task.commitSha !== null && <Changes task={task} />}
      {attempts.length > 1 && <Choice attempts={attempts} shown={shown} choose={setChosen} />}
      {shown === undefined ? (
        <p className="quiet">No attempt yet.</p>
      ) : (
        <>
          <Facts attempt={shown} live={isNow ? live : undefined} />
          {shown.reason !== null && shown.reason !== '' && shown.outcome !== 'passed' && (
            <p className="notice is-failed">
              <Icon name="warning" />
              <span>{shown.reason}</span>
            </p>
          )}
          <Said key={shown.id} task={task} attempt={shown} />
          {gates.map((gate) => (
            <Gate key={gate.name} task={task} attempt={shown} gate={gate} />
          ))}
        </>
      )}
    </section>
  );
}

function Changes({ task }: { readonly task: Task }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <details className="gate" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Icon name="file" />
        <span className="grow">
          Changes of <code>{task.commitSha?.slice(0, 10)}</code>
        </span>
        <Icon name="down" />
      </summary>
      {open && <PatchAt path={apiPath('tasks', task.id, '/diff')} />}
    </details>
  );
}

interface ChoiceProps {
  readonly attempts: readonly Attempt[];
  readonly shown: Attempt | undefined;
  readonly choose: (id: string) => void;
}

function Choice({ attempts, shown, choose }: ChoiceProps): ReactNode {
  return (
    <div className="chips" role="group" aria-label="Attempts">
      {attempts.map((attempt, index) => (
        <button key={attempt.id} type="button" className="chip" aria-pressed={attempt === shown} onClick={() => choose(attempt.id)}>
          Attempt {index + 1} <b>{attempt.live ? 'runs' : attempt.outcome === null ? 'ended' : outcomeWords(attempt.outcome)}</b>
        </button>
      ))}
    </div>
  );
}

function Facts({ attempt, live }: { readonly attempt: Attempt; readonly live: AttemptView | undefined }): ReactNode {
  const cost = live?.usage?.costUsd ?? attempt.costUsd;
  const isUnderWay = live !== undefined && live.outcome === null;
  const facts: readonly (readonly [string, ReactNode])[] = [
    // Until it ends the heading says so.
    ['Agent', isUnderWay ? null : attempt.agent],
    isUnderWay
      ? ['Running for', <Elapsed key="elapsed" since={live.startedAt} />]
      : ['Took', attempt.durationMs === null ? null : durationOf(attempt.durationMs)],
    ['Tokens', attempt.tokens === null ? null : attempt.tokens.toLocaleString('en')],
    ['Cost', cost === null ? null : costOf(cost)],
    ['Commit', attempt.commitSha?.slice(0, 10) ?? null],
  ];
  return (
    <dl className="figures is-small">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Said({ task, attempt }: { readonly task: Task; readonly attempt: Attempt }): ReactNode {
  const [raw, setRaw] = useState(false);
  const { transcript, output } = attempt.logs;
  if (transcript && !raw)
    return (
      <div>
        <Transcript task={task.id} attempt={attempt.id} live={attempt.live} />
        {output && (
          <button type="button" className="button is-plain is-small" onClick={() => setRaw(true)}>
            Show raw output
          </button>
        )}
      </div>
    );
  return output ? <Log task={task.id} attempt={attempt.id} gate={null} /> : null;
}

function Gate({
  task,
  attempt,
  gate: { name, result },
}: {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly gate: GateView;
}): ReactNode {
  const kind = result === null ? 'running' : result.status === 'passed' ? 'completed' : result.status;
  const [open, setOpen] = useState(result?.status === 'failed');
  return (
    <details className="gate" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Mark kind={kind} />
        <span className="grow">
          Gate <code>{name}</code>
        </span>
        <span className="quiet">{result === null ? 'runs' : result.status === 'skipped' ? 'skipped' : durationOf(result.durationMs)}</span>
      </summary>
      {result !== null && result.reason !== '' && <p>{result.reason}</p>}
      {open && attempt.logs.gates.includes(name) ? (
        <Log task={task.id} attempt={attempt.id} gate={name} />
      ) : (
        result !== null && result.tail !== '' && <pre tabIndex={0}>{result.tail}</pre>
      )}
    </details>
  );
}
