/** Runs as they are begun and steered: each a change of the plan file, and a process of its own that obeys it. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { beginRun } from '../../engine/begin-run.ts';
import { stopNow } from '../../engine/control.ts';
import { say } from '../../engine/say.ts';
import { callerOf, checkRevision, inTurn, revisionIn } from '../change.ts';
import { nothing, partIn, planRef, type PlanRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { ApiPlan } from '../shape.ts';
import { IdParam } from './looking.ts';
import { IfMatch } from './plans.ts';

const { status } = ApiPlan.shape;
export const Begun = z
  .object({
    executionId: z
      .string()
      .nullable()
      .describe('Null where it waits still, as for a lease of another machine: it is at /api/executions once it has begun.'),
    status,
  })
  .meta({ id: 'BegunExecution' });
export const Paused = z
  .object({ status, currentPhaseId: z.string().nullable(), currentTaskId: z.string().nullable() })
  .meta({ id: 'PausedExecution' });
const Cancelled = z.object({ status: z.literal('failed'), reason: z.literal('cancelled_by_user') }).meta({ id: 'CancelledExecution' });

export const Execute = z
  .strictObject({
    startFrom: z.enum(['beginning', 'current', 'phase', 'task']).default('current'),
    targetId: z.string().optional().describe('The phase or task to begin with; what is open before it stays open.'),
  })
  .meta({ id: 'ExecutePlan' });
export const Pause = z
  .strictObject({ now: z.boolean().default(false).describe('Stop what runs at once; what it has done is kept.') })
  .meta({ id: 'PausePlan' });

const optional = <T extends z.ZodType>(schema: T) => ({ body: { content: { 'application/json': { schema } } } });

const execute = createRoute({
  method: 'post',
  path: '/api/plans/{id}/execute',
  operationId: 'executePlan',
  tags: ['Executions'],
  summary: 'Run a plan',
  description: 'The same as `plans run`: a process of its own, which goes on when the server ends. Its events are at /api/events.',
  request: {
    params: IdParam,
    headers: IfMatch,
    ...optional(Execute),
  },
  responses: answers(Begun, 'It runs.'),
});
const pause = createRoute({
  method: 'post',
  path: '/api/plans/{id}/pause',
  operationId: 'pausePlan',
  tags: ['Executions'],
  summary: 'Let the task that runs finish, and pause',
  request: {
    params: IdParam,
    ...optional(Pause),
  },
  responses: answers(Paused, 'The plan says so; a runner obeys at its next boundary.'),
});
const resume = createRoute({
  method: 'post',
  path: '/api/plans/{id}/resume',
  operationId: 'resumePlan',
  tags: ['Executions'],
  summary: 'Go on with a paused or cancelled plan',
  request: { params: IdParam },
  responses: answers(Begun, 'It runs.'),
});
const cancel = createRoute({
  method: 'post',
  path: '/api/plans/{id}/cancel',
  operationId: 'cancelPlan',
  tags: ['Executions'],
  summary: 'Give a plan up: what runs is stopped, and nothing else starts',
  request: { params: IdParam },
  responses: answers(Cancelled, 'It is given up; `resume` takes that back.'),
});

export function steeringRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(execute, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { startFrom, targetId } = Execute.parse(context.req.valid('json') ?? {});
    const expected = revisionIn(context);
    const from = fromOf(ref, startFrom, targetId);
    const executionId = await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      return begin(server, ref, from);
    });
    return context.json({ executionId, status: await statusOf(ref) }, 200);
  });

  app.openapi(pause, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { now } = Pause.parse(context.req.valid('json') ?? {});
    await inTurn(ref, async () => {
      const { holder, elsewhere = false } = await say(callerOf(server, ref), { type: 'pause', now });
      const refused = now && holder !== null && !elsewhere ? stopNow(holder) : null;
      if (refused !== null) throw new Refusal('conflict', refused);
    });
    const { plan } = await readPlan(ref);
    return context.json({ status: plan.status, currentPhaseId: plan.currentPhaseId, currentTaskId: plan.currentTaskId }, 200);
  });

  app.openapi(resume, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const executionId = await inTurn(ref, async () => {
      const { holder } = await say(callerOf(server, ref), { type: 'resume' });
      return holder === null ? begin(server, ref, []) : `${ref.served.id}:${holder.run}`;
    });
    return context.json({ executionId, status: await statusOf(ref) }, 200);
  });

  app.openapi(cancel, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    await inTurn(ref, () => say(callerOf(server, ref), { type: 'cancel' }));
    return context.json({ status: 'failed' as const, reason: 'cancelled_by_user' as const }, 200);
  });
}

/** A run that has begun may not have written so yet. */
async function statusOf(ref: PlanRef): Promise<z.infer<typeof status>> {
  const { plan } = await readPlan(ref);
  return plan.executionId === null ? plan.status : 'running';
}

async function begin({ limits, env }: Server, { served, plan }: PlanRef, from: readonly string[]): Promise<string | null> {
  limits.runs.take();
  const run = await beginRun(served.workspace, plan, { from, env });
  return run === null ? null : `${served.id}:${run}`;
}

/** As the command line says it. */
function fromOf(ref: PlanRef, startFrom: 'beginning' | 'current' | 'phase' | 'task', targetId: string | undefined): readonly string[] {
  if (startFrom === 'current' || startFrom === 'beginning') {
    if (targetId !== undefined) throw new Refusal('invalid-request', '"targetId" goes with the "startFrom" of a phase or a task.');
    return startFrom === 'current' ? [] : ['--from', 'beginning'];
  }
  const slug = partIn(ref, targetId ?? '');
  if (slug === '') throw new Refusal('invalid-request', `To begin at a ${startFrom}, say which: "targetId".`);
  // It becomes a word of a command line.
  if (!/^[\p{L}\p{N}]/u.test(slug) || /\s/.test(slug)) throw nothing(startFrom, targetId ?? '');
  return ['--from', startFrom, slug];
}
