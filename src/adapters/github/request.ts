/** One call of GitHub's REST API: bounded in time and tries, and a refusal is a sentence that says which permission is missing. */
import type { z } from 'zod';
import { Problem } from '../../core/problem.ts';

/** Longest time of one try. */
const REQUEST_MS = 30_000;
/** Tries of a call that may be made again. */
const TRIES = 4;
/** The longest that GitHub is waited for where it says when to come back. */
const LONGEST_WAIT_MS = 60_000;
/** Pages of a list at most, of {@link PAGE_SIZE} entries each. */
const MAX_PAGES = 30;
const PAGE_SIZE = 100;
/** What of an answer's text a message quotes. Characters. */
const MAX_QUOTED = 300;

export interface Connection {
  /** Without a final `/`; `GITHUB_API_URL`. */
  readonly apiUrl: string;
  readonly token: string;
  /** Waits; replaced by tests. */
  readonly pause?: (ms: number) => Promise<void>;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path below the API's address, each part of it encoded already; or the address of a further page. */
  readonly path: string;
  readonly body?: unknown;
  /** What is done, for messages: "open a pull request". */
  readonly what: string;
  /** The job permission it needs: "pull-requests: write". */
  readonly needs: string;
}

/** GitHub said no, or nothing. */
class GitHubRefusal extends Problem {
  override readonly name = 'Problem';
  /** HTTP status; 0 where nobody answered. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Answer {
  readonly value: unknown;
  /** The address of the next page; null on the last. */
  readonly next: string | null;
}

/** Makes a call. Whatever may be repeated is; a {@link GitHubRefusal} says why it failed in the end. */
export async function request(connection: Connection, call: Call): Promise<Answer> {
  const pause = connection.pause ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(connection, call);
    if (response instanceof Response && response.ok) return await read(connection, call, response);
    const wait = attempt < TRIES ? await waitBefore(response, call, attempt) : null;
    if (wait === null) throw await refusal(connection, call, response);
    await pause(wait);
  }
}

/** Makes a call and checks the shape of the answer. */
export async function ask<T>(connection: Connection, shape: z.ZodType<T>, call: Call): Promise<T> {
  const read = shape.safeParse((await request(connection, call)).value);
  if (read.success) return read.data;
  throw new GitHubRefusal(
    0,
    `GitHub’s answer to ${call.what} is not of the expected shape (${read.error.issues[0]?.path.join('.') ?? ''}).`,
  );
}

/** All entries of a list, page by page. */
export async function requestAll(connection: Connection, call: Call): Promise<unknown[]> {
  const found: unknown[] = [];
  let path: string | null = `${call.path}${call.path.includes('?') ? '&' : '?'}per_page=${PAGE_SIZE}`;
  for (let page = 0; path !== null; page += 1) {
    if (page === MAX_PAGES)
      throw new GitHubRefusal(0, `GitHub has more than ${MAX_PAGES * PAGE_SIZE} entries to ${call.what}, which is more than is read.`);
    const answer: Answer = await request(connection, { ...call, path });
    const entries = answer.value;
    if (!Array.isArray(entries)) throw new GitHubRefusal(0, `GitHub’s answer to ${call.what} is no list.`);
    found.push(...(entries as unknown[]));
    path = answer.next;
  }
  return found;
}

async function send({ apiUrl, token }: Connection, call: Call): Promise<Response | Error> {
  const url = call.path.startsWith('/') ? apiUrl + call.path : call.path;
  try {
    return await fetch(url, {
      method: call.method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'gitplans',
        'x-github-api-version': '2022-11-28',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function read({ apiUrl }: Connection, call: Call, response: Response): Promise<Answer> {
  const text = await response.text();
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
  try {
    // The token goes to GitHub alone, whatever an answer says.
    return { value: text === '' ? null : JSON.parse(text), next: next !== null && sameOrigin(next, apiUrl) ? next : null };
  } catch {
    throw new GitHubRefusal(response.status, `GitHub’s answer to ${call.what} is not JSON: ${quoted(text)}`);
  }
}

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).origin === new URL(other).origin;
}

/** Milliseconds until another try; null where there is to be none: a call that may have taken effect is not made twice. */
async function waitBefore(response: Response | Error, { method }: Call, attempt: number): Promise<number | null> {
  const backOff = 1_000 * 2 ** (attempt - 1);
  if (response instanceof Error) return method === 'POST' ? null : backOff;
  const after = Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000;
  // Refused before anything was done, whatever the call.
  const isLimited = response.status === 429 || (response.status === 403 && !Number.isNaN(after));
  if (isLimited) return Number.isNaN(after) ? backOff : after <= LONGEST_WAIT_MS ? after : null;
  return response.status >= 500 && method !== 'POST' ? backOff : null;
}

async function refusal({ apiUrl }: Connection, call: Call, response: Response | Error): Promise<GitHubRefusal> {
  if (response instanceof Error) {
    const cause = response.cause instanceof Error ? `: ${response.cause.message}` : '';
    return new GitHubRefusal(
      0,
      `GitHub at ${apiUrl} could not be reached to ${call.what} (${response.message}${cause}). Run the job again.`,
    );
  }
  const said = await messageIn(response);
  const { status } = response;
  if (status === 401)
    return new GitHubRefusal(status, `GitHub does not know the token that is to ${call.what}: ${said}. Give the action a valid "token".`);
  if (status === 403 || status === 404)
    return new GitHubRefusal(
      status,
      `GitHub did not let the token ${call.what} (${status}: ${said}). The job needs "${call.needs}" under "permissions:", and what is named has to exist.`,
    );
  return new GitHubRefusal(status, `GitHub could not ${call.what} (${status}: ${said}).${status >= 500 ? ' Run the job again.' : ''}`);
}

async function messageIn(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const value: unknown = JSON.parse(text);
    const message: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'message') : undefined;
    const errors: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'errors') : undefined;
    const details = Array.isArray(errors) ? errors.map((each: unknown) => (typeof each === 'string' ? each : JSON.stringify(each))) : [];
    if (typeof message === 'string') return quoted([message, ...details].join('; '));
  } catch {
    // Not JSON: a proxy's page.
  }
  return quoted(text === '' ? response.statusText : text);
}

function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line;
}
