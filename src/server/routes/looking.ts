/** Plans, phases and tasks as they are. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { findTask } from '../../core/progress.ts';
import { checkText } from '../../engine/kept-reading.ts';
import { blobId } from '../../engine/plan-content.ts';
import { headerOf } from '../headers.ts';
import { partIdOf, partRef, planIdOf, planRef, nothing } from '../ids.ts';
import { PAGE, pageOf } from '../paging.ts';
import { planAnswer, readPlan, readPlans } from '../read.ts';
import { diagnosticRecord } from '../../core/record.ts';
import { answers, type Api, type Server } from '../server.ts';
import { ApiPhase, ApiPlan, ApiTask, PlanDetail, PlanPage, PlanSource, TaskSource } from '../shape.ts';

export const IdParam = z.object({ id: z.string().min(1).describe('An id, as lists give it.') });

const list = createRoute({
  method: 'get',
  path: '/api/plans',
  operationId: 'listPlans',
  tags: ['Plans'],
  summary: 'Plans, with their progress and problems',
  request: {
    query: z.object({
      repositoryId: z.string().optional().describe('Only those of this repository.'),
      status: z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']).optional(),
      valid: z.enum(['true', 'false']).optional().describe('Only those without errors, or with.'),
      q: z.string().max(200).optional().describe('Only those whose title, description or slug has these words.'),
      sort: z.enum(['updated', 'created', 'title']).default('updated').describe('The newest first, or by title.'),
      limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.standard),
      after: z.string().optional().describe('The `next` of the page before.'),
    }),
  },
  responses: answers(PlanPage, 'A page of plans.'),
});

const get = createRoute({
  method: 'get',
  path: '/api/plans/{id}',
  operationId: 'getPlan',
  tags: ['Plans'],
  summary: 'A plan with its phases, tasks and iterations',
  description: 'Its `ETag` can be sent as `If-Match` with any change of the plan: what has been changed meanwhile is not overwritten then.',
  request: { params: IdParam },
  responses: answers(PlanDetail, 'The plan.'),
});

const source = createRoute({
  method: 'get',
  path: '/api/plans/{id}/source',
  operationId: 'getPlanSource',
  tags: ['Plans'],
  summary: 'A plan as its file has it',
  request: { params: IdParam },
  responses: answers(PlanSource, 'The file.'),
});

const phase = createRoute({
  method: 'get',
  path: '/api/phases/{id}',
  operationId: 'getPhase',
  tags: ['Phases'],
  summary: 'A phase with its tasks',
  request: { params: IdParam },
  responses: answers(z.object({ phase: ApiPhase, tasks: z.array(ApiTask) }).meta({ id: 'PhaseDetail' }), 'The phase.'),
});

const task = createRoute({
  method: 'get',
  path: '/api/tasks/{id}',
  operationId: 'getTask',
  tags: ['Tasks'],
  summary: 'A task',
  request: { params: IdParam },
  responses: answers(ApiTask, 'The task.'),
});

const taskSource = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/source',
  operationId: 'getTaskSource',
  tags: ['Tasks'],
  summary: 'A task as its file has it',
  request: { params: IdParam },
  responses: answers(TaskSource, 'Its item of the list.'),
});

export function lookingRoutes(app: Api, { registry }: Server): void {
  app.openapi(list, async (context) => {
    const { repositoryId, status, valid, q, sort, limit, after } = context.req.valid('query');
    const served = repositoryId === undefined ? registry.all : [registry.find(repositoryId)];
    const all: ApiPlan[] = [];
    for (const each of served) {
      if (each === undefined) throw nothing('repository', repositoryId ?? '');
      all.push(...(await readPlans(each)));
    }
    const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = all.filter((plan) => {
      const text = `${plan.title}\n${plan.description}\n${plan.slug}`.toLowerCase();
      if (status !== undefined && plan.status !== status) return false;
      if (valid !== undefined && plan.valid !== (valid === 'true')) return false;
      return words.every((word) => text.includes(word));
    });
    const keyOf = (plan: ApiPlan) =>
      sort === 'title' ? plan.title.toLowerCase() : ((sort === 'created' ? plan.createdAt : plan.updatedAt) ?? UNCOMMITTED);
    const { page, total, next } = pageOf(wanted, { after, limit, keyOf, descending: sort !== 'title' });
    return context.json({ plans: [...page], total, next }, 200);
  });

  app.openapi(get, async (context) => {
    const { body, tag } = await planAnswer(planRef(registry, context.req.valid('param').id));
    const headers = { etag: tag, 'cache-control': 'no-cache', 'content-type': 'application/json' };
    if (isKnown(headerOf(context, 'if-none-match'), tag)) return context.body(null, 304, headers) as never;
    return context.body(body, 200, headers) as never;
  });

  app.openapi(source, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { workspace } = ref.served;
    const read = await workspace.files.readText(workspace.planPath(ref.plan));
    if (read.type === 'failed') throw nothing('plan', planIdOf(ref.served, ref.plan));
    const { diagnostics, valid } = checkText(workspace, read.text, ref.plan);
    const revision = blobId(Buffer.from(read.text));
    context.header('etag', `"${revision}"`);
    context.header('cache-control', 'no-cache');
    const found = diagnostics.map(diagnosticRecord);
    return context.json({ planId: planIdOf(ref.served, ref.plan), text: read.text, revision, valid, diagnostics: found }, 200);
  });

  app.openapi(taskSource, async (context) => {
    const { id } = context.req.valid('param');
    const ref = partRef(registry, id, 'task');
    const { workspace } = ref.served;
    const read = await workspace.files.readText(workspace.planPath(ref.plan));
    const item = read.type === 'text' ? findTask(checkText(workspace, read.text, ref.plan).plan, ref.part)?.place.item : undefined;
    if (read.type === 'failed' || item === undefined) throw nothing('task', id);
    const text = read.text.slice(item.offset, item.offset + item.length);
    return context.json({ taskId: partIdOf(ref.served, ref.plan, ref.part), text, revision: blobId(Buffer.from(read.text)) }, 200);
  });

  app.openapi(phase, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'phase');
    const { phases, tasks } = await readPlan(ref);
    const found = phases.find(({ slug }) => slug === ref.part);
    if (found === undefined) throw nothing('phase', context.req.valid('param').id);
    return context.json({ phase: found, tasks: tasks.filter(({ phaseId }) => phaseId === found.id) }, 200);
  });

  app.openapi(task, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const found = (await readPlan(ref)).tasks.find(({ slug }) => slug === ref.part);
    if (found === undefined) throw nothing('task', context.req.valid('param').id);
    return context.json(found, 200);
  });
}

/** What no commit has yet is newer than all that is. */
const UNCOMMITTED = '9';

function isKnown(header: string | undefined, tag: string): boolean {
  return header !== undefined && (header.trim() === '*' || header.split(',').some((each) => each.trim().replace(/^W\//, '') === tag));
}
