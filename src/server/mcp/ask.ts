/** The API asked from within the process: whatever a tool does is what a route does, with its checks, its limits and its words. */
import type { Api } from '../server.ts';
import { Refusal } from '../problem.ts';
import type { ProblemDetails } from '../shape.ts';

interface Request {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Of the plan that a change is meant for. */
  readonly revision?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks for `path`, each part of which is an argument of its own. Throws {@link Refused} where it is refused. */
export type Ask = (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: readonly string[], request?: Request) => Promise<unknown>;

/** What a route has answered in place of what was asked for. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** A way to ask routes that let everybody in. */
export function asking(routes: () => Api): Ask {
  return async (method, path, { query = {}, body, revision, headers = {} } = {}) => {
    const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const]));
    const search = given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given)).toString()}`;
    const response = await routes().request(`/api/${path.map(segment).join('/')}${search}`, {
      method,
      headers: {
        ...headers,
        ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Refused(answer as ProblemDetails);
    return answer;
  };
}

/** One part of a path, whatever it says: none leads to another route. */
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new Refusal('not-found', `There is nothing with the id "${text}".`);
  return encodeURIComponent(text.toWellFormed());
}
