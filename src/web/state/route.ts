/** Addresses of the dashboard. */

/** In the order in which they are shown. */
export const PLAN_TABS = ['overview', 'edit', 'review', 'run', 'history'] as const;
export type PlanTab = (typeof PLAN_TABS)[number];

export type Route =
  | { readonly page: 'plans' }
  | { readonly page: 'new' }
  | { readonly page: 'insights' }
  | { readonly page: 'login' }
  | { readonly page: 'plan'; readonly plan: string; readonly tab: PlanTab }
  | { readonly page: 'nothing' };

/** What is at an address. */
export function routeOf(path: string): Route {
  const parts = path.split('/').filter(Boolean).map(decoded);
  const [first, second, third] = parts;
  if (first === undefined || (first === 'plans' && second === undefined)) return { page: 'plans' };
  if (parts.length === 1 && (first === 'new' || first === 'insights' || first === 'login')) return { page: first };
  if (first !== 'plans' || second === undefined || parts.length > 3) return { page: 'nothing' };
  if (third === undefined) return { page: 'plan', plan: second, tab: 'overview' };
  const tab = PLAN_TABS.find((one) => one === third && one !== 'overview');
  return tab === undefined ? { page: 'nothing' } : { page: 'plan', plan: second, tab };
}

/** The address of a page of a plan. */
export function planPath(plan: string, tab: PlanTab = 'overview'): string {
  // A colon may stand in a path as it is, and is easier to read so.
  const id = encodeURIComponent(plan).replaceAll('%3A', ':');
  return tab === 'overview' ? `/plans/${id}` : `/plans/${id}/${tab}`;
}

/** The path of an id in the API. */
export function apiPath(list: 'plans' | 'phases' | 'tasks' | 'executions', id: string, below = ''): string {
  return `/api/${list}/${encodeURIComponent(id).replaceAll('%3A', ':')}${below}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
