/** What Claude suggests for a plan, and a person's word on each. */
import { useMemo, type ReactNode } from 'react';
import { riskWords } from '../../core/diff-words.ts';
import { useAction, useCanWrite } from '../api/actions.ts';
import { invalidate, useData } from '../api/cache.ts';
import { ask } from '../api/client.ts';
import type { Diagnostic, Job, Plan, PlanDetail, Suggestion } from '../api/shapes.ts';
import { Diagnostics, Empty, Refused, Skeleton } from '../parts/basics.tsx';
import { sayCommitted } from '../parts/committed.ts';
import { Icon } from '../parts/icon.tsx';
import { JobProgress } from '../parts/job-progress.tsx';
import { Prose } from '../parts/prose.tsx';
import { say } from '../parts/toasts.tsx';
import { apiPath } from '../state/route.ts';
import { countOf } from '../state/words.ts';
import { AskForm } from './ask-form.tsx';
import { WordSides } from './word-sides.tsx';
import '../styles/review.css';

const TYPE_WORDS: Readonly<Record<Suggestion['type'], string>> = {
  add_task: 'New task',
  modify_task: 'Another wording',
  reorder: 'Another order',
  add_phase: 'New phase',
  break_down_task: 'Smaller tasks',
};

interface OpenReview {
  readonly suggestions: readonly Suggestion[];
  readonly diagnostics: readonly Diagnostic[];
}

export function ReviewTab({ detail }: { readonly detail: PlanDetail }): ReactNode {
  const { plan } = detail;
  const { data, problem } = useData<OpenReview>(apiPath('plans', plan.id, '/review'));
  const jobs = useData<{ readonly jobs: readonly Job[] }>('/api/jobs').data?.jobs ?? [];
  const canWrite = useCanWrite();
  const own = jobs.filter(({ planId }) => planId === plan.id);
  const running = own.find(({ status }) => status === 'running');
  const last = own[0];
  return (
    <div className="review">
      {canWrite && running === undefined && plan.valid && <AskForm detail={detail} />}
      {running !== undefined && <JobProgress key={running.id} job={running} />}
      {running === undefined && last !== undefined && <LastJob job={last} />}
      {data === null ? (
        problem === null ? (
          <Skeleton />
        ) : (
          <Refused problem={problem} />
        )
      ) : (
        <Suggestions plan={plan} review={data} canWrite={canWrite} />
      )}
    </div>
  );
}

function LastJob({ job: { problem, result, status } }: { readonly job: Job }): ReactNode {
  if (status === 'cancelled') return null;
  if (problem !== null) return <Refused problem={new Error(problem.detail)} />;
  if (result === null || !('assessment' in result) || result.assessment === '') return null;
  return (
    <div className="card assessment">
      <h2>What Claude says of the plan</h2>
      <Prose text={result.assessment} />
    </div>
  );
}

interface SuggestionsProps {
  readonly plan: Plan;
  readonly review: OpenReview;
  readonly canWrite: boolean;
}

function Suggestions({ plan, review: { suggestions, diagnostics }, canWrite }: SuggestionsProps): ReactNode {
  const { busy, run } = useAction();
  const open = useMemo(() => suggestions.filter(({ state }) => state === 'open'), [suggestions]);
  if (suggestions.length === 0 && diagnostics.length === 0)
    return (
      <Empty title="No suggestions wait" icon="spark">
        <p>Ask Claude to look at the plan, or write a review file beside it. What you accept is written into the plan as one commit.</p>
      </Empty>
    );
  const accept = (list: readonly Suggestion[]): void => run(() => settle(plan, 'apply', list));
  const dismiss = (list: readonly Suggestion[]): void => run(() => settle(plan, 'dismiss', list));
  return (
    <>
      <Diagnostics list={diagnostics} />
      <div className="row">
        <h2 className="grow">{countOf(suggestions.length, 'suggestion')}</h2>
        {canWrite && open.length > 1 && (
          <>
            <button type="button" className="button" disabled={busy} onClick={() => dismiss(suggestions)}>
              Dismiss all
            </button>
            <button type="button" className="button is-main" disabled={busy} onClick={() => accept(open)}>
              Accept {open.length === suggestions.length ? 'all' : `the ${open.length} that can be`}
            </button>
          </>
        )}
      </div>
      {suggestions.map((each) => (
        <SuggestionCard key={each.id} suggestion={each}>
          {canWrite && (
            <>
              <button type="button" className="button is-main" disabled={busy || each.state !== 'open'} onClick={() => accept([each])}>
                <Icon name="check" />
                Accept
              </button>
              <button type="button" className="button" disabled={busy} onClick={() => dismiss([each])}>
                Dismiss
              </button>
            </>
          )}
        </SuggestionCard>
      ))}
    </>
  );
}

const STATE_WORDS = { stale: 'Out of date', blocked: 'Cannot be made' } as const;

function SuggestionCard({ suggestion, children }: { readonly suggestion: Suggestion; readonly children: ReactNode }): ReactNode {
  const { id, type, title, reasoning, before, after, state, problem, risks } = suggestion;
  return (
    <article className={`card suggestion is-${state}`} data-suggestion={id} aria-labelledby={`suggestion-${id}`}>
      <header className="row">
        <span className="badge">{TYPE_WORDS[type]}</span>
        {state !== 'open' && <span className="badge is-paused">{STATE_WORDS[state]}</span>}
      </header>
      <h3 id={`suggestion-${id}`}>{title}</h3>
      <Prose text={reasoning} />
      {problem !== null && (
        <p className="notice is-paused">
          <Icon name="warning" />
          <span>{problem}</span>
        </p>
      )}
      <WordSides before={before} after={after} />
      {risks.length > 0 && (
        <div className="notice is-failed">
          <Icon name="warning" />
          <div>
            <p>Read this as code:</p>
            <ul>
              {risks.map((risk) => (
                <li key={risk.field}>
                  <code>{risk.field}</code>
                  {risk.risk !== null && `, ${riskWords(risk.risk)}`}: <code>{risk.before ?? 'nothing'}</code> →{' '}
                  <code>{risk.after ?? 'nothing'}</code>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <footer className="row">{children}</footer>
    </article>
  );
}

interface Settled {
  readonly applied?: readonly { readonly id: string }[];
  readonly refused?: readonly { readonly id: string; readonly message: string }[];
  readonly dismissed?: readonly string[];
  readonly commit: string | null;
}

/** Accepts or dismisses, and says what came of it. */
async function settle(plan: Plan, word: 'apply' | 'dismiss', list: readonly Suggestion[]): Promise<void> {
  const body = { suggestionIds: list.map(({ id }) => id) };
  const revision = word === 'apply' ? plan.revision : undefined;
  const { data } = await ask<Settled>(apiPath('plans', plan.id, `/${word}-suggestions`), { method: 'POST', body, revision });
  const { commit, applied = [], dismissed = [], refused = [] } = data;
  const as = commit === null ? '' : ` as ${commit.slice(0, 7)}`;
  if (word === 'dismiss') say(`${countOf(dismissed.length, 'suggestion')} dismissed${as}.`);
  else if (applied.length > 0) sayCommitted(plan.id, `${countOf(applied.length, 'suggestion')} accepted`, commit);
  invalidate((path) => path.startsWith(apiPath('plans', plan.id)));
  if (refused[0] !== undefined) throw new Error(refused[0].message);
}
