/** A server's app over real repositories in temporary folders, asked without a socket. */
import { join } from 'node:path';
import { Access, type AccessOptions } from '../../src/server/access.ts';
import { createApp } from '../../src/server/app.ts';
import { Jobs } from '../../src/server/jobs.ts';
import { Guesses, RateLimit } from '../../src/server/limits.ts';
import { Requests } from '../../src/server/requests.ts';
import { openRegistry } from '../../src/server/served.ts';
import { Streams } from '../../src/server/stream.ts';
import type { StreamEvent } from '../../src/server/shape-events.ts';
import { createRepository, type Repository } from '../support/repository.ts';

interface Asked {
  readonly status: number;
  readonly headers: Headers;
  // Answers are looked at as JSON, whatever their shape.
  readonly body: any;
}

export interface TestServer extends AsyncDisposable {
  readonly repository: Repository;
  readonly repositories: readonly Repository[];
  /** Ids of the repositories, in their order. */
  readonly ids: readonly string[];
  /** What the server would have printed: bugs. */
  readonly notices: string[];
  ask(path: string, init?: RequestInit): Promise<Asked>;
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Asked>;
  /** Ends the server; the repositories stay. */
  stop(): Promise<void>;
  /** The answer itself. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The events of a stream as they come; `until` ends it. */
  events(path: string, until: (event: StreamEvent) => boolean, headers?: Readonly<Record<string, string>>): Promise<Streamed>;
}

interface Streamed {
  readonly events: readonly StreamEvent[];
  /** The last `id:` of the stream. */
  readonly last: string;
}

const NO_TOKEN: AccessOptions = { token: null, readToken: null };

interface Options {
  readonly access?: AccessOptions;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** So many may be begun. */
  readonly runs?: number;
}

/** Serves repositories whose files are given, each with its first commit. */
export async function testServer(files: readonly Readonly<Record<string, string>>[], options: Options = {}): Promise<TestServer> {
  const repositories = [];
  for (const [index, each] of files.entries()) repositories.push(await createRepository({ NUMBER: String(index), ...each }));
  return serverOver(repositories, options);
}

/** The same over repositories that are there. */
export async function serverOver(
  repositories: readonly Repository[],
  { access = NO_TOKEN, env = process.env, runs = 1_000 }: Options = {},
): Promise<TestServer> {
  const [repository] = repositories;
  if (repository === undefined) throw new Error('a server needs a repository');
  const notices: string[] = [];
  const registry = await openRegistry(
    repositories.map(({ root }) => root),
    { notice: (text) => notices.push(text) },
  );
  const streams = new Streams(registry);
  const rate = { burst: 1_000, perMinute: 1_000 };
  const server = {
    registry,
    streams,
    access: new Access(access),
    env,
    version: '1.2.3',
    startedAt: Date.now(),
    guesses: new Guesses(),
    limits: { planner: new RateLimit('Asking Claude', rate), runs: new RateLimit('A run', { burst: runs, perMinute: 1 }) },
    requests: new Requests(),
    jobs: new Jobs((text) => notices.push(text)),
    now: () => new Date(),
  };
  for (const served of registry.all) server.jobs.restore(served);
  const app = createApp(server, {
    hosts: ['plans.example'],
    webFolder: join(repository.root, 'web'),
    notice: (text) => notices.push(text),
  });
  const fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('host')) headers.set('host', 'localhost:4280');
    return app.request(`http://localhost:4280${path}`, { ...init, headers });
  };
  const ask = async (path: string, init: RequestInit = {}): Promise<Asked> => {
    const response = await fetch(path, init);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  };
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    streams.close();
    await server.jobs.close();
    await registry.close();
  };
  return {
    repository,
    repositories,
    ids: registry.all.map(({ id }) => id),
    notices,
    fetch,
    ask,
    send: (method, path, body, headers = {}) =>
      ask(path, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    events: async (path, until, headers = {}) => readStream(await fetch(path, { headers }), until),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      for (const each of repositories) await each.dispose();
    },
  };
}

/** Reads a stream until an event says that it is enough, and all of its last block. */
async function readStream(response: Response, until: (event: StreamEvent) => boolean): Promise<Streamed> {
  const events: StreamEvent[] = [];
  let last = '';
  let text = '';
  const decoder = new TextDecoder();
  if (response.body === null) throw new Error('the stream has no body');
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    let enough = false;
    for (const block of blocks) {
      for (const line of block.split('\n')) {
        if (line.startsWith('id: ')) last = line.slice(4);
        if (line.startsWith('data: ')) {
          const event = JSON.parse(line.slice(6)) as StreamEvent;
          events.push(event);
          enough ||= until(event);
        }
      }
    }
    if (enough) break;
  }
  return { events, last };
}

/** The plan that most tests begin with. */
export const PLAN = `---
status: ready
---

# Greet

Say hello to everybody.

## Write

- [ ] Write the greeting

  \`\`\`yaml
  id: greeting
  run: echo hello > hello.txt
  \`\`\`

  In **plain** words.

- [ ] Write the farewell

  \`\`\`yaml
  id: farewell
  dependsOn: [greeting]
  run: echo bye > bye.txt
  \`\`\`

## Look

\`\`\`yaml
executionMode: manual
\`\`\`

- [ ] Read it aloud

  \`\`\`yaml
  id: read
  assignee: human
  \`\`\`
`;
