/** Plans as they are written: created, changed, removed, taken back. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { fixText } from '../../core/fix.ts';
import { checkPlan } from '../../core/lint.ts';
import { inSteps, planSteps } from '../../core/authoring.ts';
import { DiagnosticRecord } from '../../core/record.ts';
import { createPlan, removePlan, rewritePlan, undoChange } from '../../engine/authoring.ts';
import { marking } from '../../engine/words.ts';
import { callerOf, change, inTurn, revisionIn } from '../change.ts';
import { nothing, planIdOf, planRef, type PlanRef } from '../ids.ts';
import { readPlan } from '../read.ts';
import { diagnosticRecord } from '../../core/record.ts';
import { Refusal } from '../problem.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Registry, Served } from '../served.ts';
import { ApiPhase, ApiPlan, ApiTask } from '../shape.ts';
import { ChangePlan, CreatePlan, fieldsOf, type NewTaskShape } from '../shape-requests.ts';
import { IdParam } from './looking.ts';

export const Commit = z
  .string()
  .nullable()
  .describe('The commit that it made; null where the file says so already, or where the runner that is at work will make it.');

export const IfMatch = z.object({
  'if-match': z
    .string()
    .optional()
    .describe('The ETag of the plan that the change is meant for: where it is another by now, nothing changes.'),
});

export const Created = z
  .object({
    planId: z.string(),
    status: z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']),
    phases: z.array(ApiPhase),
    tasks: z.array(ApiTask),
    commit: Commit,
    reason: z.string().describe('Why it is not committed, or not pushed where it should be; empty where all is well.'),
  })
  .meta({ id: 'CreatedPlan' });
export type Created = z.infer<typeof Created>;
const Changed = z.object({ plan: ApiPlan, commit: Commit }).meta({ id: 'ChangedPlan' });
const Removed = z.object({ planId: z.string(), commit: z.string() }).meta({ id: 'RemovedPlan' });

const json = <T extends z.ZodType>(schema: T) => ({ body: { required: true, content: { 'application/json': { schema } } } });

const create = createRoute({
  method: 'post',
  path: '/api/plans/create',
  operationId: 'createPlan',
  tags: ['Plans'],
  summary: 'Write a plan',
  request: json(CreatePlan),
  responses: answers(Created, 'The plan, in its first commit.'),
});
const patch = createRoute({
  method: 'patch',
  path: '/api/plans/{id}',
  operationId: 'changePlan',
  tags: ['Plans'],
  summary: 'Change a plan’s own texts and keys, or mark it ready or a draft',
  request: { params: IdParam, headers: IfMatch, ...json(ChangePlan) },
  responses: answers(Changed, 'The plan as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path: '/api/plans/{id}',
  operationId: 'removePlan',
  tags: ['Plans'],
  summary: 'Remove a plan and its review; both stay in git',
  request: { params: IdParam, headers: IfMatch },
  responses: answers(Removed, 'Removed.'),
});
const write = createRoute({
  method: 'put',
  path: '/api/plans/{id}/source',
  operationId: 'writePlanSource',
  tags: ['Plans'],
  summary: 'Write a plan’s whole file',
  description: 'A text with errors is refused, with its diagnostics. Without If-Match it replaces whatever the file says.',
  request: { params: IdParam, headers: IfMatch, ...json(z.strictObject({ text: z.string() })) },
  responses: answers(Changed, 'The plan as it is now.'),
});
const undo = createRoute({
  method: 'post',
  path: '/api/plans/{id}/undo',
  operationId: 'undoPlanChange',
  tags: ['Plans'],
  summary: 'Take back what a commit changed in the plan’s text, by a commit',
  description:
    'What was changed since stays; where the two are about the same lines it is refused. For the work of tasks there is `plans rollback`.',
  request: {
    params: IdParam,
    headers: IfMatch,
    ...json(
      z.strictObject({
        commit: z
          .string()
          .regex(/^[0-9a-f]{40}$/, 'the id of a commit')
          .describe('As a change has answered it.'),
      }),
    ),
  },
  responses: answers(Changed, 'The plan as it is now.'),
});
const lint = createRoute({
  method: 'post',
  path: '/api/lint',
  operationId: 'lintText',
  tags: ['Plans'],
  summary: 'What is wrong with a text that would be a plan',
  request: json(
    z.strictObject({
      repositoryId: z.string().optional(),
      text: z.string(),
      fix: z
        .boolean()
        .default(false)
        .describe('Apply the fixes that are safe; every other byte stays. What is answered is of the text with them.'),
    }),
  ),
  responses: answers(
    z
      .object({
        valid: z.boolean(),
        title: z.string(),
        phases: z.int(),
        tasks: z.int(),
        diagnostics: z.array(DiagnosticRecord),
        fixed: z.int().describe('Findings that were mended.'),
        text: z.string().nullable().describe('With what was mended; null where nothing was.'),
      })
      .meta({ id: 'LintResult' }),
    'Its diagnostics.',
  ),
});

export function planRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(create, async (context) => {
    const { repositoryId, phases, slug, title, description, status } = context.req.valid('json');
    const served = repositoryNamed(registry, repositoryId);
    const request = {
      title,
      slug,
      ...(description === undefined ? {} : { description }),
      status,
      createdBy: 'api' as const,
      phases: phases.map(({ tasks, ...phase }) => ({ ...newPhaseOf(phase), tasks: tasks.map((task) => newTaskOf(task, (name) => name)) })),
    };
    const { place, commit, reason } = await served.inTurn(() => createPlan(served.workspace, request, server.env));
    return context.json(await createdPlan({ served, plan: place.id }, { commit, reason }), 200);
  });

  app.openapi(patch, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { title, description, status, maxBudgetUsd } = context.req.valid('json');
    const steps = [
      ...planSteps({ title, description, fields: { maxBudgetUsd } }),
      ...(status === undefined ? [] : [marking(status, callerOf(server, ref))]),
    ];
    const { commit } = await change(server, ref, context, inSteps(steps, ref.served.workspace.cache));
    return context.json({ plan: (await readPlan(ref)).plan, commit }, 200);
  });

  app.openapi(remove, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const revision = revisionIn(context);
    const { commit } = await inTurn(ref, () => removePlan(callerOf(server, ref), revision));
    return context.json({ planId: planIdOf(ref.served, ref.plan), commit }, 200);
  });

  app.openapi(write, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { text } = context.req.valid('json');
    const revision = revisionIn(context);
    const { commit } = await inTurn(ref, () => rewritePlan(callerOf(server, ref), text, revision));
    return context.json({ plan: (await readPlan(ref)).plan, commit }, 200);
  });

  app.openapi(undo, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { commit: taken } = context.req.valid('json');
    const revision = revisionIn(context);
    const { commit } = await inTurn(ref, () => undoChange(callerOf(server, ref), taken, revision));
    return context.json({ plan: (await readPlan(ref)).plan, commit }, 200);
  });

  app.openapi(lint, (context) => {
    const { repositoryId, text: given, fix } = context.req.valid('json');
    const { known } = repositoryNamed(registry, repositoryId).workspace;
    const { text, fixed } = fix ? fixText(given, 'plan', known) : { text: given, fixed: 0 };
    const { plan, valid, diagnostics } = checkPlan(text, 'plan', { known });
    const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
    const found = diagnostics.map(diagnosticRecord);
    const mended = { fixed, text: fixed === 0 ? null : text };
    return context.json({ valid, title: plan.title, phases: plan.phases.length, tasks, diagnostics: found, ...mended }, 200);
  });
}

/** A new plan as both ways of making one answer it. */
export async function createdPlan(ref: PlanRef, { commit, reason }: Pick<Created, 'commit' | 'reason'>): Promise<Created> {
  const { plan, phases, tasks } = await readPlan(ref);
  return { planId: plan.id, status: plan.status, phases, tasks, commit, reason };
}

/** The repository of that id; where none is said, the one that is served. */
export function repositoryNamed(registry: Registry, id: string | undefined): Served {
  const served = id === undefined && registry.all.length === 1 ? registry.all[0] : registry.find(id ?? '');
  if (served !== undefined) return served;
  if (id !== undefined) throw nothing('repository', id);
  throw new Refusal('invalid-request', 'Several repositories are served. Say which: "repositoryId".');
}

export function newPhaseOf(phase: {
  readonly title: string;
  readonly description?: string | undefined;
  readonly slug?: string | undefined;
}) {
  const { title, description, slug } = phase;
  const fields = { ...(slug === undefined ? {} : { id: slug }), ...fieldsOf({ ...phase }, 'phase') };
  return { title, ...(description === undefined ? {} : { description }), fields };
}

/** `slugOf` makes a task's name in the file of what `dependsOn` calls it. */
export function newTaskOf(task: NewTaskShape, slugOf: (name: string) => string) {
  const { title, description, slug, dependsOn } = task;
  const others = dependsOn === undefined || dependsOn.length === 0 ? {} : { dependsOn: dependsOn.map(slugOf) };
  const fields = { ...(slug === undefined ? {} : { id: slug }), ...others, ...fieldsOf(task, 'task') };
  return { title, ...(description === undefined ? {} : { description }), fields };
}
