/** Requests to the API: JSON there and back, problems as values that can be thrown and shown. */
import type { ProblemDetails } from './shapes.ts';

export class ApiProblem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail);
    this.details = details;
  }

  /** The word that programs decide by: `stale`, `invalid-plan`, `unauthorized`. */
  get kind(): string {
    return this.details.type.replace('urn:plans:problem:', '');
  }
}

export interface Answered<T> {
  readonly data: T;
  /** All that was written before it is in the answer. */
  readonly moment: string | null;
}

interface Asking {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  /** A revision that the change is meant for: refused with `stale` where the plan is another one by now. */
  readonly revision?: string | undefined;
  /** Answered at once with a job, which goes on by itself. */
  readonly asJob?: boolean;
  readonly signal?: AbortSignal;
}

/** Asks the server. Throws an {@link ApiProblem} for whatever it refuses, also where it cannot be reached. */
export async function ask<T>(path: string, { method = 'GET', body, revision, asJob = false, signal }: Asking = {}): Promise<Answered<T>> {
  const headers = new Headers({ accept: 'application/json' });
  if (method === 'GET') headers.set('prefer', 'moment');
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (revision !== undefined) headers.set('if-match', `"${revision}"`);
  if (asJob) headers.set('prefer', 'respond-async');
  const init: RequestInit = { method, headers, ...(signal === undefined ? {} : { signal }) };
  const response = await fetch(path, body === undefined ? init : { ...init, body: JSON.stringify(body) }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new ApiProblem(unreachable());
  });
  if (!response.ok) throw new ApiProblem(await problemOf(response));
  const text = await response.text();
  return { data: (text === '' ? null : JSON.parse(text)) as T, moment: response.headers.get('plans-moment') };
}

async function problemOf(response: Response): Promise<ProblemDetails> {
  const given: unknown = await response.json().catch(() => null);
  if (typeof given === 'object' && given !== null && 'detail' in given) return given as ProblemDetails;
  const detail = `The server answered ${response.status} ${response.statusText}, and nothing more.`;
  return { type: 'about:blank', title: response.statusText, status: response.status, detail };
}

function unreachable(): ProblemDetails {
  return {
    type: 'urn:plans:problem:unreachable',
    title: 'No connection',
    status: 0,
    detail: 'The server cannot be reached. Nothing has changed. Start it again with plans serve.',
  };
}
