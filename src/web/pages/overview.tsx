/** A plan as a person reads it: its phases and tasks, and its file as it is. */
import { memo, useState, type ReactNode } from 'react';
import type { Phase, PlanDetail, Task } from '../api/shapes.ts';
import { Badge, Mark } from '../parts/badge.tsx';
import { Empty } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { LONG_LIST, useGrowing } from '../parts/growing.ts';
import { PlanFile } from '../parts/plan-file.tsx';
import { Prose } from '../parts/prose.tsx';
import { Link, navigate, useLocation } from '../router.tsx';
import { planPath } from '../state/route.ts';
import { taskFacts } from '../state/facts.ts';
import { portionsOf } from '../state/portions.ts';
import { countOf, errorWords } from '../state/words.ts';

const MODES: Readonly<Record<Phase['executionMode'], string>> = {
  sequential: 'one after another',
  parallel: 'in parallel',
  manual: 'each on approval',
};

export function OverviewTab({ detail }: { readonly detail: PlanDetail }): ReactNode {
  const { query } = useLocation();
  const { plan, phases } = detail;
  const isSource = query.get('view') === 'source';
  return (
    <div className="overview">
      <div className="row">
        <div className="grow lead">{!isSource && <Prose text={plan.description} />}</div>
        <div className="switch" role="group" aria-label="Shown as">
          {(['document', 'source'] as const).map((view) => (
            <button
              key={view}
              type="button"
              className="chip"
              aria-pressed={isSource === (view === 'source')}
              onClick={() => navigate(planPath(plan.id) + (view === 'source' ? '?view=source' : ''), { replace: true })}
            >
              {view === 'source' ? 'Markdown' : 'Document'}
            </button>
          ))}
        </div>
      </div>
      {isSource ? <PlanFile id={plan.id} /> : <Phases detail={detail} />}
      {!isSource && phases.length === 0 && (
        <Empty title="No phases yet" icon="draft">
          <p>A phase is a heading, a task is a checkbox below it.</p>
          <Link className="button" to={planPath(plan.id, 'edit')}>
            Open the editor
          </Link>
        </Empty>
      )}
    </div>
  );
}

function Phases({ detail: { phases, tasks } }: { readonly detail: PlanDetail }): ReactNode {
  const titles = new Map(tasks.map(({ id, title }) => [id, title]));
  const byPhase = Map.groupBy(tasks, ({ phaseId }) => phaseId);
  const lists = phases.map(({ id }) => byPhase.get(id) ?? []);
  const portions = portionsOf(
    lists.map(({ length }) => length),
    useGrowing(tasks.length),
  );
  return phases.map((phase, index) => (
    <PhaseCard key={phase.id} phase={phase} tasks={lists[index] ?? []} portion={portions[index] ?? null} titles={titles} />
  ));
}

/** What a phase takes while it is not drawn because it is out of sight: what is around its tasks, and each of them, closed. Their height in `rem`. */
const HEAD_REM = 1.9;
const ROW_REM = 2.51;

interface PhaseCardProps {
  readonly phase: Phase;
  readonly tasks: readonly Task[];
  /** How many of them are on the page by now; null where it has to wait itself. */
  readonly portion: number | null;
  /** Of all tasks, by their ids. */
  readonly titles: ReadonlyMap<string, string>;
}

function PhaseCard({ phase, tasks, portion, titles }: PhaseCardProps): ReactNode {
  const height = `${HEAD_REM + ROW_REM * tasks.length}rem`;
  if (portion === null) return <div style={{ blockSize: height }} />;
  return (
    <section
      className="card phase"
      style={{ containIntrinsicBlockSize: `auto ${height}`, ...(portion < tasks.length ? { minBlockSize: height } : {}) }}
      aria-labelledby={`phase-${phase.slug}`}
      data-phase={phase.slug}
    >
      <header>
        <Mark kind={phase.status} />
        <h2 id={`phase-${phase.slug}`}>{phase.title === '' ? 'Tasks' : phase.title}</h2>
        <span className="quiet">
          {phase.completedTasks} of {countOf(phase.totalTasks, 'task')} · {MODES[phase.executionMode]}
          {phase.pauseAfter && ' · pauses after'}
        </span>
      </header>
      <Prose text={phase.description} />
      <ul className={tasks.length > LONG_LIST ? 'tasks is-long' : 'tasks'}>
        {tasks.slice(0, portion).map((task) => (
          <TaskRow key={task.id} task={task} after={task.dependsOn.map((id) => titles.get(id) ?? id).join(', ')} />
        ))}
      </ul>
    </section>
  );
}

/** `after`: the titles of what it waits for. */
const TaskRow = memo(function TaskRow({ task, after }: { readonly task: Task; readonly after: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <li data-task={task.slug}>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <Mark kind={task.status} />
          <span className="title">{task.title}</span>
          {task.assignee === 'human' && (
            <span className="quiet" title="Done by a person">
              <Icon name="hand" />
            </span>
          )}
          {task.status === 'failed' && <Badge kind="failed" />}
          <Icon name="down" />
        </summary>
        {/* What is closed is found by the browser's own search, which opens it; only then is it made readable. */}
        {isOpen ? <TaskBody task={task} after={after} /> : <div className="task-body">{task.description}</div>}
      </details>
    </li>
  );
});

function TaskBody({ task, after }: { readonly task: Task; readonly after: string }): ReactNode {
  return (
    <div className="task-body">
      <Prose text={task.description} />
      {task.lastError !== null && (
        <p className="notice is-failed">
          <Icon name="warning" />
          <span>{errorWords(task.lastError)}</span>
        </p>
      )}
      <dl className="facts-list">
        {taskFacts(task, after).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
