/** Runs: those of this machine, whoever started them. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { isAlive } from '../../adapters/process/identity.ts';
import type { RunRecord } from '../../adapters/store/store.ts';
import { PublishedEvent } from '../../core/event.ts';
import { nothing, planIdOf, planRef } from '../ids.ts';
import { PAGE, pageOf } from '../paging.ts';
import type { Registry, Served } from '../served.ts';
import { answers, type Api, type Server } from '../server.ts';
import { Execution } from '../shape.ts';
import { IdParam } from './looking.ts';

/** Events in one answer. */
const MAX_EVENTS = 1_000;

const list = createRoute({
  method: 'get',
  path: '/api/executions',
  operationId: 'listExecutions',
  tags: ['Executions'],
  summary: 'Runs that this machine knows of, newest first',
  request: {
    query: z.object({
      planId: z.string().optional(),
      repositoryId: z.string().optional(),
      live: z.enum(['true', 'false']).optional().describe('Only those that run now, or only those that do not.'),
      limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.standard),
      after: z.string().optional().describe('The `next` of the page before.'),
    }),
  },
  responses: answers(
    z.object({ executions: z.array(Execution), total: z.int(), next: z.string().nullable() }).meta({ id: 'ExecutionPage' }),
    'A page of them.',
  ),
});
const get = createRoute({
  method: 'get',
  path: '/api/executions/{id}',
  operationId: 'getExecution',
  tags: ['Executions'],
  summary: 'A run',
  request: { params: IdParam },
  responses: answers(Execution, 'The run.'),
});
const events = createRoute({
  method: 'get',
  path: '/api/executions/{id}/events',
  operationId: 'listExecutionEvents',
  tags: ['Executions'],
  summary: 'What happened in a run, its output apart',
  request: {
    params: IdParam,
    query: z.object({
      after: z.coerce.number().int().min(0).default(0).describe('The `seq` of the last event that you have.'),
      limit: z.coerce.number().int().min(1).max(MAX_EVENTS).default(MAX_EVENTS),
    }),
  },
  responses: answers(z.object({ events: z.array(PublishedEvent) }).meta({ id: 'ExecutionEvents' }), 'In their order.'),
});

export function executionRoutes(app: Api, { registry }: Server): void {
  app.openapi(list, (context) => {
    const { planId, repositoryId, live, limit, after } = context.req.valid('query');
    const ref = planId === undefined ? null : planRef(registry, planId);
    if (repositoryId !== undefined && registry.find(repositoryId) === undefined) throw nothing('repository', repositoryId);
    const served = registry.all.filter(
      (one) => (ref === null || one === ref.served) && (repositoryId === undefined || one.id === repositoryId),
    );
    const all = served.flatMap((one) =>
      one.workspace
        .store()
        .runs(ref?.plan)
        .map((run) => executionOf(one, run)),
    );
    const wanted = all.filter((run) => live === undefined || run.live === (live === 'true'));
    const { page, total, next } = pageOf(wanted, { after, limit, keyOf: ({ startedAt }) => startedAt, descending: true });
    return context.json({ executions: [...page], total, next }, 200);
  });
  app.openapi(get, (context) => {
    const { served, run } = executionNamed(registry, context.req.valid('param').id);
    return context.json(executionOf(served, run), 200);
  });
  app.openapi(events, (context) => {
    const { after, limit } = context.req.valid('query');
    const { served, run } = executionNamed(registry, context.req.valid('param').id);
    const found = served.workspace.store().events(run.id, after).slice(0, limit);
    return context.json({ events: found.map(({ json }) => JSON.parse(json) as PublishedEvent) }, 200);
  });
}

export function executionNamed(registry: Registry, id: string): { readonly served: Served; readonly run: RunRecord } {
  const at = id.indexOf(':');
  const served = at < 0 && registry.all.length === 1 ? registry.all[0] : registry.find(id.slice(0, at));
  const run = served?.workspace
    .store()
    .runs()
    .find((one) => one.id === id.slice(at + 1));
  if (served === undefined || run === undefined) throw nothing('execution', id);
  return { served, run };
}

function executionOf(served: Served, run: RunRecord): Execution {
  const { id, planId, pid, pidStart, startedAt, endedAt, outcome } = run;
  const live = endedAt === null && isAlive(pid, pidStart);
  return {
    id: `${served.id}:${id}`,
    planId: planIdOf(served, planId),
    repositoryId: served.id,
    pid,
    startedAt,
    endedAt,
    outcome,
    live,
    tasks: live ? served.workspace.store().openAttempts(id).slice() : [],
  };
}
