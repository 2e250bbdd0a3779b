/** The server as a function from requests to answers: safety first, then the routes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { sameSite } from './access.ts';
import { headerOf, SAFETY_HEADERS, safetyHeaders } from './headers.ts';
import { bounded, jsonOnly } from './limits.ts';
import { mcpRoute } from './mcp/http.ts';
import { answerOf, Refusal, refusalOf } from './problem.ts';
import { comparisonRoutes } from './routes/comparisons.ts';
import { diffRoutes } from './routes/diffs.ts';
import { doctorRoutes } from './routes/doctor.ts';
import { eventRoutes } from './routes/events.ts';
import { exchangeRoutes } from './routes/exchange.ts';
import { executionRoutes } from './routes/executions.ts';
import { attemptRoutes } from './routes/attempts.ts';
import { figureRoutes } from './routes/figures.ts';
import { jobRoutes } from './routes/jobs.ts';
import { leftoverRoutes } from './routes/leftovers.ts';
import { logRoutes } from './routes/logs.ts';
import { lookingRoutes } from './routes/looking.ts';
import { phaseRoutes } from './routes/phases.ts';
import { planRoutes } from './routes/plans.ts';
import { promptRoutes } from './routes/prompts.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { rollbackRoutes } from './routes/rollback.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { serviceRoutes } from './routes/service.ts';
import { steeringRoutes } from './routes/steering.ts';
import { taskRoutes } from './routes/tasks.ts';
import { newApi, type Api, type Server } from './server.ts';
import { staticFiles } from './static.ts';

export interface AppOptions {
  /** Names by which the server may be called, beyond those of the loopback interface. */
  readonly hosts: readonly string[];
  /** It listens on all addresses of the machine, and may be called by any. */
  readonly anyAddress?: boolean;
  /** Absolute; where the built dashboard is. */
  readonly webFolder: string;
  /** Told what no request was told: bugs. */
  readonly notice: (text: string) => void;
}

/** The routes alone, for whoever has been let in already. */
export function createRoutes(server: Server, notice: AppOptions['notice']): Api {
  const app = emptyApi(notice);
  addRoutes(app, server);
  return app;
}

/** What it refuses is a problem, and a bug is told to whoever runs the server. */
function emptyApi(notice: AppOptions['notice']): Api {
  const app = newApi();
  app.onError((error) => {
    const refusal = refusalOf(error) ?? unreadable(error);
    if (refusal !== null) return answerOf(refusal);
    notice(`plans: this is a bug in plans: ${error.stack ?? error.message}`);
    return answerOf(new Refusal('internal', 'This is a bug in plans. What the server printed says more.'));
  });
  app.notFound(({ req: { method, path } }) => {
    const shown = path.slice(0, 200);
    const allowed = methodsAt(app, path);
    if (allowed.length === 0) return answerOf(new Refusal('not-found', `There is nothing at ${method} ${shown}.`));
    const allow = allowed.join(', ');
    if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { ...SAFETY_HEADERS, allow } });
    return answerOf(new Refusal('not-allowed', `${shown} takes ${allow}, not ${method}.`, {}, { allow }));
  });
  return app;
}

/** What can be asked of a path, in the order of the alphabet. */
function methodsAt(app: Api, path: string): readonly string[] {
  const parts = path.split('/');
  const found = app.routes.filter(({ method, path: pattern }) => {
    const wanted = pattern.split('/');
    const isSame =
      wanted.length === parts.length &&
      wanted.every((part, index) => part === parts[index] || (part.startsWith(':') && parts[index] !== ''));
    return method !== 'ALL' && isSame;
  });
  const methods = new Set(found.map(({ method }) => method));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].toSorted();
}

function addRoutes(app: Api, server: Server): void {
  app.use('/api/*', async (context, next) => {
    await server.registry.refresh();
    // Before anything is read: what is answered may be newer than that, and never older.
    if (/\bmoment\b/i.test(headerOf(context, 'prefer') ?? '')) context.header('plans-moment', server.registry.moment);
    await next();
  });
  serviceRoutes(app, server);
  schemaRoutes(app);
  exchangeRoutes(app, server);
  lookingRoutes(app, server);
  attemptRoutes(app, server);
  logRoutes(app, server);
  repositoryRoutes(app, server);
  executionRoutes(app, server);
  figureRoutes(app, server);
  diffRoutes(app, server);
  planRoutes(app, server);
  phaseRoutes(app, server);
  taskRoutes(app, server);
  leftoverRoutes(app, server);
  reviewRoutes(app, server);
  promptRoutes(app, server);
  jobRoutes(app, server);
  steeringRoutes(app, server);
  rollbackRoutes(app, server);
  comparisonRoutes(app, server);
  doctorRoutes(app, server);
  eventRoutes(app, server);
}

const compressedJson = compress({ contentTypeFilter: /^application\/json/ });
/** A plan of a thousand tasks has half a megabyte, compressed a 25th of it. Who does not ask for that pays nothing for it. */
const compressedPlans: MiddlewareHandler = (context, next) =>
  /\bgzip\b/.test(headerOf(context, 'accept-encoding') ?? '') ? compressedJson(context, next) : next();

/** Makes the app. */
export function createApp(server: Server, { hosts, anyAddress = false, webFolder, notice }: AppOptions): Api {
  const app = emptyApi(notice);
  app.use(async (context, next) => {
    await next();
    server.requests.add(context.req.method, context.res.status);
  });
  app.use(safetyHeaders, sameSite(hosts, anyAddress), server.access.check, bounded, jsonOnly);
  const dashboard = [compress(), etag(), staticFiles(webFolder)] as const;
  // Where the dashboard is built it signs in itself; the plain form is for where it is not.
  if (existsSync(join(webFolder, 'index.html'))) app.get('/login', ...dashboard);
  app.use('/api/plans/*', compressedPlans);
  addRoutes(app, server);
  mcpRoute(app, server, () => createRoutes(server, notice));
  app.get('/api/*', (context) => context.notFound());
  app.get('*', ...dashboard);
  return app;
}

/** What the framework itself refuses: a body that is no JSON. */
function unreadable(error: Error): Refusal | null {
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 500;
  return status >= 400 && status < 500 ? new Refusal('bad-request', error.message) : null;
}
