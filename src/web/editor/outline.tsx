/** The plan as a list that can be put in another order, added to and opened for editing. */
import { memo, useId, useState, type FormEvent, type ReactNode } from 'react';
import { addPhase, removePhase } from '../../core/plan-edits.ts';
import type { Phase, Plan, Task } from '../../core/plan.ts';
import { addTask, removeTask } from '../../core/task-edits.ts';
import { Icon } from '../parts/icon.tsx';
import { Mark } from '../parts/badge.tsx';
import { complain, say } from '../parts/toasts.tsx';
import { useDrag, type Drag, type Dragging } from './drag.ts';
import type { Editing } from './editing.ts';
import { PhaseForm, TaskForm } from './forms.tsx';
import type { ConfigAnswer } from './frontmatter-fields.tsx';
import type { Carried } from './placing.ts';

interface OutlineProps {
  readonly editing: Editing;
  readonly plan: Plan;
  readonly config: ConfigAnswer['config'] | null;
  readonly canWrite: boolean;
  /** What is open for editing. */
  readonly open: Carried | null;
  readonly setOpen: (part: Carried | null) => void;
}

export function Outline(props: OutlineProps): ReactNode {
  const { editing, plan, canWrite } = props;
  const drag = useDrag(editing, plan);
  const { dragging } = drag;
  return (
    <div className={dragging === null ? 'outline' : 'outline is-dragging'}>
      <p className="visually-hidden" aria-live="assertive">
        {drag.said}
      </p>
      {plan.phases.map((phase) => (
        <PhaseSection key={phase.id} {...props} drag={drag} phase={phase} />
      ))}
      {dragging?.carried.kind === 'phase' && isAfter(plan, dragging) && <div className="drop-line" />}
      {canWrite && <Adder what="phase" add={(title) => editing.make((text, now) => addPhase(text, now, { title }))} />}
    </div>
  );
}

/** Whether what is carried would be the last one. */
function isAfter(plan: Plan, { carried, slot }: Dragging): boolean {
  return plan.phases.filter(({ id }) => id !== carried.id).length === slot.index;
}

interface PhaseSectionProps extends OutlineProps {
  readonly phase: Phase;
  readonly drag: Drag;
}

function PhaseSection(props: PhaseSectionProps): ReactNode {
  const { editing, plan, phase, drag, canWrite, open, setOpen, config } = props;
  const { dragging } = drag;
  const heading = useId();
  const isOpen = open?.kind === 'phase' && open.id === phase.id;
  const title = phase.title === '' ? 'Tasks' : phase.title;
  const others = phase.tasks.filter(({ id }) => dragging?.carried.kind !== 'task' || id !== dragging.carried.id);
  const dropAt = dragging?.carried.kind === 'task' && dragging.slot.phase === phase.id ? dragging.slot.index : null;
  const isCarried = dragging?.carried.kind === 'phase' && dragging.carried.id === phase.id;
  const index = plan.phases.filter(({ id }) => id !== dragging?.carried.id).indexOf(phase);
  return (
    <>
      {dragging?.carried.kind === 'phase' && !isCarried && dragging.slot.index === index && <div className="drop-line" />}
      <section className={`card edit-phase${isCarried ? ' is-carried' : ''}`} aria-labelledby={heading} data-edit-phase={phase.id}>
        <header>
          {canWrite && phase.place.headingLine !== null && <Grip drag={drag} carried={{ kind: 'phase', id: phase.id }} title={title} />}
          <h2 id={heading} className="grow">
            <button
              type="button"
              className="opener"
              aria-expanded={isOpen}
              onClick={() => setOpen(isOpen ? null : { kind: 'phase', id: phase.id })}
            >
              {title}
            </button>
          </h2>
          <PhaseSigns phase={phase} />
          {canWrite && (
            <Remover title={title} editing={editing} remove={() => editing.make((text, now) => removePhase(text, now, phase.id))} />
          )}
        </header>
        {isOpen && <PhaseForm editing={editing} plan={plan} config={config} phase={phase} />}
        <ul className="edit-tasks" aria-label={`Tasks of ${title}`}>
          {phase.tasks.map((task) => (
            <TaskItem key={task.id} {...props} task={task} isUnder={dropAt !== null && others[dropAt] === task} />
          ))}
          {dropAt !== null && dropAt === others.length && <li className="drop-line" aria-hidden="true" />}
        </ul>
        {canWrite && (
          <Adder what="task" into={title} add={(text) => editing.make((now, says) => addTask(now, says, phase.id, { title: text }))} />
        )}
      </section>
    </>
  );
}

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

function TaskItem({ task, isUnder, ...props }: PhaseSectionProps & { readonly task: Task; readonly isUnder: boolean }): ReactNode {
  const { editing, plan, phase, drag, canWrite, open, setOpen, config } = props;
  const isOpen = open?.kind === 'task' && open.id === task.id;
  const isCarried = drag.dragging?.carried.kind === 'task' && drag.dragging.carried.id === task.id;
  return (
    <>
      {isUnder && <li className="drop-line" aria-hidden="true" />}
      <li className={`edit-task${isOpen ? ' is-open' : ''}${isCarried ? ' is-carried' : ''}`} data-edit-task={task.id}>
        <div className="edit-row">
          {canWrite && <Grip drag={drag} carried={{ kind: 'task', id: task.id }} title={task.title} />}
          <button
            type="button"
            className="opener grow"
            aria-expanded={isOpen}
            onClick={() => setOpen(isOpen ? null : { kind: 'task', id: task.id })}
          >
            <Mark kind={task.status} />
            <span>{task.title}</span>
          </button>
          <TaskSigns task={task} />
          {canWrite && (
            <Remover title={task.title} editing={editing} remove={() => editing.make((text, now) => removeTask(text, now, task.id))} />
          )}
        </div>
        {isOpen && <TaskForm editing={editing} plan={plan} config={config} phase={phase} task={task} />}
      </li>
    </>
  );
}

const TaskSigns = memo(function TaskSigns({ task }: { readonly task: Task }): ReactNode {
  const after = task.dependsOn.length;
  return (
    <span className="signs quiet">
      {after > 0 && (
        <span title={`After ${task.dependsOn.join(', ')}`}>
          <Icon name="branch" /> {after}
          <span className="visually-hidden"> before it</span>
        </span>
      )}
      {task.assignee === 'human' && (
        <span title="A person does it">
          <Icon name="hand" />
          <span className="visually-hidden">for a person</span>
        </span>
      )}
    </span>
  );
});

function Grip({ drag, carried, title }: { readonly drag: Drag; readonly carried: Carried; readonly title: string }): ReactNode {
  return (
    <button
      type="button"
      className="grip"
      aria-label={`Move ${title}`}
      title="Drag, or press space and the arrow keys"
      {...drag.grip(carried, title)}
    >
      <Icon name="grip" />
    </button>
  );
}

interface RemoverProps {
  readonly title: string;
  readonly editing: Editing;
  readonly remove: () => string | null;
}

function Remover({ title, editing, remove }: RemoverProps): ReactNode {
  const act = (): void => {
    const refused = remove();
    if (refused !== null) return complain(new Error(refused));
    say(`“${title}” is removed from the draft.`, { words: 'Undo', run: () => editing.undo() });
  };
  return (
    <button type="button" className="button is-plain is-icon is-small remover" aria-label={`Remove ${title}`} title="Remove" onClick={act}>
      <Icon name="trash" />
    </button>
  );
}

interface AdderProps {
  readonly what: 'phase' | 'task';
  readonly into?: string;
  readonly add: (title: string) => string | null;
}

/** A line to type a title in; the next one right after it. */
function Adder({ what, into, add }: AdderProps): ReactNode {
  const [title, setTitle] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (title.trim() === '') return;
    const refused = add(title);
    if (refused === null) setTitle('');
    else complain(new Error(refused));
  };
  const label = into === undefined ? `Add a ${what}` : `Add a ${what} to ${into}`;
  return (
    <form className={`adder is-${what}`} onSubmit={submit}>
      <Icon name="plus" />
      <input
        className="input"
        placeholder={`Add a ${what}`}
        aria-label={label}
        value={title}
        onChange={({ target }) => setTitle(target.value)}
      />
      {title.trim() !== '' && (
        <button type="submit" className="button is-small">
          Add
        </button>
      )}
    </form>
  );
}
