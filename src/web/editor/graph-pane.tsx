/** What waits for what, drawn: a plan, or of a very large one its phases and each of them. */
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { Plan } from '../../core/plan.ts';
import { Empty } from '../parts/basics.tsx';
import { layoutOf, rowsOf } from './graph-layout.ts';
import { partAbout, phasesOf, phaseWith } from './graph-parts.ts';
import { Graph } from './graph.tsx';

/** A plan of more tasks is drawn in parts. */
const MAX_DRAWN = 1_500;

interface GraphPaneProps {
  readonly plan: Plan;
  readonly chosen: string | null;
  /** Has to stay the same: a thousand tasks hang on it. */
  readonly choose: (task: string) => void;
}

export function GraphPane({ plan, chosen, choose }: GraphPaneProps): ReactNode {
  const count = plan.phases.reduce((sum, { tasks }) => sum + tasks.length, 0);
  if (count === 0) return <Empty title="No tasks yet" />;
  return count > MAX_DRAWN ? <PartPane {...{ plan, chosen, choose, count }} /> : <WholePane {...{ plan, chosen, choose }} />;
}

function WholePane({ plan, chosen, choose }: GraphPaneProps): ReactNode {
  const layout = useMemo(() => layoutOf(plan), [plan]);
  return <Graph layout={layout} chosen={chosen} choose={choose} />;
}

/** Nobody can read ten thousand boxes, nor does a page stay quick with them: the phases, or one of them. */
function PartPane({ plan, chosen, choose, count }: GraphPaneProps & { readonly count: number }): ReactNode {
  const own = phaseWith(plan, chosen);
  const [shown, setShown] = useState({ phase: own, chosen, isAsked: false });
  // The task that is opened elsewhere brings its phase.
  if (shown.chosen !== chosen) setShown({ phase: own ?? shown.phase, chosen, isAsked: false });
  const phase = plan.phases.find(({ id }) => id === shown.phase) ?? null;
  const layout = useMemo(() => {
    if (phase === null) return rowsOf(phasesOf(plan));
    return phase.tasks.length > MAX_DRAWN ? null : layoutOf(partAbout(plan, phase));
  }, [plan, phase]);
  const show = useCallback((id: string | null) => setShown((now) => ({ ...now, phase: id, isAsked: true })), []);
  const part = (
    <>
      <select
        className="input"
        aria-label="What is drawn"
        value={phase?.id ?? ''}
        onChange={({ target }) => show(target.value === '' ? null : target.value)}
      >
        <option value="">The phases</option>
        {plan.phases.map(({ id, title }) => (
          <option key={id} value={id}>
            {title === '' ? 'Tasks' : title}
          </option>
        ))}
      </select>
      <p className="quiet">
        {phase === null
          ? `${count.toLocaleString('en')} tasks are too many for one drawing: these are the phases. Choose one for its tasks.`
          : layout === null
            ? `${phase.tasks.length.toLocaleString('en')} tasks are too many for a drawing that can be read. The outline has them all.`
            : 'The tasks of one phase, and what they wait for in others.'}
      </p>
    </>
  );
  if (layout === null)
    return (
      <section className="card graph-card" aria-label="Dependencies">
        <div className="graph-part">{part}</div>
      </section>
    );
  const key = phase?.id ?? '';
  return <Graph key={key} layout={layout} part={part} takesFocus={shown.isAsked} chosen={chosen} choose={phase === null ? show : choose} />;
}
