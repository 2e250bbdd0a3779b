/** What a plan that waits wants of a person: the pause, the manual, the failure and the completed box. */
import type { ReactNode } from 'react';
import { useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import { cancelPlan, markDone, resumePlan, sayOnTask, skipTask } from '../api/steering.ts';
import type { PlanDetail, Task } from '../api/shapes.ts';
import { Link } from '../router.tsx';
import { decisionFor } from '../state/decision.ts';
import type { RunView } from '../state/execution.ts';
import { apiPath, planPath } from '../state/route.ts';
import { costOf, countOf, durationOf, pauseWords } from '../state/words.ts';
import { Act, Buttons, EditTask } from './act.tsx';
import { FailureBox, LeftInTree } from './failure-box.tsx';
import { Icon } from './icon.tsx';
import { Prose } from './prose.tsx';

const COMMIT_DIGITS = 7;
/** Files that are named in a box; the changes show the others. */
const MAX_FILES = 12;

interface BoxProps {
  readonly detail: PlanDetail;
  readonly view: RunView;
}

export function DecisionBox({ detail, view }: BoxProps): ReactNode {
  const decision = decisionFor(detail);
  if (decision === null) return null;
  switch (decision.type) {
    case 'failure':
      return <FailureBox task={decision.task} />;
    case 'manual':
      return <ManualBox task={decision.task} />;
    case 'human':
      return <HumanBox task={decision.task} />;
    case 'pause':
      return <PauseBox detail={detail} view={view} reason={decision.reason} next={decision.next} />;
    case 'completed':
      return <CompletedBox detail={detail} />;
    case 'cancelled':
      return (
        <section className="box is-failed" aria-label="Cancelled">
          <h2>
            <Icon name="cross" /> Given up
          </h2>
          <p>What was done stays. Resuming takes the word back.</p>
          <Buttons>
            <Act words="Resume" main act={() => resumePlan(detail.plan.id)} />
          </Buttons>
          <LeftInTree plan={detail.plan.id} />
        </section>
      );
  }
}

async function skip(task: Task): Promise<void> {
  await skipTask(task, false);
}

function ManualBox({ task }: { readonly task: Task }): ReactNode {
  return (
    <section className="box is-paused" aria-label="A task waits for approval">
      <h2>
        <Icon name="hand" /> “{task.title}” waits for your approval
      </h2>
      <Prose text={task.description} />
      {task.run !== null && <pre tabIndex={0}>{task.run}</pre>}
      <Buttons>
        <Act words="Execute task" main act={() => sayOnTask(task, 'approve')} />
        <Act words="Skip" act={() => skip(task)} />
        <EditTask task={task} words="Edit" />
        <Act words="Cancel plan" danger sure="Really give it up?" act={() => cancelPlan(task.planId)} />
      </Buttons>
    </section>
  );
}

function HumanBox({ task }: { readonly task: Task }): ReactNode {
  return (
    <section className="box is-paused" aria-label="A task is yours">
      <h2>
        <Icon name="hand" /> “{task.title}” is yours to do
      </h2>
      <Prose text={task.description} />
      <p className="quiet">What you have changed is committed with the ticked box.</p>
      <Buttons>
        <Act words="Mark as done" main act={() => markDone(task)} />
        <Act words="Skip" act={() => skip(task)} />
      </Buttons>
    </section>
  );
}

interface PauseProps {
  readonly detail: PlanDetail;
  readonly view: RunView;
  readonly reason: string | null;
  readonly next: readonly Task[];
}

function PauseBox({ detail: { plan, tasks }, view, reason, next }: PauseProps): ReactNode {
  const titles = new Map(tasks.map(({ slug, title }) => [slug, title]));
  const files = [...new Set(view.completed.flatMap((one) => one.files))];
  return (
    <section className="box is-paused" aria-label="Paused">
      <h2>
        <Icon name="pause" /> {pauseWords(reason) ?? 'Paused'}
      </h2>
      {view.end !== null && view.end.detail !== '' && <p>{view.end.detail}</p>}
      {plan.resetsAt !== null && <p>It resets at {new Date(plan.resetsAt).toLocaleTimeString()}.</p>}
      {view.completed.length > 0 && (
        <dl className="facts-list">
          <div>
            <dt>Done in this run</dt>
            <dd>
              <ul>
                {view.completed.map(({ task, commit }) => (
                  <li key={task}>
                    {titles.get(task) ?? task} <code>{commit.slice(0, COMMIT_DIGITS)}</code>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
          <div>
            <dt>{countOf(files.length, 'file')} changed</dt>
            <dd className="mono">
              {files.slice(0, MAX_FILES).join(', ')}
              {files.length > MAX_FILES && ` and ${files.length - MAX_FILES} more`}
            </dd>
          </div>
          {next.length > 0 && (
            <div>
              <dt>Next</dt>
              <dd>{next.map(({ title }) => title).join(', ')}</dd>
            </div>
          )}
        </dl>
      )}
      <Buttons>
        <Act words="Continue" main act={() => resumePlan(plan.id)} />
        {view.completed.length > 0 && <ViewChanges plan={plan.id} words="Review changes" />}
        <Act words="Stop" danger sure="Really give it up?" act={() => cancelPlan(plan.id)} />
      </Buttons>
      <LeftInTree plan={plan.id} />
    </section>
  );
}

function CompletedBox({ detail: { plan, tasks } }: Pick<BoxProps, 'detail'>): ReactNode {
  // Over all of its runs and conversations.
  const estimate = useData<{ readonly spent: { readonly costUsd: number | null } }>(apiPath('plans', plan.id, '/estimate')).data;
  const canWrite = useCanWrite();
  const tookMs = plan.startedAt !== null && plan.completedAt !== null ? Date.parse(plan.completedAt) - Date.parse(plan.startedAt) : 0;
  const commits = tasks.filter(({ commitSha }) => commitSha !== null).length;
  const facts: (readonly [string, string | null])[] = [
    ['Phases', String(plan.totalPhases)],
    ['Tasks', String(plan.totalTasks)],
    // By the clock of the commits, which counts whole seconds.
    ['Took', tookMs > 0 ? durationOf(tookMs) : null],
    ['Commits', String(commits)],
    ['Cost', estimate === null ? null : costOf(estimate.spent.costUsd)],
  ];
  return (
    <section className="box is-completed" aria-label="Completed">
      <h2>
        <Icon name="check" /> Completed
      </h2>
      <dl className="figures">
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div className="row">
        {commits > 0 && <ViewChanges plan={plan.id} words="View changes" isOfPlan />}
        {canWrite && (
          <Link className="button" to="/new">
            <Icon name="plus" />
            New plan
          </Link>
        )}
      </div>
    </section>
  );
}

interface ViewChangesProps {
  readonly plan: string;
  readonly words: string;
  /** Of all of its runs, not of the last alone. */
  readonly isOfPlan?: boolean;
}

function ViewChanges({ plan, words, isOfPlan = false }: ViewChangesProps): ReactNode {
  return (
    <Link className="button" to={`${planPath(plan, 'run')}?view=changes${isOfPlan ? '&of=plan' : ''}`}>
      {words}
    </Link>
  );
}
