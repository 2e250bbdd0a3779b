/** How a plan came to be what it is: its iterations as a time line, each with what it changed. */
import { useState, type ReactNode } from 'react';
import { groupsOf, moveWords, phaseTitles, statusWords } from '../../core/diff-words.ts';
import type { Change, PlanDiff } from '../../core/diff-record.ts';
import { useAction, useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import { ask } from '../api/client.ts';
import type { Iteration, IterationDetail, PlanDetail, PlanHistory } from '../api/shapes.ts';
import { Age, Empty, Refused, Skeleton } from '../parts/basics.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { PatchLines } from '../parts/patch.tsx';
import { say } from '../parts/toasts.tsx';
import { apiPath } from '../state/route.ts';
import { costOf } from '../state/words.ts';
import '../styles/review.css';

const TYPES: Readonly<Record<Iteration['iterationType'], readonly [IconName, string]>> = {
  generation: ['spark', 'Generated'],
  review: ['search', 'Reviewed'],
  refine: ['check', 'Suggestions accepted'],
  user_edit: ['draft', 'Edited'],
};
/** Iterations, and changes of one of them, that are shown at first. */
const SHOWN = 50;

export function HistoryTab({ detail: { plan } }: { readonly detail: PlanDetail }): ReactNode {
  const { data, problem } = useData<PlanHistory>(apiPath('plans', plan.id, '/history'));
  const [all, setAll] = useState(false);
  if (data === null) return problem === null ? <Skeleton /> : <Refused problem={problem} />;
  const { iterations, uncommitted } = data;
  if (iterations.length === 0 && uncommitted === null) return <Empty title="No commit has this plan yet" />;
  const shown = all ? iterations : iterations.slice(0, SHOWN);
  return (
    <div className="history">
      {uncommitted !== null && (
        <p className="notice is-paused">
          <Icon name="draft" />
          <span>The file says something that no commit has: {changesWords(uncommitted) || 'other words'}.</span>
        </p>
      )}
      <ol className="time-line" aria-label="Iterations, newest first">
        {shown.map((iteration) => (
          <IterationItem key={iteration.id} plan={plan.id} iteration={iteration} />
        ))}
      </ol>
      {shown.length < iterations.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          Show all {iterations.length}
        </button>
      )}
    </div>
  );
}

function IterationItem({ plan, iteration }: { readonly plan: string; readonly iteration: Iteration }): ReactNode {
  const { id, iterationType, subject, authorName, createdAt, prompt, changes, costUsd, changedBy } = iteration;
  const [icon, words] = TYPES[iterationType];
  const [open, setOpen] = useState(false);
  return (
    <li data-iteration={id.slice(0, 7)}>
      <span className={`mark ${changedBy === 'claude' ? 'is-running' : 'is-ready'}`}>
        <Icon name={icon} />
      </span>
      <details className="card" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="grow">
            <strong>{subjectWords(subject)}</strong>
            <span className="quiet">
              {words} by {isOfClaude(iteration) ? `Claude for ${authorName}` : authorName} · <Age time={createdAt} /> ·{' '}
              <code>{id.slice(0, 7)}</code>
              {costUsd !== null && ` · ${costOf(costUsd)}`}
            </span>
          </span>
          <span className="quiet">{changesWords(changes)}</span>
          <Icon name="down" />
        </summary>
        {prompt !== null && prompt !== '' && <blockquote className="prompt">{prompt}</blockquote>}
        {open && <IterationBody plan={plan} id={id} />}
      </details>
    </li>
  );
}

/** Whose words they are: a suggestion is accepted by a person. */
function isOfClaude({ changedBy, iterationType }: Iteration): boolean {
  return changedBy === 'claude' && iterationType !== 'refine';
}

/** Without the name of the plan, which stands above. */
function subjectWords(subject: string): string {
  const words = subject.replace(/^[^\s:]+: /, '');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function IterationBody({ plan, id }: { readonly plan: string; readonly id: string }): ReactNode {
  const { data, problem } = useData<IterationDetail>(apiPath('plans', plan, `/history/${id}`));
  const canWrite = useCanWrite();
  const { busy, run } = useAction();
  if (data === null) return problem === null ? <Skeleton rows={1} /> : <Refused problem={problem} />;
  const { diff, suggestions } = data;
  const takeBack = async (): Promise<void> => {
    const { commit } = (
      await ask<{ readonly commit: string | null }>(apiPath('plans', plan, '/undo'), { method: 'POST', body: { commit: id } })
    ).data;
    say(commit === null ? 'The plan says so already.' : `Taken back by ${commit.slice(0, 7)}.`);
  };
  return (
    <div className="iteration">
      {suggestions.added.length > 0 && <p>Suggested: {suggestions.added.map(({ title }) => title).join('; ')}</p>}
      {suggestions.removed.length > 0 && <p>Off the list: {suggestions.removed.map(({ title }) => title).join('; ')}</p>}
      {diff === null ? <p className="quiet">Nothing that the plan says differs.</p> : <DiffWords diff={diff} />}
      {diff !== null && <PatchLines patch={diff.patch} label="The file’s lines" />}
      {canWrite && diff !== null && diff.before !== null && (
        <div className="row">
          <button type="button" className="button is-small" disabled={busy} onClick={() => run(takeBack)}>
            <Icon name="undo" />
            Take back
          </button>
          <span className="quiet">By a new commit; what was changed since stays.</span>
        </div>
      )}
    </div>
  );
}

function DiffWords({ diff }: { readonly diff: PlanDiff }): ReactNode {
  const [all, setAll] = useState(false);
  if (diff.before === null) return null;
  const titleOf = phaseTitles(diff);
  const groups = groupsOf(diff.changes, titleOf).flatMap(({ own, tasks }) => [...(own === null ? [] : [own]), ...tasks]);
  return (
    <>
      <ul className="diff-words">
        {groups.slice(0, all ? groups.length : SHOWN).map((group) => (
          <li key={`${group.of} ${group.id} ${group.changes[0]?.type}`}>
            <strong>{group.title === '' ? 'Tasks' : group.title}</strong>:{' '}
            {group.changes.map((change) => changeWords(change, titleOf)).join(', ')}
          </li>
        ))}
      </ul>
      {!all && groups.length > SHOWN && (
        <button type="button" className="button is-small" onClick={() => setAll(true)}>
          Show all {groups.length} changes
        </button>
      )}
    </>
  );
}

function changeWords(change: Change, titleOf: (phase: string) => string): string {
  switch (change.type) {
    case 'added':
      return 'added';
    case 'removed':
      return 'removed';
    case 'moved':
      return moveWords(change, titleOf);
    case 'renamed':
      return change.before === change.after ? `its id was ${change.was ?? ''}` : `was “${change.before}”`;
    case 'reworded':
      return 'described in other words';
    case 'status':
      return statusWords(change);
    case 'changed':
      return change.fields.map(({ field, before, after }) => `${field} ${before ?? '(none)'} → ${after ?? '(none)'}`).join(', ');
  }
}

function changesWords({ plan, added, removed, modified, moved }: Iteration['changes']): string {
  const of = (list: { readonly phases: readonly unknown[]; readonly tasks: readonly unknown[] }): number =>
    list.phases.length + list.tasks.length;
  const parts = [
    [of(added), 'new'],
    [of(modified), 'changed'],
    [of(moved), 'moved'],
    [of(removed), 'gone'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (words.length > 0) return words.join(', ');
  return plan.join(', ');
}
