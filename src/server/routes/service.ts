/** The server about itself: health, readiness, its description, and signing in. */
import { createRoute } from '@hono/zod-openapi';
import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Context } from 'hono';
import { COOKIE, type Access, type Right } from '../access.ts';
import { addressOf } from '../headers.ts';
import { loginPage } from '../login.ts';
import { metricsText } from '../metrics.ts';
import { Refusal } from '../problem.ts';
import { referencePage, referenceScript, REFERENCE_STYLE } from '../reference.ts';
import { answers, type Api, type Server } from '../server.ts';

/** Of the cookie. Seconds. */
const SESSION_SECONDS = 30 * 24 * 3600;

const Health = z
  .object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.number(), authentication: z.enum(['none', 'token']) })
  .meta({ id: 'Health' });
const Ready = z.object({ status: z.literal('ready'), repositories: z.int(), streams: z.int() }).meta({ id: 'Readiness' });
const Session = z.object({ right: z.enum(['read', 'write']) }).meta({ id: 'Session' });

const health = createRoute({
  method: 'get',
  path: '/api/health',
  operationId: 'getHealth',
  tags: ['Service'],
  summary: 'Whether the server lives',
  security: [],
  responses: answers(Health, 'It lives.'),
});
const ready = createRoute({
  method: 'get',
  path: '/api/ready',
  operationId: 'getReadiness',
  tags: ['Service'],
  summary: 'Whether it can answer: every repository can be read',
  responses: answers(Ready, 'It can.'),
});
const session = createRoute({
  method: 'get',
  path: '/api/session',
  operationId: 'getSession',
  tags: ['Service'],
  summary: 'What you may do',
  responses: answers(Session, 'Your right.'),
});
const signIn = createRoute({
  method: 'post',
  path: '/api/session',
  operationId: 'signIn',
  tags: ['Service'],
  summary: 'Have a browser keep a cookie in place of the token',
  security: [],
  request: { body: { required: true, content: { 'application/json': { schema: z.object({ token: z.string().min(1).max(500) }) } } } },
  responses: answers(Session, 'Signed in.'),
});

export function serviceRoutes(app: Api, server: Server): void {
  const { registry, streams, access, version, startedAt } = server;
  app.openapi(health, (context) =>
    context.json(
      {
        status: 'ok' as const,
        version,
        uptimeSeconds: Math.round((server.now().getTime() - startedAt) / 1000),
        authentication: access.isGuarded ? ('token' as const) : ('none' as const),
      },
      200,
    ),
  );
  app.openapi(ready, async (context) => {
    for (const { workspace } of registry.all) await workspace.git.head();
    return context.json({ status: 'ready' as const, repositories: registry.all.length, streams: streams.size }, 200);
  });
  app.openapi(session, (context) => {
    const right = access.rightOfRequest(context);
    if (right === null) throw new Refusal('unauthorized', 'You are not signed in.');
    return context.json({ right }, 200);
  });
  app.openapi(signIn, (context) => {
    const { token } = context.req.valid('json');
    const right = rightOf(server, context, token);
    if (right === null) throw new Refusal('unauthorized', 'This is not the token that the server has printed.');
    keepSession(context, access, token);
    return context.json({ right }, 200);
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: COOKIE });
  const described = {
    openapi: '3.1.0',
    info: {
      title: 'Plans',
      version,
      description:
        'Plans as files, tasks as commits: what the CLI can do, over HTTP. Every write is an edit of the plan file and a commit. Problems are RFC 9457.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }, {}],
    tags: TAGS,
  };
  let document: unknown = null;
  // Made at the first request, when every route is there.
  app.get('/api/openapi.json', (context) => context.json((document ??= mended(app.getOpenAPI31Document(described))) as object));
  app.get('/login', (context) => context.html(loginPage('')));
  app.post('/login', async (context) => {
    const { token } = await context.req.parseBody();
    try {
      if (typeof token !== 'string' || rightOf(server, context, token) === null)
        return context.html(loginPage('This is not the token that the server has printed.'), 401);
    } catch (error) {
      if (error instanceof Refusal) return context.html(loginPage(error.message), 429, error.headers);
      throw error;
    }
    keepSession(context, access, token);
    return context.redirect('/', 303);
  });
  app.get('/metrics', async (context) =>
    context.body(await metricsText(server), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.get('/api/docs', (context) => context.html(referencePage()));
  app.get('/api/docs/reference.js', (context) =>
    context.body(referenceScript(), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/api/docs/reference.css', (context) => context.body(REFERENCE_STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
}

/** What may be null and is described elsewhere comes out of the library as both at once, which nothing is: it is one or the other. */
function mended(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(mended);
  if (typeof part !== 'object' || part === null) return part;
  const { allOf, ...rest } = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, mended(value)]));
  if (!Array.isArray(allOf)) return allOf === undefined ? rest : { ...rest, allOf };
  const parts = allOf as readonly Readonly<Record<string, unknown>>[];
  const isNullable = parts.some(({ type }) => Array.isArray(type) && type.includes('null'));
  if (!isNullable) return { ...rest, allOf };
  const { description } = parts.find((each) => 'description' in each) ?? {};
  const said = description === undefined ? {} : { description };
  return { ...rest, ...said, anyOf: [...parts.filter((each) => '$ref' in each), { type: 'null' }] };
}

/** What a token that somebody signs in with allows; null for one that is none. */
function rightOf({ access, guesses }: Server, context: Context, token: string): Right | null {
  if (!access.isGuarded) return null;
  const address = addressOf(context);
  guesses.check(address);
  const right = access.rightOf(token);
  if (right === null) guesses.wrong(address);
  return right;
}

/** A cookie that only this site sends back, and that no script can read. */
function keepSession(context: Context, access: Access, token: string): void {
  const secure = new URL(context.req.url).protocol === 'https:' || context.req.header('x-forwarded-proto') === 'https';
  setCookie(context, COOKIE, access.sessionOf(token), { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: SESSION_SECONDS, secure });
}

const TAGS = [
  { name: 'Plans', description: 'Plans: list, read, write.' },
  { name: 'Phases', description: 'Phases of a plan.' },
  { name: 'Tasks', description: 'Tasks: what they ask for, and what became of them.' },
  { name: 'Reviews', description: 'Suggestions for a plan, and a person’s word on them.' },
  { name: 'Executions', description: 'Runs: begin, pause, resume, cancel, look.' },
  { name: 'Repositories', description: 'What is served, its config and its figures.' },
  { name: 'Events', description: 'What happens, as it happens.' },
  { name: 'Service', description: 'The server about itself.' },
];
