/** What Claude is asked to look for, and where. */
import { useState, type FormEvent, type ReactNode } from 'react';
import { REVIEW_TYPES, type ReviewType } from '../../core/review-types.ts';
import { useAction } from '../api/actions.ts';
import { ask } from '../api/client.ts';
import { invalidate } from '../api/cache.ts';
import type { Job, PlanDetail } from '../api/shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { apiPath } from '../state/route.ts';

const TYPE_WORDS: Readonly<Record<ReviewType, string>> = {
  refine_descriptions: 'Clearer descriptions',
  add_missing: 'What is missing',
  optimize_order: 'A better order',
  break_down: 'Smaller tasks',
};

export function AskForm({ detail: { plan, phases, tasks } }: { readonly detail: PlanDetail }): ReactNode {
  const [types, setTypes] = useState<ReadonlySet<ReviewType>>(new Set(REVIEW_TYPES));
  const [target, setTarget] = useState('all');
  const { busy, run } = useAction();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      const [scope, ...id] = target.split(' ');
      const body = { reviewType: [...types], scope, ...(scope === 'all' ? {} : { targetId: id.join(' ') }) };
      await ask<Job>(apiPath('plans', plan.id, '/review'), { method: 'POST', body, asJob: true });
      invalidate((path) => path === '/api/jobs');
    });
  };
  return (
    <form className="card ask-form" onSubmit={submit}>
      <div className="row" role="group" aria-label="What to look for">
        {REVIEW_TYPES.map((type) => (
          <label key={type} className="check">
            <input
              type="checkbox"
              checked={types.has(type)}
              onChange={({ target: { checked } }) =>
                setTypes(new Set(REVIEW_TYPES.filter((one) => (one === type ? checked : types.has(one)))))
              }
            />
            <span>{TYPE_WORDS[type]}</span>
          </label>
        ))}
      </div>
      <div className="row">
        <select className="input" aria-label="Of what" value={target} onChange={(event) => setTarget(event.target.value)}>
          <option value="all">The whole plan</option>
          {phases.map((phase) => (
            <optgroup key={phase.id} label={phase.title === '' ? 'Tasks' : phase.title}>
              <option value={`phase ${phase.id}`}>The phase “{phase.title === '' ? 'Tasks' : phase.title}”</option>
              {tasks
                .filter(({ phaseId }) => phaseId === phase.id)
                .map((task) => (
                  <option key={task.id} value={`task ${task.id}`}>
                    {task.title}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        <button type="submit" className="button is-main" disabled={busy || types.size === 0}>
          <Icon name="spark" />
          Review with Claude
        </button>
        <span className="quiet">It costs money. The plan stays as it is until you accept something.</span>
      </div>
    </form>
  );
}
