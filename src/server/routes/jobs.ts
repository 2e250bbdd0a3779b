/** Conversations with Claude that are under way, or were lately. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { nothing, planIdOf, planRef } from '../ids.ts';
import { PAGE, pageOf } from '../paging.ts';
import { Refusal } from '../problem.ts';
import { answers, type Api, type Server } from '../server.ts';
import { Job, JobEventsShape } from '../shape.ts';
import { IdParam } from './looking.ts';

/** What takes minutes may be asked for as a job. */
export const Prefer = z.object({
  prefer: z.string().optional().describe('`respond-async`: answered at once with a job (202), whose events are at /api/events.'),
});
export const accepted = {
  202: { description: 'A job; look at it under `Location`.', content: { 'application/json': { schema: Job } } },
} as const;

const listJobs = createRoute({
  method: 'get',
  path: '/api/jobs',
  operationId: 'listJobs',
  tags: ['Plans'],
  summary: 'What takes minutes: conversations with Claude, and gates of tasks that a person has done',
  request: {
    query: z.object({
      planId: z.string().optional().describe('Only about this plan.'),
      status: Job.shape.status.optional(),
      limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.most),
      after: z.string().optional().describe('The `next` of the page before.'),
    }),
  },
  responses: answers(
    z.object({ jobs: z.array(Job), total: z.int(), next: z.string().nullable() }).meta({ id: 'JobPage' }),
    'A page of them, newest first.',
  ),
});
const getJob = createRoute({
  method: 'get',
  path: '/api/jobs/{id}',
  operationId: 'getJob',
  tags: ['Plans'],
  summary: 'A job, and what came of it',
  request: { params: IdParam },
  responses: answers(Job, 'The job.'),
});
const getJobEvents = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/events',
  operationId: 'listJobEvents',
  tags: ['Plans'],
  summary: 'What a conversation has said so far',
  request: { params: IdParam },
  responses: answers(JobEventsShape, 'All of it; what comes is at /api/events.'),
});
const stopJob = createRoute({
  method: 'delete',
  path: '/api/jobs/{id}',
  operationId: 'stopJob',
  tags: ['Plans'],
  summary: 'Stop a job; nothing half-written is left',
  request: { params: IdParam },
  responses: answers(Job, 'The job, which will have ended soon.'),
});

export function jobRoutes(app: Api, server: Server): void {
  const { registry, jobs } = server;
  app.openapi(listJobs, (context) => {
    const { planId, status, limit, after } = context.req.valid('query');
    const ref = planId === undefined ? null : planRef(registry, planId);
    const about = ref === null ? null : planIdOf(ref.served, ref.plan);
    const wanted = jobs.all.filter((job) => (about === null || job.planId === about) && (status === undefined || job.status === status));
    const { page, total, next } = pageOf(wanted, { after, limit, keyOf: ({ startedAt }) => startedAt, descending: true });
    return context.json({ jobs: [...page], total, next }, 200);
  });
  app.openapi(getJob, (context) => context.json(jobNamed(server, context.req.valid('param').id), 200));
  app.openapi(getJobEvents, (context) => {
    const { id } = context.req.valid('param');
    const events = jobs.events(id);
    if (events === null) throw nothing('job', id);
    return context.json({ events: events.all.slice(), seq: events.seq }, 200);
  });
  app.openapi(stopJob, (context) => {
    const { id } = context.req.valid('param');
    const job = jobNamed(server, id);
    if (!jobs.stop(id)) throw new Refusal('conflict', 'This job has ended already.');
    return context.json(job, 200);
  });
}

function jobNamed({ jobs }: Server, id: string): Job {
  const job = jobs.find(id);
  if (job === null) throw nothing('job', id);
  return job;
}

export function isAsync(prefer: string | undefined): boolean {
  return /(?:^|[\s,;])respond-async(?:$|[\s,;])/i.test(prefer ?? '');
}
