/** The routes of the scripted REST API: who may call each, and what it answers. */
import type { Access, ApiRequest, Permissions } from './github-server.ts';
import type { Account, GitHubState, IssueComment, PullRequest } from './github-state.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which permission was wanting. */
  readonly refused?: string;
}

/** Longest body of a comment or a pull request, in characters, as the real one has it. */
const MAX_BODY_CHARS = 65_536;
/** Longest description of a status. */
const MAX_STATUS_CHARS = 140;

interface Call extends ApiRequest {
  readonly state: GitHubState;
  readonly api: string;
  /** What the route's groups have matched. */
  readonly at: readonly string[];
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** Any one of these is enough. */
  readonly needs: readonly (readonly [scope: string, access: Access])[];
  readonly answer: (call: Call) => ApiAnswer;
}

const ISSUE = '/issues/(\\d+)';
const route = (method: string, path: string, needs: Route['needs'], answer: Route['answer']): Route => ({
  method,
  path: new RegExp(`^${path}$`),
  needs,
  answer,
});
const ANY_ISSUE = (access: Access): Route['needs'] => [
  ['issues', access],
  ['pull-requests', access],
];

const ROUTES: readonly Route[] = [
  route('GET', '', [['metadata', 'read']], ({ state }) => ok(repositoryOf(state))),
  route('GET', `${ISSUE}/comments`, ANY_ISSUE('read'), (call) => {
    const all = call.state.comments.filter(({ issue }) => issue === Number(call.at[0]));
    return page(call, all.map(commentOf));
  }),
  route('POST', `${ISSUE}/comments`, ANY_ISSUE('write'), ({ state, at, body }) => {
    const text = textOf(body['body']);
    if (text.length > MAX_BODY_CHARS) return unprocessable('Body is too long (maximum is 65536 characters)');
    const comment: IssueComment = { id: state.nextId(), issue: Number(at[0]), user: state.bot, body: text, edits: 0 };
    state.comments.push(comment);
    return { status: 201, body: commentOf(comment) };
  }),
  route('GET', '/issues/comments/(\\d+)', ANY_ISSUE('read'), ({ state, at }) => {
    const found = state.comments.find(({ id }) => id === Number(at[0]));
    return found === undefined ? notFound() : ok(commentOf(found));
  }),
  route('PATCH', '/issues/comments/(\\d+)', ANY_ISSUE('write'), ({ state, at, body }) => {
    const found = state.comments.find(({ id }) => id === Number(at[0]));
    if (found === undefined) return notFound();
    const text = textOf(body['body']);
    if (text.length > MAX_BODY_CHARS) return unprocessable('Body is too long (maximum is 65536 characters)');
    found.body = text;
    found.edits += 1;
    return ok(commentOf(found));
  }),
  route('POST', '/issues/comments/(\\d+)/reactions', ANY_ISSUE('write'), ({ state, at, body }) => {
    if (!state.comments.some(({ id }) => id === Number(at[0]))) return notFound();
    state.reactions.push({ comment: Number(at[0]), content: textOf(body['content']) });
    return { status: 201, body: { id: state.nextId(), content: body['content'] } };
  }),
  route('GET', '/collaborators/([^/]+)/permission', [['metadata', 'read']], ({ state, at }) => {
    const login = decodeURIComponent(at[0] ?? '');
    const role = state.collaborators.get(login);
    // An App is no user, whatever it may do.
    if (role === undefined && /\[bot\]$|^Copilot$/.test(login)) return { status: 404, body: { message: `${login} is not a user` } };
    // The old field knows four words; what a role of the repository's own is called stands in the other.
    const permission = role === undefined ? 'none' : role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
    return ok({ permission, role_name: role ?? 'none', user: { login, type: 'User' } });
  }),
  route('GET', '/pulls', [['pull-requests', 'read']], (call) => {
    const { state, query } = call;
    const wanted = query.get('state') ?? 'open';
    const [head, base] = [query.get('head'), query.get('base')];
    const owner = state.repository.split('/')[0] ?? '';
    const labelOf = (pull: PullRequest) => (pull.head.includes(':') ? pull.head : `${owner}:${pull.head}`);
    const found = state.pulls.filter(
      (pull) =>
        (wanted === 'all' || pull.state === wanted) && (head === null || labelOf(pull) === head) && (base === null || pull.base === base),
    );
    return page(
      call,
      found.toReversed().map((pull) => pullOf(state, pull)),
    );
  }),
  route('GET', '/pulls/(\\d+)', [['pull-requests', 'read']], ({ state, at }) => {
    const found = state.pulls.find(({ number }) => number === Number(at[0]));
    return found === undefined ? notFound() : ok(pullOf(state, found));
  }),
  route('POST', '/pulls', [['pull-requests', 'write']], ({ state, body }) => createPull(state, body)),
  route('PATCH', '/pulls/(\\d+)', [['pull-requests', 'write']], ({ state, at, body }) => {
    const found = state.pulls.find(({ number }) => number === Number(at[0]));
    if (found === undefined) return notFound();
    if (typeof body['title'] === 'string') found.title = body['title'];
    if (typeof body['body'] === 'string') found.body = body['body'];
    if (body['body'] !== undefined && found.body.length > MAX_BODY_CHARS) return unprocessable('body is too long');
    if (body['state'] === 'open' || body['state'] === 'closed') found.state = body['state'];
    return ok(pullOf(state, found));
  }),
  route('POST', '/actions/workflows/([^/]+)/dispatches', [['actions', 'write']], ({ state, at, body }) => {
    const inputs = (body['inputs'] ?? {}) as Record<string, unknown>;
    if (Object.values(inputs).some((value) => typeof value !== 'string')) return unprocessable('Inputs must be strings');
    if (state.branch(textOf(body['ref'])) === null) return unprocessable(`No ref found for: ${textOf(body['ref'])}`);
    state.dispatches.push({
      workflow: decodeURIComponent(at[0] ?? ''),
      ref: textOf(body['ref']),
      inputs: inputs as Record<string, string>,
    });
    return { status: 204 };
  }),
  route('POST', '/statuses/([0-9a-f]{40})', [['statuses', 'write']], ({ state, at, body }) => {
    const description = textOf(body['description']);
    if (description.length > MAX_STATUS_CHARS) return unprocessable('description is too long (maximum is 140 characters)');
    state.statuses.push({ sha: at[0] ?? '', state: textOf(body['state']), context: textOf(body['context']), description });
    return { status: 201, body: { id: state.nextId() } };
  }),
  route('POST', '/check-runs', [['checks', 'write']], ({ state, body }) => {
    state.checks.push(body);
    return { status: 201, body: { id: state.nextId() } };
  }),
  route('POST', '/code-scanning/sarifs', [['security-events', 'write']], ({ state, body }) => {
    state.sarifs.push(body);
    return { status: 202, body: { id: String(state.nextId()) } };
  }),
];

/** Answers a request whose token is known. `api` is the root of the API, for links. */
export function answerRest(state: GitHubState, request: ApiRequest, api: string): ApiAnswer {
  const prefix = `/repos/${state.repository}`;
  // As with the real one, an installation's token cannot ask REST who it is; GraphQL tells it.
  if (request.path === '/user') return forbidden('a user token');
  if (request.path === '/graphql') return viewer(state, request);
  if (!request.path.startsWith(prefix)) return notFound();
  const path = request.path.slice(prefix.length);
  for (const { method, path: form, needs, answer } of ROUTES) {
    const match = form.exec(path);
    if (match === null || method !== request.method) continue;
    if (!needs.some(([scope, access]) => may(request.permissions, scope, access)))
      return forbidden(`needs ${needs.map(([scope, access]) => `${scope}: ${access}`).join(' or ')}`);
    return answer({ ...request, state, api, at: match.slice(1) });
  }
  return notFound();
}

function may(permissions: Permissions, scope: string, access: Access): boolean {
  // Every token may read what is public of a repository.
  if (scope === 'metadata') return true;
  const given = permissions[scope] ?? 'none';
  return given === 'write' || given === access;
}

/** The one question that is asked in GraphQL. */
function viewer({ bot }: GitHubState, { body }: ApiRequest): ApiAnswer {
  if (!/^\s*(?:query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(textOf(body['query'])))
    return ok({ errors: [{ message: 'the script has no answer to this' }] });
  return ok({ data: { viewer: { login: bot.login } } });
}

function createPull(state: GitHubState, body: Readonly<Record<string, unknown>>): ApiAnswer {
  const [head, base, title, text] = [textOf(body['head']), textOf(body['base']), textOf(body['title']), textOf(body['body'])];
  if (!state.allowsPullRequests)
    return { status: 403, body: { message: 'GitHub Actions is not permitted to create or approve pull requests.' } };
  if (state.branch(base) === null || state.branch(head) === null) return unprocessable('Validation Failed');
  if (state.branch(base) === state.branch(head)) return unprocessable(`No commits between ${base} and ${head}`);
  if (text.length > MAX_BODY_CHARS) return unprocessable('body is too long (maximum is 65536 characters)');
  if (state.pulls.some((pull) => pull.state === 'open' && pull.head === head && pull.base === base))
    return unprocessable(`A pull request already exists for ${state.repository.split('/')[0]}:${head}.`);
  const pull: PullRequest = {
    number: state.pulls.reduce((most, { number }) => Math.max(most, number), 0) + 1,
    head,
    headRepository: null,
    headSha: null,
    base,
    title,
    body: text,
    state: 'open',
    draft: body['draft'] === true,
    user: state.bot,
  };
  state.pulls.push(pull);
  return { status: 201, body: pullOf(state, pull) };
}

function page({ query, api, path }: Call, all: readonly unknown[]): ApiAnswer {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const number = Number(query.get('page') ?? 1);
  const rest = new URLSearchParams(query);
  rest.set('page', String(number + 1));
  const more = all.length > number * size;
  const headers: Record<string, string> = more ? { link: `<${api}${path}?${rest.toString()}>; rel="next"` } : {};
  return { status: 200, body: all.slice((number - 1) * size, number * size), headers };
}

function repositoryOf(state: GitHubState) {
  return { id: state.repositoryId, full_name: state.repository, default_branch: state.defaultBranch };
}

function accountOf({ login, type, id }: Account) {
  return { login, type, id };
}

function commentOf({ id, issue, user, body, edits }: IssueComment) {
  const app = user.type === 'Bot' ? { performed_via_github_app: { slug: user.login.replace('[bot]', '') } } : {};
  const times = { created_at: '2026-01-01T00:00:00Z', updated_at: edits > 0 ? '2026-01-01T00:00:01Z' : '2026-01-01T00:00:00Z' };
  return { id, body, user: accountOf(user), html_url: `https://github.com/octo/demo/pull/${issue}#issuecomment-${id}`, ...times, ...app };
}

/** A pull request as the API and the events show it. */
export function pullOf(state: GitHubState, pull: PullRequest) {
  const own = { id: state.repositoryId, full_name: state.repository };
  const fork = pull.headRepository;
  return {
    number: pull.number,
    state: pull.state === 'merged' ? 'closed' : pull.state,
    merged_at: pull.state === 'merged' ? '2026-01-01T00:00:02Z' : null,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    user: accountOf(pull.user),
    head: {
      ref: pull.head.replace(/^[^:]*:/, ''),
      sha: pull.headSha ?? state.branch(pull.head),
      repo: fork === null ? own : { id: fork.id, full_name: fork.fullName, fork: true },
    },
    base: { ref: pull.base, sha: state.branch(pull.base), repo: own },
    html_url: `https://github.com/${state.repository}/pull/${pull.number}`,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const ok = (body: unknown): ApiAnswer => ({ status: 200, body });
const notFound = (): ApiAnswer => ({ status: 404, body: { message: 'Not Found', status: '404' } });
const unprocessable = (message: string): ApiAnswer => ({
  status: 422,
  body: { message: 'Validation Failed', errors: [{ message }], status: '422' },
});
const forbidden = (refused: string): ApiAnswer => ({
  status: 403,
  refused,
  body: { message: 'Resource not accessible by integration', status: '403' },
});
