/** All plans of all repositories, live. */
import { useMemo, type ReactNode } from 'react';
import { useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import type { Plan, PlanPage, Repository } from '../api/shapes.ts';
import { Age, Diagnostics, Empty, Progress, Refused, Skeleton } from '../parts/basics.tsx';
import { Badge } from '../parts/badge.tsx';
import { Icon } from '../parts/icon.tsx';
import { PlanAction } from '../parts/plan-action.tsx';
import { Link, navigate, useLocation } from '../router.tsx';
import { badgeOf, FILTER_WORDS, FILTERS, isIn, shownPlans, type Filter } from '../state/plan-list.ts';
import { planPath } from '../state/route.ts';
import { countOf, pauseWords } from '../state/words.ts';

/** The most that one answer holds. */
const PLANS = '/api/plans?limit=200';

export function PlansPage(): ReactNode {
  const { data, problem } = useData<PlanPage>(PLANS);
  const repositories = useData<{ readonly repositories: readonly Repository[] }>('/api/repositories').data?.repositories ?? [];
  const { query } = useLocation();
  const canWrite = useCanWrite();
  const words = query.get('q') ?? '';
  const filter = FILTERS.find((one) => one === query.get('show')) ?? 'all';
  const repository = query.get('repository');
  const plans = data?.plans;
  const shown = useMemo(() => shownPlans(plans ?? [], { filter, words, repository }), [plans, filter, words, repository]);
  return (
    <>
      <title>Plans</title>
      <div className="page-head">
        <h1>Plans</h1>
        {canWrite && (
          <Link to="/new" className="button is-main new-plan">
            <Icon name="plus" />
            <span>New plan</span>
          </Link>
        )}
      </div>
      <div className="filters">
        <Search words={words} />
        {repositories.length > 1 && <RepositoryChoice repositories={repositories} chosen={repository} />}
        <Chips plans={plans ?? []} chosen={filter} />
      </div>
      {problem !== null && <Refused problem={problem} />}
      {plans === undefined ? (
        problem === null && <Skeleton />
      ) : (
        <PlanCards plans={shown} repositories={repositories} none={plans.length === 0} />
      )}
    </>
  );
}

function setQuery(name: string, value: string | null): void {
  const query = new URLSearchParams(window.location.search);
  if (value === null || value === '') query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  navigate(text === '' ? '/' : `/?${text}`, { replace: true });
}

function Search({ words }: { readonly words: string }): ReactNode {
  return (
    <label className="search">
      <span className="visually-hidden">Search plans</span>
      <Icon name="search" />
      <input className="input" type="search" placeholder="Search" value={words} onChange={({ target }) => setQuery('q', target.value)} />
    </label>
  );
}

function RepositoryChoice({
  repositories,
  chosen,
}: {
  readonly repositories: readonly Repository[];
  readonly chosen: string | null;
}): ReactNode {
  return (
    <select className="input" aria-label="Repository" value={chosen ?? ''} onChange={({ target }) => setQuery('repository', target.value)}>
      <option value="">All repositories</option>
      {repositories.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Chips({ plans, chosen }: { readonly plans: readonly Plan[]; readonly chosen: Filter }): ReactNode {
  const counts = FILTERS.map((filter) => ({ filter, count: plans.filter((plan) => isIn(plan, filter)).length }));
  return (
    <div className="chips" role="group" aria-label="Show">
      {counts
        .filter(({ filter, count }) => count > 0 || filter === 'all' || filter === chosen)
        .map(({ filter, count }) => (
          <button
            key={filter}
            type="button"
            className="chip"
            aria-pressed={filter === chosen}
            onClick={() => setQuery('show', filter === 'all' ? null : filter)}
          >
            {FILTER_WORDS[filter]} <b>{count}</b>
          </button>
        ))}
    </div>
  );
}

interface CardsProps {
  readonly plans: readonly Plan[];
  readonly repositories: readonly Repository[];
  readonly none: boolean;
}

function PlanCards({ plans, repositories, none }: CardsProps): ReactNode {
  if (none)
    return (
      <Empty title="No plans yet">
        <p>
          A plan is a Markdown file: phases are headings, tasks are checkboxes. Write one into{' '}
          <code>{repositories[0]?.plansFolder ?? 'plans'}/</code>, and it appears here the moment you save it.
        </p>
      </Empty>
    );
  if (plans.length === 0)
    return (
      <Empty title="No plan is like that">
        <button type="button" className="button" onClick={() => navigate('/', { replace: true })}>
          Show all
        </button>
      </Empty>
    );
  const names = new Map(repositories.map(({ id, name }) => [id, name]));
  return (
    <ul className="plans" aria-label="Plans">
      {plans.map((plan) => (
        <PlanCard key={plan.id} plan={plan} repository={repositories.length > 1 ? (names.get(plan.repositoryId) ?? null) : null} />
      ))}
    </ul>
  );
}

function PlanCard({ plan, repository }: { readonly plan: Plan; readonly repository: string | null }): ReactNode {
  const kind = badgeOf(plan);
  const why = plan.valid && plan.status === 'paused' ? pauseWords(plan.pauseReason) : null;
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
      {why !== null && <p className="why">{why}</p>}
      {!plan.valid && <Diagnostics list={plan.diagnostics.filter(({ severity }) => severity === 'error')} most={3} />}
      <PlanProgress plan={plan} />
      <footer>
        <PlanAction plan={plan} />
      </footer>
    </li>
  );
}

function PlanProgress({ plan }: { readonly plan: Plan }): ReactNode {
  const { totalTasks, completedTasks, totalPhases, completedPhases } = plan;
  const hasBegun = plan.status !== 'draft' && plan.status !== 'ready';
  return (
    <div className="progress-row">
      <div>
        <span>{hasBegun ? `${completedPhases} of ${countOf(totalPhases, 'phase')}` : countOf(totalPhases, 'phase')}</span>
        <span>{hasBegun || completedTasks > 0 ? `${completedTasks} of ${countOf(totalTasks, 'task')}` : countOf(totalTasks, 'task')}</span>
      </div>
      {(hasBegun || completedTasks > 0) && (
        <Progress done={completedTasks} total={totalTasks} running={plan.status === 'running'} label={`Tasks of ${plan.title}`} />
      )}
    </div>
  );
}

/** Of Markdown, as far as a card has room: without its signs. */
function firstParagraph(markdown: string): string {
  return (markdown.split(/\n\s*\n/)[0] ?? '').replaceAll(/[*_`#>]|\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\s+/g, ' ');
}
