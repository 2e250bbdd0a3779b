/** A plan among others: what it is, how it stands, and the one right thing to do with it. */
import { memo, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { Plan, Task } from '../api/shapes.ts';
import { Link } from '../router.tsx';
import { badgeOf, needsAttention } from '../state/plan-list.ts';
import { apiPath, planPath } from '../state/route.ts';
import { countOf, pauseWords } from '../state/words.ts';
import { Badge } from './badge.tsx';
import { Age, Diagnostics, Progress } from './basics.tsx';
import { Icon } from './icon.tsx';
import { PlanAction } from './plan-action.tsx';

interface PlanCardProps {
  readonly plan: Plan;
  /** The name of its repository, where there are several. */
  readonly repository: string | null;
}

export const PlanCard = memo(function PlanCard({ plan, repository }: PlanCardProps): ReactNode {
  const kind = badgeOf(plan);
  return (
    <li className={`card plan-card is-${kind}`} data-plan={plan.slug}>
      <header>
        <Badge kind={kind} />
        {repository !== null && <span>{repository}</span>}
        <Age time={plan.updatedAt} />
      </header>
      <h2>
        <Link to={planPath(plan.id)}>{plan.title}</Link>
      </h2>
      {plan.valid && plan.description !== '' && <p className="description">{firstParagraph(plan.description)}</p>}
      {!plan.valid && <Diagnostics list={plan.diagnostics.filter(({ severity }) => severity === 'error')} most={3} />}
      <Now plan={plan} />
      <div className="bottom">
        <PlanProgress plan={plan} />
        <footer>
          <PlanAction plan={plan} small />
          <span>{countsOf(plan)}</span>
        </footer>
      </div>
    </li>
  );
});

/** What runs, or why nothing does. */
function Now({ plan }: { readonly plan: Plan }): ReactNode {
  if (!plan.valid) return null;
  if (plan.status === 'running' && plan.currentTaskId !== null) return <Running id={plan.currentTaskId} />;
  const why = plan.status === 'paused' ? pauseWords(plan.pauseReason) : null;
  if (why === null) return null;
  return (
    <p className="why">
      <Icon name={needsAttention(plan) ? 'hand' : 'clock'} />
      <span>{why}</span>
    </p>
  );
}

function Running({ id }: { readonly id: string }): ReactNode {
  const { data } = useData<Task>(apiPath('tasks', id));
  return (
    <p className="now">
      <span className="pulse" aria-hidden="true" />
      <span>{data?.title ?? 'Running'}</span>
    </p>
  );
}

function hasBegun({ status, completedTasks }: Plan): boolean {
  return completedTasks > 0 || (status !== 'draft' && status !== 'ready');
}

function PlanProgress({ plan }: { readonly plan: Plan }): ReactNode {
  const { totalTasks, completedTasks, title, status } = plan;
  if (!hasBegun(plan)) return null;
  return <Progress done={completedTasks} total={totalTasks} running={status === 'running'} label={`Tasks of ${title}`} />;
}

function countsOf(plan: Plan): string {
  const { totalTasks, completedTasks, totalPhases, completedPhases } = plan;
  if (totalTasks === 0) return 'no tasks yet';
  if (!hasBegun(plan)) return `${countOf(totalPhases, 'phase')} · ${countOf(totalTasks, 'task')}`;
  return `${completedPhases} of ${countOf(totalPhases, 'phase')} · ${completedTasks} of ${countOf(totalTasks, 'task')}`;
}

/** Of Markdown, as far as a card has room: without its signs. */
function firstParagraph(markdown: string): string {
  return (markdown.split(/\n\s*\n/)[0] ?? '').replaceAll(/[*_`#>]|\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\s+/g, ' ');
}
