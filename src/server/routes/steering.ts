/** Runs as they are begun and steered: each a change of the plan file, and a process of its own that obeys it. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { beginRun } from '../../engine/begin-run.ts';
import { stopNow } from '../../engine/control.ts';
import { say } from '../../engine/say.ts';
import { checkText } from '../../engine/kept-reading.ts';
import { forecastRun, stepRecord } from '../../engine/run-forecast.ts';
import { planFolderPath } from '../../engine/sync.ts';
import { callerOf, checkRevision, inTurn, revisionIn } from '../change.ts';
import { nothing, partIdOf, partIn, planIdOf, planRef, type PlanRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { ForecastShape } from '../shape-figures.ts';
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
    only: z
      .boolean()
      .default(false)
      .describe(
        'With a task: that one alone. It has been named by a person, so that a manual phase does not ask and a failed task is tried again.',
      ),
    wait: z
      .boolean()
      .default(false)
      .describe('Where a rate limit pauses the plan and says when it resets, the run waits for that and goes on.'),
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
const ahead = createRoute({
  method: 'get',
  path: '/api/plans/{id}/forecast',
  operationId: 'forecastRun',
  tags: ['Executions'],
  summary: 'What a run would do, in order, and why it would not',
  request: {
    params: IdParam,
    query: z.object({
      startFrom: Execute.shape.startFrom,
      targetId: Execute.shape.targetId,
      only: z.enum(['true', 'false']).default('false').describe('With a task: that one alone.'),
    }),
  },
  responses: answers(ForecastShape, 'Nothing was changed.'),
});
const pause = createRoute({
  method: 'post',
  path: '/api/plans/{id}/pause',
  operationId: 'pausePlan',
  tags: ['Executions'],
  summary: 'Let the task that runs finish, and pause',
  request: { params: IdParam, headers: IfMatch, ...optional(Pause) },
  responses: answers(Paused, 'The plan says so; a runner obeys at its next boundary.'),
});
const resume = createRoute({
  method: 'post',
  path: '/api/plans/{id}/resume',
  operationId: 'resumePlan',
  tags: ['Executions'],
  summary: 'Go on with a paused or cancelled plan',
  request: { params: IdParam, headers: IfMatch },
  responses: answers(Begun, 'It runs.'),
});
const cancel = createRoute({
  method: 'post',
  path: '/api/plans/{id}/cancel',
  operationId: 'cancelPlan',
  tags: ['Executions'],
  summary: 'Give a plan up: what runs is stopped, and nothing else starts',
  request: { params: IdParam, headers: IfMatch },
  responses: answers(Cancelled, 'It is given up; `resume` takes that back.'),
});

export function steeringRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(execute, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { wait, ...chosen } = Execute.parse(context.req.valid('json') ?? {});
    const expected = revisionIn(context);
    const selection = selectionOf(ref, chosen);
    const executionId = await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      return begin(server, ref, { ...selection, wait });
    });
    return context.json({ executionId, status: await statusOf(ref) }, 200);
  });

  app.openapi(ahead, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { only, ...query } = context.req.valid('query');
    return context.json(await forecastOf(server, ref, selectionOf(ref, { ...query, only: only === 'true' })), 200);
  });

  app.openapi(pause, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { now } = Pause.parse(context.req.valid('json') ?? {});
    const expected = revisionIn(context);
    await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      const { holder, elsewhere = false } = await say(callerOf(server, ref), { type: 'pause', now });
      const refused = now && holder !== null && !elsewhere ? stopNow(holder) : null;
      if (refused !== null) throw new Refusal('conflict', refused);
    });
    const { plan } = await readPlan(ref);
    return context.json({ status: plan.status, currentPhaseId: plan.currentPhaseId, currentTaskId: plan.currentTaskId }, 200);
  });

  app.openapi(resume, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const expected = revisionIn(context);
    const executionId = await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      const { holder } = await say(callerOf(server, ref), { type: 'resume' });
      return holder === null ? begin(server, ref, {}) : `${ref.served.id}:${holder.run}`;
    });
    return context.json({ executionId, status: await statusOf(ref) }, 200);
  });

  app.openapi(cancel, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const expected = revisionIn(context);
    await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      await say(callerOf(server, ref), { type: 'cancel' });
    });
    return context.json({ status: 'failed' as const, reason: 'cancelled_by_user' as const }, 200);
  });
}

/** A run that has begun may not have written so yet. */
async function statusOf(ref: PlanRef): Promise<z.infer<typeof status>> {
  const { plan } = await readPlan(ref);
  return plan.executionId === null ? plan.status : 'running';
}

async function begin(
  { limits, env }: Server,
  { served, plan }: PlanRef,
  chosen: Chosen & { readonly wait?: boolean },
): Promise<string | null> {
  limits.runs.take();
  const { start, task, wait } = chosen;
  const from = start === undefined ? [] : ['--from', ...start];
  const run = await beginRun(served.workspace, plan, { from, task, wait, env });
  return run === null ? null : `${served.id}:${run}`;
}

/** What is run: from somewhere on, as the words of the command line, or one task alone. */
interface Chosen {
  readonly start?: readonly string[];
  readonly task?: string;
}

function selectionOf(ref: PlanRef, { startFrom, targetId, only }: Omit<z.infer<typeof Execute>, 'wait'>): Chosen {
  if (only && startFrom !== 'task') throw new Refusal('invalid-request', '"only" goes with the "startFrom" of a task.');
  if (startFrom === 'current' || startFrom === 'beginning') {
    if (targetId !== undefined) throw new Refusal('invalid-request', '"targetId" goes with the "startFrom" of a phase or a task.');
    return startFrom === 'current' ? {} : { start: ['beginning'] };
  }
  const slug = partIn(ref, targetId ?? '');
  if (slug === '') throw new Refusal('invalid-request', `To begin at a ${startFrom}, say which: "targetId".`);
  // It becomes a word of a command line.
  if (!/^[\p{L}\p{N}]/u.test(slug) || /\s/.test(slug)) throw nothing(startFrom, targetId ?? '');
  return only ? { task: slug } : { start: [startFrom, slug] };
}

async function forecastOf({ env }: Server, ref: PlanRef, chosen: Chosen): Promise<z.infer<typeof ForecastShape>> {
  const { served, plan: id } = ref;
  const { workspace } = served;
  const file = workspace.planPath(id);
  const read = await workspace.files.readText(file);
  if (read.type === 'failed') throw nothing('plan', planIdOf(served, id));
  const { plan, valid } = checkText(workspace, read.text, id);
  if (!valid) throw new Refusal('conflict', 'The plan has errors, and nothing would run. Its diagnostics are in its source.');
  const loaded = { plan, file, path: `${planFolderPath(workspace)}${id}.plan.md` };
  const { steps, commits, ...rest } = await forecastRun(workspace, loaded, { task: chosen.task, from: chosen.start?.join(' ') }, { env });
  const part = (slug: string) => partIdOf(served, id, slug);
  return {
    planId: planIdOf(served, id),
    ...rest,
    steps: steps.map((step) => {
      const { phase, ...said } = stepRecord(workspace, step);
      if (said.type === 'phase') return { ...said, phaseId: part(phase) };
      const { task, ...others } = said;
      return { ...others, phaseId: part(phase), taskId: task === null ? null : part(task) } as z.infer<
        typeof ForecastShape
      >['steps'][number];
    }),
    commits: commits.map(({ subject, task }) => ({ subject, taskId: task === null ? null : part(task) })),
  };
}
