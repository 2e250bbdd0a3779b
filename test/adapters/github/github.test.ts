import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGitHub } from '../../../src/adapters/github/open.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly body: unknown;
}
interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

let asked: Asked[];
let waited: number[];
let answer: (request: Asked) => Said;
let server: ReturnType<typeof createServer>;
let url: string;

beforeEach(async () => {
  asked = [];
  waited = [];
  server = createServer((request, response) => {
    const respond = (body: unknown): void => {
      const { method = '', url: path = '', headers } = request;
      const made = { method, path, token: headers.authorization, body };
      asked.push(made);
      const { status = 200, headers: given = {}, body: value = {} } = answer(made);
      response.writeHead(status, given).end(typeof value === 'string' ? value : JSON.stringify(value));
    };
    bodyOf(request).then(respond, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Buffer));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}

const open = () =>
  openGitHub(
    {
      apiUrl: url,
      token: 'tok',
      pause: (ms) => {
        waited.push(ms);
        return Promise.resolve();
      },
    },
    'ada/tips',
  );
const comment = (id: number, login: string, body: string) => ({ id, html_url: `https://x/${id}`, body, user: { login } });
const side = (ref: string, id: number | null) => ({ ref, sha: 'a'.repeat(40), repo: id === null ? null : { id } });
const isViewer = ({ path }: Asked) => path === '/graphql';
const viewer: Said = { body: { data: { viewer: { login: 'github-actions[bot]' } } } };

describe('the one comment', () => {
  const MARKER = '<!-- plans:review -->';

  it('is written where there is none, though somebody else has written the marker', async () => {
    answer = (request) => {
      if (isViewer(request)) return viewer;
      if (request.method === 'GET')
        return { body: [comment(1, 'mallory', `${MARKER}\nmine`), comment(2, 'github-actions[bot]', `see ${MARKER}`)] };
      return { status: 201, body: comment(3, 'github-actions[bot]', 'x') };
    };
    expect(await open().upsertComment(7, MARKER, 'hello')).toMatchObject({ id: 3 });
    expect(asked.at(-1)).toMatchObject({ method: 'POST', path: '/repos/ada/tips/issues/7/comments', body: { body: `${MARKER}\nhello` } });
  });

  it('is updated in place, on whichever page it stands', async () => {
    answer = (request) => {
      if (isViewer(request)) return viewer;
      if (request.method === 'PATCH') return { body: comment(9, 'github-actions[bot]', 'x') };
      if (request.path.includes('page=2')) return { body: [comment(9, 'github-actions[bot]', `${MARKER}\r\nold`)] };
      return { headers: { link: `<${url}/repos/ada/tips/issues/7/comments?page=2>; rel="next"` }, body: [comment(1, 'ada', 'hi')] };
    };
    await open().upsertComment(7, MARKER, 'new');
    expect(asked.at(-1)).toMatchObject({ method: 'PATCH', path: '/repos/ada/tips/issues/comments/9', body: { body: `${MARKER}\nnew` } });
  });

  it('does not follow a next page to another host: the token is GitHub’s alone', async () => {
    answer = (request) => {
      if (isViewer(request)) return viewer;
      if (request.method === 'GET') return { headers: { link: '<http://localhost:1/steal>; rel="next"' }, body: [] };
      return { status: 201, body: comment(3, 'github-actions[bot]', 'x') };
    };
    expect(await open().upsertComment(7, MARKER, 'x')).toMatchObject({ id: 3 });
  });
});

describe('a call', () => {
  it('encodes what comes from outside', async () => {
    answer = () => ({ body: { permission: 'none' } });
    expect(await open().permission('../../../admin?x=1')).toBe('none');
    expect(asked[0]?.path).toBe('/repos/ada/tips/collaborators/..%2F..%2F..%2Fadmin%3Fx%3D1/permission');
  });

  it('is made again after a failure of the server, with pauses that grow', async () => {
    answer = () => (asked.length < 3 ? { status: 502, body: '<html>' } : { body: { permission: 'write' } });
    expect(await open().permission('ada')).toBe('write');
    expect(waited).toEqual([1000, 2000]);
  });

  it('that makes something is not made twice, but where a limit refused it', async () => {
    answer = () => ({ status: 502, body: '' });
    await expect(open().comment(1, 'x')).rejects.toThrow('GitHub could not comment on #1 (502: Bad Gateway). Run the job again.');
    expect(asked).toHaveLength(1);
    answer = () =>
      asked.length < 3
        ? { status: 403, headers: { 'retry-after': '7' }, body: { message: 'secondary rate limit' } }
        : { body: comment(1, 'x', 'x') };
    await open().comment(1, 'x');
    expect(waited).toEqual([7000]);
  });

  it('knows a limit without a time, by what GitHub says or counts, and waits a minute', async () => {
    const reset = String(Math.floor(Date.now() / 1000) - 5);
    const limits: readonly Said[] = [
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
      { status: 429, body: { message: 'Too many requests' } },
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, body: { message: 'API rate limit exceeded' } },
    ];
    answer = () => limits[asked.length - 1] ?? { body: { permission: 'write' } };
    expect(await open().permission('ada')).toBe('write');
    expect(waited).toEqual([60_000, 60_000, 0]);
  });

  it('says when a limit ends that is too far away, and does not ask for a permission', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1_805) };
    answer = () => ({ status: 403, headers, body: { message: 'API rate limit exceeded' } });
    const said = await open()
      .permission('ada')
      .catch((error: unknown) => String(error));
    expect(said).toMatch(/GitHub limits how often it may be asked.*Run the job again in 3[01] min\.$/);
    expect(waited).toEqual([]);
  });

  it('knows that an App is no collaborator', async () => {
    answer = () => ({ status: 404, body: { message: 'Copilot is not a user' } });
    expect(await open().permission('Copilot')).toBe('none');
  });

  it('does not wait for an hour', async () => {
    answer = () => ({ status: 429, headers: { 'retry-after': '3600' }, body: { message: 'later' } });
    await expect(open().permission('ada')).rejects.toThrow('429: later');
    expect(waited).toEqual([]);
  });

  it.each([
    [401, 'GitHub does not know the token that is to read what ada may do: no. Give the action a valid "token".'],
    [403, 'The job needs "contents: read" under "permissions:"'],
    [422, 'GitHub could not read what ada may do (422: no; {"field":"head"}).'],
  ])('that is refused with %i says what to do', async (status, text) => {
    answer = () => ({ status, body: { message: 'no', ...(status === 422 ? { errors: [{ field: 'head' }] } : {}) } });
    await expect(open().permission('ada')).rejects.toThrow(text);
  });

  it('says where nobody answers, and never the token', async () => {
    const github = openGitHub({ apiUrl: 'http://127.0.0.1:1', token: 'tok-secret', pause: () => Promise.resolve() }, 'ada/tips');
    const failure = await github.permission('ada').catch((error: unknown) => String(error));
    expect(failure).toContain('GitHub at http://127.0.0.1:1 could not be reached to read what ada may do');
    expect(failure).not.toContain('secret');
  });
});

const pull = (number: number, head: unknown) => ({
  number,
  html_url: 'https://x',
  title: 't',
  body: null,
  state: 'open',
  head,
  base: side('main', 1),
});

describe('a pull request', () => {
  it('of a branch is one of this repository, not of a fork with a branch of that name', async () => {
    answer = () => ({ body: [pull(1, side('plans/tips', 2)), pull(2, side('plans/tips', null)), pull(3, side('plans/tips', 1))] });
    expect(await open().openPull('plans/tips', 'main')).toMatchObject({ number: 3, state: 'open', body: '' });
    expect(asked[0]?.path).toContain('head=ada%3Aplans%2Ftips');
  });

  const made = { head: 'plans/tips', base: 'main', title: 't', body: 'b' };

  it('is opened once GitHub has seen the branch that was just pushed', async () => {
    const unseen = { message: 'Validation Failed', errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] };
    let tries = 0;
    answer = ({ method }) => {
      if (method === 'GET') return { body: [] };
      return (tries += 1) < 3 ? { status: 422, body: unseen } : { status: 201, body: pull(4, side('plans/tips', 1)) };
    };
    expect(await open().createPull(made)).toMatchObject({ number: 4 });
    expect(waited).toEqual([2000, 4000]);
  });

  it('that is there after an answer that was lost is not opened twice', async () => {
    answer = ({ method }) => {
      if (method === 'POST') return { status: 502, body: '' };
      return { body: method === 'GET' ? [pull(4, side('plans/tips', 1))] : pull(4, side('plans/tips', 1)) };
    };
    expect(await open().createPull(made)).toMatchObject({ number: 4 });
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'PATCH']);
  });

  it('that the settings forbid says which', async () => {
    answer = () => ({ status: 403, body: { message: 'GitHub Actions is not permitted to create or approve pull requests.' } });
    await expect(open().createPull(made)).rejects.toThrow('“Allow GitHub Actions to create and approve pull requests”');
    expect(asked).toHaveLength(1);
  });
});
