/** The plan as a list that can be put in another order, added to and opened for editing. */
import { memo, useEffect, useId, useRef, type ReactNode } from 'react';
import type { Step } from '../../core/authoring.ts';
import { addPhase, removePhase } from '../../core/plan-edits.ts';
import type { Phase, Plan, Task } from '../../core/plan.ts';
import { addTask, removeTask } from '../../core/task-edits.ts';
import { Icon } from '../parts/icon.tsx';
import { Mark } from '../parts/badge.tsx';
import { LONG_LIST, useGrowing } from '../parts/growing.ts';
import { complain, say } from '../parts/toasts.tsx';
import { portionsOf } from '../state/portions.ts';
import { Adder } from './adder.tsx';
import { gripName, useDrag } from './drag.ts';
import type { Editing } from './editing.ts';
import { PhaseForm, TaskForm } from './forms.tsx';
import type { ConfigAnswer } from './frontmatter-fields.tsx';
import type { Carried } from './placing.ts';

/** What a phase takes while it is not drawn because it is out of sight: what is around its tasks, and each of them. Their height in `rem`. */
const HEAD_REM = 6;
const ROW_REM = 2.606;

/** What begins so far above the lower edge of the window is seen well enough. */
const NEAR_PX = 160;

interface OutlineProps {
  readonly editing: Editing;
  readonly plan: Plan;
  readonly config: ConfigAnswer['config'] | null;
  readonly canWrite: boolean;
  /** What is open for editing. */
  readonly open: Carried | null;
  /** Opens a part for editing, or closes it. Has to stay the same: what is drawn of a thousand tasks hangs on it. */
  readonly toggle: (part: Carried) => void;
}

export function Outline(props: OutlineProps): ReactNode {
  const { open, ...shared } = props;
  const { editing, plan, canWrite } = props;
  const { dragging, said, hands } = useDrag(editing, plan);
  const carried = dragging?.carried ?? null;
  const ids = plan.phases.map(({ id }) => id).filter((id) => carried?.kind !== 'phase' || id !== carried.id);
  const slot = dragging?.slot ?? null;
  const sizes = plan.phases.map(({ tasks }) => tasks.length);
  const count = useGrowing(sizes.reduce((sum, size) => sum + size, 0));
  const portions = portionsOf(
    sizes,
    count,
    open === null ? -1 : plan.phases.findIndex((phase) => phase.id === open.id || isIn(phase, open)),
  );
  const list = useRef<HTMLDivElement>(null);
  const opened = open === null ? null : gripName(open);
  useEffect(() => {
    if (open !== null) bringNear(list.current, open);
    // Once for each part that is opened, and not while it is edited.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [opened]);
  return (
    <div ref={list} className="outline" {...hands}>
      <p className="visually-hidden" aria-live="assertive">
        {said}
      </p>
      {plan.phases.map((phase, index) => (
        <PhaseSection
          key={phase.id}
          {...shared}
          phase={phase}
          portion={portions[index] ?? null}
          open={open !== null && isIn(phase, open) ? open.id : null}
          isOpen={open?.kind === 'phase' && open.id === phase.id}
          carried={carried !== null && isIn(phase, carried) ? carried.id : null}
          isCarried={carried?.kind === 'phase' && carried.id === phase.id}
          isUnder={carried?.kind === 'phase' && slot !== null && ids[slot.index] === phase.id}
          dropAt={slot?.phase === phase.id ? slot.index : null}
        />
      ))}
      {carried?.kind === 'phase' && slot?.index === ids.length && <div className="drop-line" />}
      {canWrite && <Adder what="phase" add={(title) => editing.make([(text, now) => addPhase(text, now, { title })])} />}
    </div>
  );
}

/** What was opened by an address, or in the drawing, may be far down; what was pressed is in the window. */
function bringNear(list: HTMLElement | null, { kind, id }: Carried): void {
  const part = list?.querySelector(kind === 'task' ? `[data-edit-task="${CSS.escape(id)}"]` : `[data-edit-phase="${CSS.escape(id)}"]`);
  const top = part?.getBoundingClientRect().top ?? 0;
  if (top < 0 || top > window.innerHeight - NEAR_PX) part?.scrollIntoView({ block: 'start' });
}

/** Whether a part is one of the tasks of a phase. */
function isIn(phase: Phase, { kind, id }: Carried): boolean {
  return kind === 'task' && phase.tasks.some((task) => task.id === id);
}

interface PhaseSectionProps extends Omit<OutlineProps, 'open'> {
  readonly phase: Phase;
  /** How many of its tasks are on the page by now; null where it has to wait itself. */
  readonly portion: number | null;
  /** The task of it that is open. */
  readonly open: string | null;
  readonly isOpen: boolean;
  /** The task of it that is carried. */
  readonly carried: string | null;
  readonly isCarried: boolean;
  /** Whether a phase would be put down before it. */
  readonly isUnder: boolean;
  /** Where a task would be put down in it. */
  readonly dropAt: number | null;
}

const PhaseSection = memo(function PhaseSection(props: PhaseSectionProps): ReactNode {
  const { editing, plan, phase, portion, config, canWrite, toggle, open, isOpen, carried, isCarried, isUnder, dropAt } = props;
  const heading = useId();
  const title = phase.title === '' ? 'Tasks' : phase.title;
  const others = phase.tasks.filter(({ id }) => id !== carried);
  const height = `${HEAD_REM + ROW_REM * phase.tasks.length}rem`;
  if (portion === null) return <div style={{ blockSize: height }} />;
  return (
    <>
      {isUnder && <div className="drop-line" />}
      <section
        className={`card edit-phase${isCarried ? ' is-carried' : ''}`}
        style={{ containIntrinsicBlockSize: `auto ${height}`, ...(portion < phase.tasks.length ? { minBlockSize: height } : {}) }}
        aria-labelledby={heading}
        data-edit-phase={phase.id}
      >
        <header>
          {canWrite && phase.place.headingLine !== null && <Grip of={{ kind: 'phase', id: phase.id }} title={title} />}
          <h2 id={heading} className="grow">
            <button type="button" className="opener" aria-expanded={isOpen} onClick={() => toggle({ kind: 'phase', id: phase.id })}>
              {title}
            </button>
          </h2>
          <PhaseSigns phase={phase} />
          {canWrite && <Remover title={title} editing={editing} step={(text, now) => removePhase(text, now, phase.id)} />}
        </header>
        {isOpen && <PhaseForm editing={editing} plan={plan} config={config} phase={phase} />}
        <ul className={phase.tasks.length > LONG_LIST ? 'edit-tasks is-long' : 'edit-tasks'} aria-label={`Tasks of ${title}`}>
          {phase.tasks.slice(0, portion).map((task) => (
            <TaskItem
              key={task.id}
              {...{ editing, canWrite, toggle }}
              id={task.id}
              title={task.title}
              status={task.status}
              after={task.dependsOn.join(', ')}
              isHuman={task.assignee === 'human'}
              isUnder={dropAt !== null && others[dropAt] === task}
              isCarried={carried === task.id}
              form={open === task.id ? <TaskForm {...{ editing, plan, config, phase, task }} /> : null}
            />
          ))}
          {dropAt !== null && dropAt === others.length && <li className="drop-line" aria-hidden="true" />}
        </ul>
        {canWrite && (
          <Adder what="task" into={title} add={(text) => editing.make([(now, says) => addTask(now, says, phase.id, { title: text })])} />
        )}
      </section>
    </>
  );
});

function PhaseSigns({ phase }: { readonly phase: Phase }): ReactNode {
  return (
    <span className="signs quiet">
      {phase.executionMode === 'parallel' && <span>in parallel</span>}
      {phase.executionMode === 'manual' && <span>on approval</span>}
      {phase.pauseAfter && (
        <span>
          <Icon name="pause" /> pauses after
        </span>
      )}
    </span>
  );
}

/** Words and flags alone: a task that moves in the file because of a key pressed above it is another object, and shows the same. */
interface TaskItemProps extends Pick<OutlineProps, 'editing' | 'canWrite' | 'toggle'> {
  readonly id: string;
  readonly title: string;
  readonly status: Task['status'];
  /** Ids of what it waits for, as a list in words. */
  readonly after: string;
  readonly isHuman: boolean;
  readonly isUnder: boolean;
  readonly isCarried: boolean;
  /** Where it is open. */
  readonly form: ReactNode;
}

const TaskItem = memo(function TaskItem(props: TaskItemProps): ReactNode {
  const { id, title, status, after, isHuman, isUnder, isCarried, form, editing, canWrite, toggle } = props;
  const isOpen = form !== null;
  return (
    <>
      {isUnder && <li className="drop-line" aria-hidden="true" />}
      <li className={`edit-task${isOpen ? ' is-open' : ''}${isCarried ? ' is-carried' : ''}`} data-edit-task={id}>
        <div className="edit-row">
          {canWrite && <Grip of={{ kind: 'task', id }} title={title} />}
          <button type="button" className="opener grow" aria-expanded={isOpen} onClick={() => toggle({ kind: 'task', id })}>
            <Mark kind={status} />
            <span>{title}</span>
          </button>
          <TaskSigns after={after} isHuman={isHuman} />
          {canWrite && <Remover title={title} editing={editing} step={(text, now) => removeTask(text, now, id)} />}
        </div>
        {form}
      </li>
    </>
  );
});

function TaskSigns({ after, isHuman }: Pick<TaskItemProps, 'after' | 'isHuman'>): ReactNode {
  return (
    <span className="signs quiet">
      {after !== '' && (
        <span title={`After ${after}`}>
          <Icon name="branch" /> {after.split(', ').length}
          <span className="visually-hidden"> before it</span>
        </span>
      )}
      {isHuman && (
        <span title="A person does it">
          <Icon name="hand" />
          <span className="visually-hidden">for a person</span>
        </span>
      )}
    </span>
  );
}

function Grip({ of, title }: { readonly of: Carried; readonly title: string }): ReactNode {
  return (
    <button
      type="button"
      className="grip"
      aria-label={`Move ${title}`}
      title="Drag, or press space and the arrow keys"
      data-grip={gripName(of)}
    >
      <Icon name="grip" />
    </button>
  );
}

interface RemoverProps {
  readonly title: string;
  readonly editing: Editing;
  readonly step: Step;
}

function Remover({ title, editing, step }: RemoverProps): ReactNode {
  const act = (): void => {
    const refused = editing.make([step]);
    if (refused !== null) return complain(new Error(refused));
    say(`“${title}” is removed from the draft.`, { words: 'Undo', run: () => editing.undo() });
  };
  return (
    <button type="button" className="button is-plain is-icon is-small remover" aria-label={`Remove ${title}`} title="Remove" onClick={act}>
      <Icon name="trash" />
    </button>
  );
}
