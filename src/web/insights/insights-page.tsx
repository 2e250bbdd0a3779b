/** What was done: time, failures, attempts and cost, over time and by plan, agent and model. */
import { useState, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { Repository, Statistics } from '../api/shapes.ts';
import { usePlans } from '../api/plans.ts';
import { Empty, Refused, Skeleton } from '../parts/basics.tsx';
import { Link, navigate, useLocation } from '../router.tsx';
import { allDays, METRICS, valueOf, type Metric } from '../state/charts.ts';
import { costOf, countOf, durationOf } from '../state/words.ts';
import { Bars } from './bars.tsx';
import { Gates, Groups, GROUPS, type Group, Outcomes, share, Slowest, spent, Switch, Table } from './tables.tsx';
import '../styles/insights.css';

const METRIC_WORDS: Readonly<Record<Metric, string>> = { cost: 'Cost', duration: 'Time', attempts: 'Attempts', failures: 'Failure rate' };
/** Days back; null: all. */
const PERIODS = [
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['all', 'All time'],
] as const;
const DAY_MS = 86_400_000;

const WORDS: Readonly<Record<Metric, (value: number) => string>> = {
  cost: costOf,
  duration: durationOf,
  attempts: (value) => countOf(value, 'attempt'),
  failures: (value) => share(value, 1),
};

export function InsightsPage(): ReactNode {
  const { query } = useLocation();
  const by = GROUPS.find((one) => one === query.get('by')) ?? 'plan';
  const metric = METRICS.find((one) => one === query.get('show')) ?? 'cost';
  const period = PERIODS.find(([name]) => name === query.get('period'))?.[0] ?? '30';
  const repository = query.get('repository') ?? '';
  const repositories = useData<{ readonly repositories: readonly Repository[] }>('/api/repositories').data?.repositories ?? [];
  const [now] = useState(() => Date.now());
  const since = sinceOf(period, now);
  const { data, problem } = useData<Statistics>(statsPath({ by, since, repository }));
  const of = data?.groups.find((group) => keyOf(group, by) === query.get('of')) ?? null;
  const chosen = useData<Statistics>(of === null ? null : statsPath({ by, since, repository, only: { [FILTER[by]]: keyOf(of, by) } })).data;
  return (
    <div className="insights">
      <title>Insights · Plans</title>
      <div className="page-head">
        <h1>Insights</h1>
        {repositories.length > 1 && (
          <Choice
            name="repository"
            label="Repository"
            value={repository}
            choices={[['', 'All repositories'], ...repositories.map(({ id, name }) => [id, name] as const)]}
          />
        )}
        <Choice name="period" label="Period" value={period} choices={PERIODS} />
      </div>
      {problem !== null && <Refused problem={problem} />}
      {data === null ? (
        problem === null && <Skeleton />
      ) : (
        <Figures data={data} over={of === null ? data : chosen} of={of} by={by} metric={metric} since={since} today={dayOf(now)} />
      )}
    </div>
  );
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The first day of a period; null where it has none. */
function sinceOf(period: string, now: number): string | null {
  return period === 'all' ? null : dayOf(now - (Number(period) - 1) * DAY_MS);
}

interface Asked {
  readonly by: string;
  readonly since: string | null;
  readonly repository: string;
  readonly only?: Readonly<Record<string, string>>;
}

function statsPath({ by, since, repository, only = {} }: Asked): string {
  const query = new URLSearchParams({ by, ...only });
  if (since !== null) query.set('since', since);
  if (repository !== '') query.set('repositoryId', repository);
  return `/api/stats?${query.toString()}`;
}

function setQuery(name: string, value: string): void {
  const query = new URLSearchParams(window.location.search);
  if (value === '') query.delete(name);
  else query.set(name, value);
  navigate(`/insights?${query.toString()}`, { replace: true });
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [string, string])[];
}

function Choice({ name, label, value, choices }: ChoiceProps): ReactNode {
  return (
    <select className="input" aria-label={label} value={value} onChange={({ target }) => setQuery(name, target.value)}>
      {choices.map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </select>
  );
}

type GroupFigures = Statistics['groups'][number];

/** By which the API tells one group from the others. */
const FILTER: Readonly<Record<Group, string>> = { plan: 'planId', agent: 'agent', model: 'model' };

function keyOf({ planId, name }: GroupFigures, by: Group): string {
  return (by === 'plan' ? planId : name) ?? '';
}

interface FiguresProps {
  readonly data: Statistics;
  /** Of the group that is chosen; null until it is there. */
  readonly over: Statistics | null;
  readonly of: GroupFigures | null;
  readonly by: Group;
  readonly metric: Metric;
  /** The first day that is looked at; null: the first with work. */
  readonly since: string | null;
  readonly today: string;
}

function Figures({ data, over, of, by, metric, since, today }: FiguresProps): ReactNode {
  const { totals } = data;
  if (totals.attempts === 0 && totals.tasks === 0)
    return (
      <Empty title="Nothing was done in this time" icon="clock">
        <p>Figures come from the commits of tasks: once a plan runs, they are here.</p>
        <Link className="button" to="/">
          All plans
        </Link>
      </Empty>
    );
  return (
    <>
      <dl className="card kpis">
        {(
          [
            ['Tasks done', String(totals.tasks)],
            ['At the first attempt', share(totals.first, totals.tasks)],
            ['Attempts', String(totals.attempts)],
            ['Failure rate', share(totals.failed, totals.attempts)],
            ['Time at work', durationOf(totals.durationMs)],
            ['Cost', spent(totals)],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <OverTime data={data} over={over} of={of} by={by} metric={metric} since={since} today={today} />
      <Groups data={data} by={by} choose={(one) => setQuery('by', one)} />
      <div className="insights-grid">
        <Slowest data={data} />
        <Gates data={data} />
        <Outcomes data={data} />
      </div>
    </>
  );
}

const ALL_WORDS: Readonly<Record<Group, string>> = { plan: 'All plans', agent: 'All agents', model: 'All models' };

function OverTime({ data: { groups }, over, of, by, metric, since, today }: FiguresProps): ReactNode {
  const titles = new Map(usePlans().data?.map(({ id, title }) => [id, title]));
  const known = groups.filter((group) => keyOf(group, by) !== '');
  const all = over?.days ?? [];
  const days = allDays(all, since, today);
  return (
    <section className="card insight" aria-label="By the day">
      <div className="row">
        <h2 className="grow">By the day</h2>
        <Choice
          name="of"
          label={`Which ${by}`}
          value={of === null ? '' : keyOf(of, by)}
          choices={[
            ['', ALL_WORDS[by]],
            ...known.map((group) => [keyOf(group, by), titles.get(keyOf(group, by)) ?? keyOf(group, by)] as const),
          ]}
        />
        <Switch label="What is shown" all={METRICS} words={METRIC_WORDS} chosen={metric} choose={(one) => setQuery('show', one)} />
      </div>
      <Bars
        days={days}
        value={(day) => valueOf(day, metric)}
        failed={(day) => (metric === 'attempts' ? day.failed : metric === 'failures' ? valueOf(day, metric) : 0)}
        words={WORDS[metric]}
        axis={metric === 'attempts' ? String : WORDS[metric]}
        label={`${METRIC_WORDS[metric]} by the day`}
        legend={metric === 'attempts' && (over?.totals.failed ?? 0) > 0 ? 'The lower part of a bar: attempts that failed' : ''}
      />
      <details>
        <summary className="quiet">The same as a table</summary>
        <Table
          label="By the day"
          head={['Day', 'Tasks', 'Attempts', 'Failure rate', 'Time', 'Cost']}
          rows={all.map((day) => [
            day.day,
            day.tasks,
            day.attempts,
            share(day.failed, day.attempts),
            durationOf(day.durationMs),
            spent(day),
          ])}
        />
      </details>
    </section>
  );
}
