/** All plans of all repositories, live. */
import { useDeferredValue, useMemo, type ReactNode } from 'react';
import { useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import { usePlans } from '../api/plans.ts';
import type { Job, Plan, Repository } from '../api/shapes.ts';
import { Age, Empty, Refused, Skeleton } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { PlanCard } from '../parts/plan-card.tsx';
import { cameFrom, Link, navigate, useLocation } from '../router.tsx';
import { FILTER_WORDS, FILTERS, isIn, needsAttention, shownPlans, type Filter, type Wanted } from '../state/plan-list.ts';
import { countOf } from '../state/words.ts';

export function PlansPage(): ReactNode {
  const { data, problem } = usePlans();
  const repositories = useData<{ readonly repositories: readonly Repository[] }>('/api/repositories').data?.repositories ?? [];
  const query = useListQuery();
  const canWrite = useCanWrite();
  const words = query.get('q') ?? '';
  const filter = FILTERS.find((one) => one === query.get('show')) ?? 'all';
  const repository = query.get('repository');
  const plans = data ?? NO_PLANS;
  // What is typed is there at once, however long the list behind it takes.
  const sought = useDeferredValue(words);
  const found = useMemo(() => shownPlans(plans, { filter: 'all', words: sought, repository }), [plans, sought, repository]);
  const shown = useMemo(() => found.filter((plan) => isIn(plan, filter)), [found, filter]);
  const waiting = useMemo(() => plans.filter(needsAttention).length, [plans]);
  return (
    <>
      <title>{waiting === 0 ? 'Plans' : `(${waiting}) Plans`}</title>
      <div className="page-head">
        <h1>Plans</h1>
        {canWrite && (
          <Link to="/new" className="button is-main new-plan">
            <Icon name="plus" />
            <span>New plan</span>
          </Link>
        )}
      </div>
      {plans.length > 0 && (
        <div className="filters">
          <Search words={words} />
          {repositories.length > 1 && <RepositoryChoice repositories={repositories} chosen={repository} />}
          <Chips plans={plans} found={found} chosen={filter} />
        </div>
      )}
      {problem !== null && <Refused problem={problem} />}
      <JobsStrip />
      {data === null ? (
        problem === null && <Skeleton />
      ) : (
        <PlanCards plans={shown} repositories={repositories} wanted={{ filter, words: sought, repository }} none={data.length === 0} />
      )}
    </>
  );
}

/** What is sought, also while a new plan is written over the list. */
function useListQuery(): URLSearchParams {
  const { path, query } = useLocation();
  const [behind, sought = ''] = (cameFrom() ?? '').split('?');
  return path === '/new' ? new URLSearchParams(behind === '/' ? sought : '') : query;
}

const NO_PLANS: readonly Plan[] = [];

/** Plans that Claude is writing at this moment. */
function JobsStrip(): ReactNode {
  const jobs = useData<{ readonly jobs: readonly Job[] }>('/api/jobs').data?.jobs ?? [];
  return jobs
    .filter(({ kind, status }) => kind === 'generate' && status === 'running')
    .map(({ id, title, startedAt }) => (
      <section key={id} className="jobs-strip" aria-label="A plan is being written">
        <span className="pulse" aria-hidden="true" />
        <span className="grow">
          Claude writes “{title}”, <Age time={startedAt} before="begun " />
        </span>
        <Link className="button is-small" to={`/new?job=${encodeURIComponent(id)}`}>
          Show
        </Link>
      </section>
    ));
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

interface ChipsProps {
  readonly plans: readonly Plan[];
  /** Those that the words and the repository leave. */
  readonly found: readonly Plan[];
  readonly chosen: Filter;
}

function Chips({ plans, found, chosen }: ChipsProps): ReactNode {
  const filters = FILTERS.filter((filter) => filter === 'all' || filter === chosen || plans.some((plan) => isIn(plan, filter)));
  return (
    <div className="chips" role="group" aria-label="Show">
      {filters.map((filter) => (
        <button
          key={filter}
          type="button"
          className="chip"
          aria-pressed={filter === chosen}
          onClick={() => setQuery('show', filter === 'all' ? null : filter)}
        >
          {FILTER_WORDS[filter]} <b>{found.filter((plan) => isIn(plan, filter)).length}</b>
        </button>
      ))}
    </div>
  );
}

interface CardsProps {
  readonly plans: readonly Plan[];
  readonly repositories: readonly Repository[];
  readonly wanted: Wanted;
  readonly none: boolean;
}

function PlanCards({ plans, repositories, wanted, none }: CardsProps): ReactNode {
  if (none) return <NoPlans repository={repositories[0]} />;
  const names = new Map(repositories.length > 1 ? repositories.map(({ id, name }) => [id, name]) : []);
  return (
    <>
      <output className="visually-hidden">{countOf(plans.length, 'plan')}</output>
      {plans.length === 0 ? (
        <NoMatch wanted={wanted} />
      ) : (
        <ul className="plans" aria-label="Plans">
          {plans.map((plan) => (
            <PlanCard key={plan.id} plan={plan} repository={names.get(plan.repositoryId) ?? null} />
          ))}
        </ul>
      )}
    </>
  );
}

function NoPlans({ repository }: { readonly repository: Repository | undefined }): ReactNode {
  const canWrite = useCanWrite();
  return (
    <Empty title="No plans yet" icon="file">
      <p>
        A plan is a Markdown file in your repository: phases are headings, tasks are checkboxes. Have Claude draft one, write it here, or
        save a file into <code>{repository?.plansFolder ?? 'plans'}/</code>: it appears the moment you do.
      </p>
      {canWrite && (
        <div className="row">
          <Link to="/new" className="button is-main">
            <Icon name="spark" />
            Generate with Claude
          </Link>
          <Link to="/new?by=hand" className="button">
            <Icon name="draft" />
            Write by hand
          </Link>
        </div>
      )}
    </Empty>
  );
}

function NoMatch({ wanted: { filter, words } }: { readonly wanted: Wanted }): ReactNode {
  const what = filter === 'all' ? 'No plan' : `No plan under “${FILTER_WORDS[filter]}”`;
  return (
    <Empty title={words.trim() === '' ? `${what} here` : `${what} matches “${words.trim()}”`} icon="search">
      <button type="button" className="button" onClick={() => navigate('/', { replace: true })}>
        Show all plans
      </button>
    </Empty>
  );
}
