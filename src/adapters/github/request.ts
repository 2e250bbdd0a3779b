/** One call of GitHub's REST API: bounded in time and tries, and a refusal is a sentence that says which permission is missing. */
import type { z } from 'zod';
import { Problem } from '../../core/problem.ts';

/** Longest time of one try. */
const REQUEST_MS = 30_000;
/** Tries of a call that may be made again. */
const TRIES = 4;
/** The longest that GitHub is waited for where it says when to come back. */
const LONGEST_WAIT_MS = 60_000;
/** What it asks to wait for at least where it limits and says no time. */
const LIMITED_MS = 60_000;
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
export class GitHubRefusal extends Problem {
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
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(connection, call);
    if (response instanceof Response && response.ok) return await read(connection, call, response);
    const wait = attempt < TRIES ? await waitBefore(response, call, attempt) : null;
    if (wait === null) throw await refusal(connection, call, response);
    await pauseFor(connection, wait);
  }
}

/** Waits. */
export function pauseFor({ pause }: Connection, ms: number): Promise<void> {
  return pause === undefined ? new Promise((resolve) => setTimeout(resolve, ms)) : pause(ms);
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
  const limit = await limitOf(response);
  // Refused before anything was done, whatever the call.
  if (limit !== null) return limit <= LONGEST_WAIT_MS ? limit : null;
  return response.status >= 500 && method !== 'POST' ? backOff : null;
}

/** Milliseconds for which a limit of GitHub's holds; null where it was none that refused. Its words alone tell some from a want of permission. */
async function limitOf(response: Response): Promise<number | null> {
  const { status, headers } = response;
  if (status !== 403 && status !== 429) return null;
  const after = Number(headers.get('retry-after') ?? Number.NaN) * 1_000;
  if (!Number.isNaN(after)) return after;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1_000;
  if (headers.get('x-ratelimit-remaining') === '0' && !Number.isNaN(reset)) return Math.max(reset - Date.now(), 0);
  return status === 429 || /rate limit|abuse detection/i.test(await response.clone().text()) ? LIMITED_MS : null;
}

async function refusal({ apiUrl }: Connection, call: Call, response: Response | Error): Promise<GitHubRefusal> {
  if (response instanceof Error) {
    const cause = response.cause instanceof Error ? `: ${response.cause.message}` : '';
    return new GitHubRefusal(
      0,
      `GitHub at ${apiUrl} could not be reached to ${call.what} (${response.message}${cause}). Run the job again.`,
    );
  }
  const { status } = response;
  const limit = await limitOf(response);
  const said = await messageIn(response);
  if (limit !== null)
    return new GitHubRefusal(
      status,
      `GitHub limits how often it may be asked, and did not ${call.what} (${status}: ${said}). Run the job again in ${Math.ceil(limit / 60_000)} min.`,
    );
  if (NO_PULLS.test(said)) return new GitHubRefusal(status, `GitHub did not let the token ${call.what}: ${ALLOW_PULLS}`);
  if (status === 401)
    return new GitHubRefusal(status, `GitHub does not know the token that is to ${call.what}: ${said}. Give the action a valid "token".`);
  if (status === 403 || status === 404)
    return new GitHubRefusal(
      status,
      `GitHub did not let the token ${call.what} (${status}: ${said}). The job needs "${call.needs}" under "permissions:", and what is named has to exist.`,
    );
  return new GitHubRefusal(status, `GitHub could not ${call.what} (${status}: ${said}).${status >= 500 ? ' Run the job again.' : ''}`);
}

/** What the built-in token is told where the repository's settings forbid it. No permission of a job helps. */
const NO_PULLS = /not permitted to create or approve pull requests/;
const ALLOW_PULLS =
  'GitHub Actions is not permitted to create pull requests here. Allow it in the repository’s settings (Actions → General → Workflow permissions, “Allow GitHub Actions to create and approve pull requests”; an organization may have to allow it first), or give the action the "token" of a GitHub App.';

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
