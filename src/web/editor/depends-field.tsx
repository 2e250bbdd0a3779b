/** What must be done before a task, picked from a list in which what would make a cycle cannot be picked. */
import { useId, useState, type ReactNode } from 'react';
import type { Plan, Task } from '../../core/plan.ts';
import { Icon } from '../parts/icon.tsx';
import { candidatesFor } from './depends.ts';
import { setKey, type Target } from './frontmatter-fields.tsx';

/** Tasks that the list shows; the search finds the others. */
const SHOWN = 60;

export function DependsField({ target, plan, task }: { readonly target: Target; readonly plan: Plan; readonly task: Task }): ReactNode {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const titles = new Map(plan.phases.flatMap((phase) => phase.tasks.map((one) => [one.id, one.title])));
  const set = (ids: readonly string[]): void => void setKey(target, 'dependsOn', ids.length === 0 ? null : ids);
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span id={id}>After</span>
      <div className="row">
        {task.dependsOn.map((other) => (
          <span key={other} className={titles.has(other) ? 'picked' : 'picked is-error'}>
            {titles.get(other) ?? other}
            <button
              type="button"
              className="button is-plain is-icon is-small"
              aria-label={`No longer after ${titles.get(other) ?? other}`}
              onClick={() => set(task.dependsOn.filter((one) => one !== other))}
            >
              <Icon name="cross" />
            </button>
          </span>
        ))}
        {task.dependsOn.length === 0 && <span className="quiet">Nothing</span>}
        <button type="button" className="button is-small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'up' : 'plus'} />
          {isOpen ? 'Close the list' : 'Pick'}
        </button>
      </div>
      {isOpen && <Candidates plan={plan} task={task} set={set} />}
    </div>
  );
}

interface CandidatesProps {
  readonly plan: Plan;
  readonly task: Task;
  readonly set: (ids: readonly string[]) => void;
}

function Candidates({ plan, task, set }: CandidatesProps): ReactNode {
  const [words, setWords] = useState('');
  const all = candidatesFor(plan, task.id).filter((one) => `${one.task.title} ${one.task.id}`.toLowerCase().includes(words.toLowerCase()));
  return (
    <div className="candidates">
      <input
        className="input"
        type="search"
        placeholder="Find a task"
        aria-label="Find a task"
        value={words}
        onChange={({ target }) => setWords(target.value)}
      />
      <ul aria-label="Tasks that it can wait for">
        {all.slice(0, SHOWN).map(({ task: one, phase, chosen, refused }) => (
          <li key={one.id}>
            <label className={refused === null ? 'check' : 'check is-refused'}>
              <input
                type="checkbox"
                checked={chosen}
                disabled={refused !== null}
                onChange={({ target }) => set(target.checked ? [...task.dependsOn, one.id] : task.dependsOn.filter((id) => id !== one.id))}
              />
              <span>
                {one.title} <small>{refused ?? phase}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {all.length > SHOWN && <p className="quiet">{all.length - SHOWN} more: say more words of what you look for.</p>}
      {all.length === 0 && <p className="quiet">No task is like that.</p>}
    </div>
  );
}
