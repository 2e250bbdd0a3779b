/** `GET /api/events`. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { nothing, planRef } from '../ids.ts';
import { PROBLEMS, type Api, type Server } from '../server.ts';
import { StreamEvent } from '../shape-events.ts';
import { STREAM_HEADERS } from '../stream.ts';

const stream = createRoute({
  method: 'get',
  path: '/api/events',
  operationId: 'streamEvents',
  tags: ['Events'],
  summary: 'What happens, as it happens',
  description:
    'Server-sent events: each `data` is a StreamEvent. The first says whether it goes on where `Last-Event-ID` (which a browser sends by itself) says; where it does not, look at everything anew, but for what was answered at its `moment`: a request with `Prefer: moment` is told in `Plans-Moment` at which one. Events of runs and plans come from the store and outlast the server; output comes from the logs.',
  request: {
    query: z.object({
      repositoryId: z.string().optional().describe('Only of this repository.'),
      planId: z.string().optional().describe('Only of this plan.'),
      output: z.enum(['true', 'false']).default('true').describe('Whether the output of agents and gates is streamed.'),
      after: z.string().optional().describe('In place of `Last-Event-ID`.'),
    }),
  },
  responses: {
    200: { description: 'The stream.', content: { 'text/event-stream': { schema: StreamEvent } } },
    ...PROBLEMS,
  },
});

export function eventRoutes(app: Api, { registry, streams }: Server): void {
  app.openapi(stream, (context) => {
    const { repositoryId, planId, output, after } = context.req.valid('query');
    const ref = planId === undefined ? null : planRef(registry, planId);
    const served = repositoryId === undefined ? (ref?.served ?? null) : (registry.find(repositoryId) ?? null);
    if (repositoryId !== undefined && served === null) throw nothing('repository', repositoryId);
    // A stream that nobody reads would never end.
    if (context.req.method === 'HEAD') return context.body(null, 200, STREAM_HEADERS) as never;
    const last = after ?? context.req.header('last-event-id') ?? null;
    return streams.open({ last, served, plan: ref?.plan ?? null, output: output === 'true' });
  });
}
