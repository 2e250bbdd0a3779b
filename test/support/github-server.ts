/**
 * A scripted GitHub on the loopback interface: its REST API as far as a workflow needs it, and its git over HTTP. It refuses what the real one
 * refuses: every token may do what it was issued for and nothing else. Nothing in it is a clock.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerRest, type ApiAnswer } from './github-rest.ts';
import { serveGit } from './github-git.ts';
import { newState, type GitHubState } from './github-state.ts';
import type { Repository } from './repository.ts';

export type Access = 'read' | 'write' | 'none';
/** What a token may do, by the names of a workflow's `permissions`. What is not named it may not. */
export type Permissions = Readonly<Record<string, Access>>;

export interface ApiRequest {
  readonly method: string;
  /** Below the API's root, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly permissions: Permissions;
}

/** An answer that a test gives in the API's place; null lets it answer. */
export type Script = (request: ApiRequest) => ApiAnswer | null;

export interface GitHubServer extends AsyncDisposable {
  /** `GITHUB_SERVER_URL`. */
  readonly url: string;
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The folder of the bare repository behind it. */
  readonly bare: string;
  readonly state: GitHubState;
  /** Every request to the API so far, refused ones included. */
  readonly requests: ApiRequest[];
  /** What was refused for want of a permission, one sentence each. */
  readonly refusals: string[];
  /** A token that may do this. */
  issueToken(permissions: Permissions): string;
  /** Answers in the API's place from now on. */
  script(answer: Script | null): void;
  /** Runs git in the bare repository. */
  git(...args: string[]): string;
}

/** Starts a server whose one repository begins as a copy of `from`. */
export async function githubServer(from: Repository, repository = 'octo/demo'): Promise<GitHubServer> {
  const folder = mkdtempSync(join(tmpdir(), 'plans-github-'));
  const bare = join(folder, `${repository.replaceAll('/', '-')}.git`);
  execFileSync('git', ['clone', '--quiet', '--bare', '--no-hardlinks', from.root, bare], { stdio: 'pipe' });
  const git = (...args: string[]) => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  // As the real one: any commit of the repository can be fetched by its id.
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  git('config', 'http.receivepack', 'true');
  git('config', 'gc.auto', '0');
  const tokens = new Map<string, Permissions>();
  const state = newState(repository, git);
  const requests: ApiRequest[] = [];
  const refusals: string[] = [];
  let scripted: Script | null = null;
  let url = '';

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
    const token = tokenOf(incoming);
    const permissions = token === null ? null : (tokens.get(token) ?? null);
    const place = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(pathname);
    if (place !== null) {
      const writes = place[2] === 'git-receive-pack' || searchParams.get('service') === 'git-receive-pack';
      const may = permissions?.['contents'] ?? 'none';
      if (place[1] !== repository) return void response.writeHead(404).end('Repository not found.');
      if (permissions === null) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
      if (writes ? may !== 'write' : may === 'none') {
        refusals.push(`git ${writes ? 'push' : 'fetch'}: needs contents: ${writes ? 'write' : 'read'}`);
        return void response.writeHead(403).end('Write access to repository not granted.');
      }
      return serveGit(incoming, response, bare, place[2] ?? '');
    }
    if (!pathname.startsWith('/api/')) return send(response, { status: 404, body: { message: 'Not Found' } });
    const body = await bodyOf(incoming);
    if (permissions === null)
      return send(response, { status: 401, body: { message: token === null ? 'Requires authentication' : 'Bad credentials' } });
    const request = { method: incoming.method ?? 'GET', path: pathname.slice('/api'.length), query: searchParams, body, permissions };
    requests.push(request);
    const given = scripted?.(request) ?? answerRest(state, request, `${url}/api`);
    if (given.refused !== undefined) refusals.push(`${request.method} ${request.path}: ${given.refused}`);
    return send(response, given);
  };

  const server = createServer((incoming, response) => {
    response.on('error', () => {});
    answer(incoming, response).catch((error: unknown) => {
      refusals.push(`the server failed: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    apiUrl: `${url}/api`,
    repository,
    bare,
    state,
    requests,
    refusals,
    git,
    issueToken: (permissions) => {
      const token = `ghs_scripted${String(tokens.size + 1).padStart(24, '0')}`;
      tokens.set(token, permissions);
      return token;
    },
    script: (answer) => (scripted = answer),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** From `Authorization: Bearer …`, `token …` or, as git sends it, `Basic` with any user. */
function tokenOf({ headers }: IncomingMessage): string | null {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (/^(?:bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return null;
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}

async function bodyOf(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function send(response: ServerResponse, { status, body, headers = {} }: ApiAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
