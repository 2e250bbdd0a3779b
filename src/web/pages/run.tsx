/** A plan as it is carried out: progress on one side, on the other what wants a decision and what runs. */
import { memo, useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useExecution } from '../api/execution.ts';
import type { Execution, Phase, PlanDetail, Task } from '../api/shapes.ts';
import { Mark } from '../parts/badge.tsx';
import { Age, Empty } from '../parts/basics.tsx';
import { DecisionBox } from '../parts/decision.tsx';
import { LONG_LIST, useGrowing } from '../parts/growing.ts';
import { Icon } from '../parts/icon.tsx';
import { PatchAt } from '../parts/patch.tsx';
import { TaskPanel } from '../parts/task-panel.tsx';
import { Link, navigate, useLocation } from '../router.tsx';
import { decisionFor } from '../state/decision.ts';
import type { RunView } from '../state/execution.ts';
import { portionsOf } from '../state/portions.ts';
import { apiPath, planPath } from '../state/route.ts';
import { costOf, runWords } from '../state/words.ts';

export function RunTab({ detail }: { readonly detail: PlanDetail }): ReactNode {
  const { query } = useLocation();
  const { plan, tasks } = detail;
  const named = query.get('execution');
  const { execution, executions, view, known } = useExecution(plan.id, named);
  const changes = query.get('view') === 'changes';
  // What was done elsewhere is in git, and no run of it is known here.
  const isOfPlan = query.get('of') === 'plan' || execution === null;
  const hasChanges = execution !== null || tasks.some(({ commitSha }) => commitSha !== null);
  const isLatest = execution === executions[0];
  const chosen = tasks.find(({ slug }) => slug === query.get('task'));
  const shown = chosen === undefined ? shownTasks(detail, view) : [chosen];
  const place = useRef<HTMLElement>(null);
  const asked = changes ? 'changes' : (chosen?.slug ?? '');
  useEffect(() => {
    if (asked !== '') bringNear(place.current);
  }, [asked]);
  return (
    <div className="run">
      <Side detail={detail} view={view} shown={shown} named={named} />
      <div className="run-main">
        {isLatest && <DecisionBox detail={detail} view={view} />}
        {execution === null && known && !hasChanges && (
          <Empty title="Not executed yet" icon="play">
            <p>What the agents do appears here while they do it: attempt by attempt, with the gates that decide.</p>
          </Empty>
        )}
        {execution !== null && (
          <div className="row quiet run-facts">
            {executions.length > 1 && <RunChoice plan={plan.id} executions={executions} chosen={execution} changes={changes} />}
            <span>
              {execution.live ? 'Running since ' : isLatest ? 'Last run ' : 'Run '}
              <Age time={execution.startedAt} /> · cost {costOf(view.costUsd)}
            </span>
            {execution.live && view.willPause && (
              <span className="badge is-paused">
                <Icon name="pause" /> Pauses once what runs is done
              </span>
            )}
          </div>
        )}
        {hasChanges && <Views plan={plan.id} changes={changes} named={named} place={place} />}
        {changes && executions.length > 1 && <Reach plan={plan.id} named={named} isOfPlan={isOfPlan} />}
        {changes && known && hasChanges ? (
          <PatchAt path={isOfPlan ? apiPath('plans', plan.id, '/diff') : apiPath('executions', execution?.id ?? '', '/diff')} />
        ) : (
          <div className={shown.length > 1 ? 'panels is-many' : 'panels'}>
            {shown.map((task) => (
              <TaskPanel key={task.id} task={task} live={view.attempts[task.slug]} />
            ))}
          </div>
        )}
        <Notes view={view} />
      </div>
    </div>
  );
}

interface Shown {
  readonly task?: string;
  readonly changes?: boolean;
  /** The changes of all runs. */
  readonly ofPlan?: boolean;
  /** A run that is not the latest. */
  readonly execution?: string | null;
}

function addressOf(plan: string, { task, changes = false, ofPlan = false, execution = null }: Shown): string {
  const query = new URLSearchParams();
  if (execution !== null) query.set('execution', execution);
  if (changes) query.set('view', 'changes');
  if (ofPlan) query.set('of', 'plan');
  if (task !== undefined) query.set('task', task);
  const text = query.toString();
  return planPath(plan, 'run') + (text === '' ? '' : `?${text}`);
}

interface RunChoiceProps {
  readonly plan: string;
  readonly executions: readonly Execution[];
  readonly chosen: Execution;
  readonly changes: boolean;
}

/** Each pause ends a run: those before are looked at as well. */
function RunChoice({ plan, executions, chosen, changes }: RunChoiceProps): ReactNode {
  const choose = (id: string): void =>
    navigate(addressOf(plan, { changes, execution: id === executions[0]?.id ? null : id }), { replace: true });
  return (
    <select className="input" aria-label="Run" value={chosen.id} onChange={({ target }) => choose(target.value)}>
      {executions.map(({ id, startedAt, live, outcome }) => (
        <option key={id} value={id}>
          {new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}: {runWords(live, outcome)}
        </option>
      ))}
    </select>
  );
}

interface ViewsProps {
  readonly plan: string;
  readonly changes: boolean;
  readonly named: string | null;
  readonly place: RefObject<HTMLElement | null>;
}

function Views({ plan, changes, named, place }: ViewsProps): ReactNode {
  return (
    <nav ref={place} className="switch" aria-label="What is shown of the run">
      <Link className="chip" to={addressOf(plan, { execution: named })} aria-current={changes ? undefined : 'page'}>
        Tasks
      </Link>
      <Link className="chip" to={addressOf(plan, { execution: named, changes: true })} aria-current={changes ? 'page' : undefined}>
        Changes
      </Link>
    </nav>
  );
}

/** Each pause ends a run: what a plan has changed is mostly the work of several. */
function Reach({ plan, named, isOfPlan }: { readonly plan: string; readonly named: string | null; readonly isOfPlan: boolean }): ReactNode {
  return (
    <nav className="switch" aria-label="Whose changes">
      {[false, true].map((ofPlan) => (
        <Link
          key={String(ofPlan)}
          className="chip"
          to={addressOf(plan, { execution: named, changes: true, ofPlan })}
          aria-current={ofPlan === isOfPlan ? 'page' : undefined}
        >
          {ofPlan ? 'All runs' : 'This run'}
        </Link>
      ))}
    </nav>
  );
}

/** Those that run, side by side; else the one that was last. */
function shownTasks(detail: PlanDetail, view: RunView): readonly Task[] {
  const { tasks, plan } = detail;
  const running = tasks.filter(({ slug, status }) => status === 'running' || (plan.status === 'running' && view.running.includes(slug)));
  if (running.length > 0) return running;
  const decision = decisionFor(detail);
  if (decision !== null && decision.type === 'failure') return [decision.task];
  const last = view.completed.at(-1)?.task;
  return tasks.filter(({ slug }) => slug === last);
}

interface SideProps {
  readonly detail: PlanDetail;
  readonly view: RunView;
  readonly shown: readonly Task[];
  readonly named: string | null;
}

function Side({ detail: { plan, phases, tasks }, view, shown, named }: SideProps): ReactNode {
  const byPhase = Map.groupBy(tasks, ({ phaseId }) => phaseId);
  const lists = phases.map(({ id }) => byPhase.get(id) ?? []);
  const looked = phases.findIndex(({ id }) => id === shown[0]?.phaseId);
  const portions = portionsOf(
    lists.map(({ length }) => length),
    useGrowing(tasks.length),
    looked,
  );
  const list = useRef<HTMLElement>(null);
  const current = shown.map(({ slug }) => slug).join(' ');
  useEffect(() => keepInView(list.current), [current]);
  return (
    <nav className="card run-side" aria-label="Progress" ref={list}>
      {phases.map((phase, index) => (
        <SidePhase key={phase.id} phase={phase} size={lists[index]?.length ?? 0} isToCome={portions[index] === null}>
          {(lists[index] ?? []).slice(0, portions[index] ?? 0).map((task) => (
            <Step
              key={task.id}
              plan={plan.id}
              execution={named}
              task={task}
              isShown={shown.includes(task)}
              maxAttempts={view.attempts[task.slug]?.maxAttempts ?? null}
            />
          ))}
        </SidePhase>
      ))}
    </nav>
  );
}

/** What a phase takes while it is not drawn because it is out of sight: its heading and each of its tasks. Their height in `rem`. */
const HEAD_REM = 1.6;
const ROW_REM = 2.24;

interface SidePhaseProps {
  readonly phase: Phase;
  /** Its number of tasks. */
  readonly size: number;
  readonly isToCome: boolean;
  readonly children: ReactNode;
}

function SidePhase({ phase, size, isToCome, children }: SidePhaseProps): ReactNode {
  const height = `${HEAD_REM + ROW_REM * size}rem`;
  if (isToCome) return <div style={{ blockSize: height }} />;
  return (
    <div className="run-phase" style={{ containIntrinsicBlockSize: `auto ${height}` }}>
      <h2>
        <span className="grow">{phase.title === '' ? 'Tasks' : phase.title}</span>
        <span className="quiet">
          {phase.completedTasks}/{phase.totalTasks}
        </span>
      </h2>
      <ul className={size > LONG_LIST ? 'is-long' : undefined}>{children}</ul>
    </div>
  );
}

/** What one has asked for may be below the window, on a phone above all. */
function bringNear(place: HTMLElement | null): void {
  if (place !== null && place.getBoundingClientRect().top > window.innerHeight / 2) place.scrollIntoView({ block: 'start' });
}

/** What runs is in the middle of a list that is longer than its place; the page itself does not move. */
function keepInView(list: HTMLElement | null): void {
  const current = list?.querySelector<HTMLElement>('[aria-current]');
  if (list === null || current == null) return;
  const [seen, all] = [current.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollTop += seen.top - all.top - (all.height - seen.height) / 2;
}

interface StepProps {
  readonly plan: string;
  /** The run that is named in the address. */
  readonly execution: string | null;
  readonly task: Task;
  readonly isShown: boolean;
  /** Null where no attempt of it is known. */
  readonly maxAttempts: number | null;
}

const Step = memo(function Step({ plan, execution, task, isShown, maxAttempts }: StepProps): ReactNode {
  return (
    <li>
      <Link
        to={addressOf(plan, { task: task.slug, execution })}
        aria-current={isShown ? 'true' : undefined}
        data-step={task.slug}
        data-status={task.status}
      >
        <Mark kind={task.status} />
        <span>{task.title}</span>
        {task.attempt !== null && task.attempt > 1 && (
          <span className="quiet">
            {task.attempt} of {maxAttempts ?? '…'}
          </span>
        )}
      </Link>
    </li>
  );
});

function Notes({ view }: { readonly view: RunView }): ReactNode {
  if (view.notes.length === 0) return null;
  return (
    <details className="notes">
      <summary className="quiet">Notes of this run ({view.notes.length})</summary>
      <ul>
        {view.notes.map(({ at, text }, index) => (
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Age time={at} /> {text}
          </li>
        ))}
      </ul>
    </details>
  );
}
