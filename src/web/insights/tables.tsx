/** Figures as tables: by plan, agent and model, the slowest tasks, the gates and how attempts failed. */
import { type ReactNode } from 'react';
import { usePlans } from '../api/plans.ts';
import type { Statistics } from '../api/shapes.ts';
import { Link } from '../router.tsx';
import { planPath } from '../state/route.ts';
import { costOf, durationOf, outcomeWords } from '../state/words.ts';

export const GROUPS = ['plan', 'agent', 'model'] as const;
export type Group = (typeof GROUPS)[number];
const GROUP_WORDS: Readonly<Record<Group, string>> = { plan: 'Plan', agent: 'Agent', model: 'Model' };

export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
}

export function spent({ costUsd, knownCostUsd }: { readonly costUsd: number | null; readonly knownCostUsd: number }): string {
  return costUsd === null ? `${costOf(knownCostUsd)} and what is not known` : costOf(costUsd);
}

interface SwitchProps<T extends string> {
  readonly label: string;
  readonly all: readonly T[];
  readonly words: Readonly<Record<T, string>>;
  readonly chosen: T;
  readonly choose: (one: T) => void;
}

/** One of a few. */
export function Switch<T extends string>({ label, all, words, chosen, choose }: SwitchProps<T>): ReactNode {
  return (
    <div className="switch" role="group" aria-label={label}>
      {all.map((one) => (
        <button key={one} type="button" className="chip" aria-pressed={one === chosen} onClick={() => choose(one)}>
          {words[one]}
        </button>
      ))}
    </div>
  );
}

interface GroupsProps {
  readonly data: Statistics;
  readonly by: Group;
  readonly choose: (by: Group) => void;
}

export function Groups({ data, by, choose }: GroupsProps): ReactNode {
  const titles = new Map(usePlans().data?.map(({ id, title }) => [id, title]));
  const most = Math.max(...data.groups.map(({ durationMs }) => durationMs), 1);
  return (
    <section className="card insight" aria-label={`By ${by}`}>
      <div className="row">
        <h2 className="grow">By {by}</h2>
        <Switch label="Grouped by" all={GROUPS} words={GROUP_WORDS} chosen={by} choose={choose} />
      </div>
      <Table
        label={`By ${by}`}
        head={[GROUP_WORDS[by], 'Tasks', 'Attempts', 'Failure rate', 'Time', 'Cost', 'Share of time']}
        rows={data.groups.map((group) => [
          by === 'plan' && group.planId !== null ? (
            <Link key="plan" to={planPath(group.planId)}>
              {titles.get(group.planId) ?? group.planId}
            </Link>
          ) : (
            (group.name ?? 'not known')
          ),
          group.tasks,
          group.attempts,
          share(group.failed, group.attempts),
          durationOf(group.durationMs),
          spent(group),
          <span key="time" className="share">
            <span style={{ width: `${(100 * group.durationMs) / most}%` }} />
          </span>,
        ])}
      />
    </section>
  );
}

export function Slowest({ data }: { readonly data: Statistics }): ReactNode {
  const plans = new Map(usePlans().data?.map(({ id, title }) => [id, title]));
  return (
    <section className="card insight" aria-label="Slowest tasks">
      <h2>Slowest tasks</h2>
      <Table
        label="Slowest tasks"
        head={['Task', 'Attempts', 'Time', 'Cost']}
        rows={data.slowest.map(({ planId, task, title, attempts, durationMs, costUsd }) => [
          <span key="task">
            {title === null ? <code>{task}</code> : <Link to={`${planPath(planId, 'run')}?task=${encodeURIComponent(task)}`}>{title}</Link>}
            <small className="quiet">{plans.get(planId) ?? planId}</small>
          </span>,
          attempts,
          durationOf(durationMs),
          costOf(costUsd),
        ])}
      />
    </section>
  );
}

export function Gates({ data }: { readonly data: Statistics }): ReactNode {
  return (
    <section className="card insight" aria-label="Gates that failed">
      <h2>Gates that failed</h2>
      {data.gates.length === 0 ? (
        <p className="quiet">None.</p>
      ) : (
        <Table
          label="Gates that failed, most often first"
          head={['Gate', 'Runs', 'Failed', 'Rate']}
          rows={data.gates.map(({ gate, runs, failed }) => [gate, runs, failed, share(failed, runs)])}
        />
      )}
    </section>
  );
}

export function Outcomes({ data }: { readonly data: Statistics }): ReactNode {
  return (
    <section className="card insight" aria-label="How attempts failed">
      <h2>How attempts failed</h2>
      <Table
        label="How attempts failed"
        head={['An attempt', 'Times']}
        rows={data.outcomes.map(({ outcome, count }) => [outcomeWords(outcome), count])}
      />
    </section>
  );
}

interface TableProps {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly ReactNode[])[];
}

export function Table({ label, head, rows }: TableProps): ReactNode {
  return (
    <div className="table" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // Rows are replaced as a whole.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              {row.map((cell, column) => (
                // oxlint-disable-next-line react/no-array-index-key
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
