/** What failed and interrupted attempts have left in the checkout: seen, put away, and brought back. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { PutAway } from '../../engine/leftovers.ts';
import { leftovers, popStash, stash } from '../../engine/stash.ts';
import { callerOf, inTurn } from '../change.ts';
import { nothing, partIdOf, partIn, partRef, planRef, type PlanRef } from '../ids.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { IdParam } from './looking.ts';

const files = z.array(z.string());
const taskId = z.string();
export const PutAwayShape = z
  .object({
    taskId,
    ref: z.string().nullable().describe('The commit of all that the attempt did; null where nothing was put away.'),
    files: files.describe('Gone from the checkout.'),
    stays: files.describe('Changed or staged by a person since, or wanted where they are.'),
  })
  .meta({ id: 'PutAway' });
export const LeftoversShape = z
  .object({
    tasks: z.array(
      z.object({
        taskId,
        files: files.describe('As its last attempt left them.'),
        changed: files.describe('Left by it, and changed or staged by a person since.'),
      }),
    ),
  })
  .meta({ id: 'Leftovers' });
export const UnstashedTask = z
  .object({ taskId, files, stays: files.describe('Not touched, as a person has something uncommitted there.') })
  .meta({ id: 'UnstashedTask' });
const Request = z.strictObject({ taskId: z.string().optional().describe('Of this task alone.') }).meta({ id: 'StashLeftovers' });

const look = createRoute({
  method: 'get',
  path: '/api/plans/{id}/leftovers',
  operationId: 'listLeftovers',
  tags: ['Tasks'],
  summary: 'What attempts at tasks that are not completed have left in the checkout',
  request: { params: IdParam },
  responses: answers(LeftoversShape, 'One entry for each task of which something is there.'),
});
const putAway = createRoute({
  method: 'post',
  path: '/api/plans/{id}/stash',
  operationId: 'stashLeftovers',
  tags: ['Tasks'],
  summary: 'Put away what attempts have left in the checkout',
  description:
    'What stands as an attempt left it goes back to what HEAD has, and is kept under a ref. Not while a runner is at work on the plan.',
  request: { params: IdParam, body: { content: { 'application/json': { schema: Request } } } },
  responses: answers(z.object({ tasks: z.array(PutAwayShape) }).meta({ id: 'StashedLeftovers' }), 'One entry for each task concerned.'),
});
const bringBack = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/unstash',
  operationId: 'unstashTask',
  tags: ['Tasks'],
  summary: 'Bring back what was put away of a task, on top of what has landed since',
  request: { params: IdParam },
  responses: answers(UnstashedTask, 'It is in the checkout again.'),
});

export function leftoverRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(look, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    await readPlan(ref);
    const found = await leftovers(callerOf(server, ref));
    const tasks = found.map(({ task, files: left, changed }) => ({ taskId: idOf(ref, task), files: [...left], changed: [...changed] }));
    return context.json({ tasks }, 200);
  });
  app.openapi(putAway, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { taskId: id } = Request.parse(context.req.valid('json') ?? {});
    const task = id === undefined ? null : partIn(ref, id);
    const gone = await inTurn(ref, async () => {
      if (task !== null) await there(ref, task);
      return stash(callerOf(server, ref), task);
    });
    return context.json({ tasks: gone.map((one) => putAwayOf(ref, one)) }, 200);
  });
  app.openapi(bringBack, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const {
      task,
      files: back,
      stays,
    } = await inTurn(ref, async () => {
      await there(ref, ref.part);
      return popStash(callerOf(server, ref), ref.part);
    });
    return context.json({ taskId: idOf(ref, task), files: [...back], stays: [...stays] }, 200);
  });
}

export function putAwayOf(ref: PlanRef, { task, ref: name, files: gone, stays }: PutAway): z.infer<typeof PutAwayShape> {
  return { taskId: idOf(ref, task), ref: name, files: [...gone], stays: [...stays] };
}

function idOf({ served, plan }: PlanRef, task: string): string {
  return partIdOf(served, plan, task);
}

/** A task that is not there is nothing that the plan does not allow: it is not found. */
async function there(ref: PlanRef, task: string): Promise<void> {
  if (!(await readPlan(ref)).tasks.some(({ slug }) => slug === task)) throw nothing('task', task);
}
