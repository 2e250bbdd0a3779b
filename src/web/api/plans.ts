/** All plans of all repositories, however many: the API gives them in pages. */
import { useEffect, useMemo, useState } from 'react';
import { keptPlans } from '../state/plan-list.ts';
import { useData, type Entry } from './cache.ts';
import { ApiProblem, ask } from './client.ts';
import type { Plan, PlanPage } from './shapes.ts';

/** The most that one answer holds. */
const FIRST_PAGE = '/api/plans?limit=200';

interface Rest {
  readonly plans: readonly Plan[];
  readonly problem: ApiProblem | null;
}

const NOTHING: Rest = { plans: [], problem: null };

/** Every plan, live; those of the first page while the others are on their way. A plan that has not changed is the same object as before. */
export function usePlans(): Entry<readonly Plan[]> {
  const first = useData<PlanPage>(FIRST_PAGE);
  const rest = useRest(first.data);
  const [shown, setShown] = useState<readonly Plan[]>([]);
  const plans = useMemo(() => keptPlans(shown, [...(first.data?.plans ?? []), ...rest.plans]), [shown, first.data, rest.plans]);
  if (plans !== shown) setShown(plans);
  return { data: first.data === null ? null : plans, problem: first.problem ?? rest.problem };
}

/** What comes after the first page; as it was, until all of it is read anew. */
function useRest(first: PlanPage | null): Rest {
  const [rest, setRest] = useState(NOTHING);
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const read = async (): Promise<void> => {
      const plans: Plan[] = [];
      for (let next = first?.next ?? null; next !== null;) {
        const { data } = await ask<PlanPage>(`${FIRST_PAGE}&after=${encodeURIComponent(next)}`, { signal });
        plans.push(...data.plans);
        next = data.next;
      }
      setRest((before) => (plans.length === 0 && before.plans.length === 0 ? before : { plans, problem: null }));
    };
    read().catch((error: unknown) => {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      setRest(({ plans }) => ({ plans, problem: error }));
    });
    return () => leaving.abort();
  }, [first]);
  return rest;
}
