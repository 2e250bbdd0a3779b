/** Tasks as they are written, and a person's word on them. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { inSteps, taskSteps, type Step } from '../../core/authoring.ts';
import type { Plan } from '../../core/plan.ts';
import type { Word } from '../../core/request.ts';
import { findPhase, findTask } from '../../core/progress.ts';
import { addTask, removeTask } from '../../core/task-edits.ts';
import { doneByHand } from '../../engine/by-hand.ts';
import type { Steered } from '../../engine/control.ts';
import { say } from '../../engine/say.ts';
import { retrying, skipping } from '../../engine/words.ts';
import { callerOf, change, checkRevision, inTurn, revisionIn } from '../change.ts';
import { nothing, partIdOf, partIn, partRef, planIdOf, type PartRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { ApiTask } from '../shape.ts';
import { ChangeTask, CreateTask, fieldsOf, keepFiles } from '../shape-requests.ts';
import { putAwayOf, PutAwayShape } from './leftovers.ts';
import { IdParam } from './looking.ts';
import { accepted, isAsync, Prefer } from './jobs.ts';
import { adding, json, onPhase, onTask, RemovedPart, revision, taskIds, taskNamedIn } from './part.ts';
import { Commit, IfMatch, newTaskOf } from './plans.ts';

export const TaskAnswer = z
  .object({
    task: ApiTask,
    revision,
    commit: Commit,
    putAway: PutAwayShape.optional().describe('Where it was skipped: what its last attempt had left in the checkout.'),
  })
  .meta({ id: 'ChangedTask' });

const createTask = createRoute({
  method: 'post',
  path: '/api/tasks',
  operationId: 'createTask',
  tags: ['Tasks'],
  summary: 'Add a task',
  request: { headers: IfMatch, ...json(CreateTask) },
  responses: answers(TaskAnswer, 'The task.'),
});
const patchTask = createRoute({
  method: 'patch',
  path: '/api/tasks/{id}',
  operationId: 'changeTask',
  tags: ['Tasks'],
  summary: 'Change a task, where it stands, or whether it is done',
  description: 'With the status `completed` its gates run, which may take minutes: `Prefer: respond-async` answers with a job at once.',
  request: { params: IdParam, headers: IfMatch.extend(Prefer.shape), ...json(ChangeTask) },
  responses: { ...answers(TaskAnswer, 'The task as it is now.'), ...accepted },
});
const deleteTask = createRoute({
  method: 'delete',
  path: '/api/tasks/{id}',
  operationId: 'removeTask',
  tags: ['Tasks'],
  summary: 'Remove a task, also from what depends on it',
  request: { params: IdParam, headers: IfMatch },
  responses: answers(RemovedPart, 'Removed.'),
});
const Retry = z
  .strictObject({ fromBase: z.boolean().default(false).describe('Not on what the last attempt left, but clean.') })
  .meta({ id: 'RetryTask' });
const retry = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/retry',
  operationId: 'retryTask',
  tags: ['Tasks'],
  summary: 'Have a failed task tried again, by the next run or the one that is at work',
  request: {
    params: IdParam,
    headers: IfMatch,
    body: {
      content: {
        'application/json': {
          schema: Retry,
        },
      },
    },
  },
  responses: answers(TaskAnswer, 'The task as it is now.'),
});
const approve = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/approve',
  operationId: 'approveTask',
  tags: ['Tasks'],
  summary: 'Let a task of a manual phase run as it is now',
  request: { params: IdParam, headers: IfMatch },
  responses: answers(TaskAnswer, 'The task as it is now.'),
});
const Skip = z.strictObject({ keepFiles }).meta({ id: 'SkipTask' });
const skip = createRoute({
  method: 'post',
  path: '/api/tasks/{id}/skip',
  operationId: 'skipTask',
  tags: ['Tasks'],
  summary: 'Leave a task out',
  description: 'What its last attempt left in the checkout is put away. Where it is at work, its agent is stopped.',
  request: { params: IdParam, headers: IfMatch, body: { content: { 'application/json': { schema: Skip } } } },
  responses: answers(TaskAnswer, 'The task as it is now.'),
});

export function taskRoutes(app: Api, server: Server): void {
  wordRoutes(app, server);
  const { registry, jobs } = server;
  app.openapi(createTask, async (context) => {
    const { phaseId, order, ...task } = context.req.valid('json');
    const phase = partRef(registry, phaseId, 'phase');
    const { made, step } = adding((text, plan) => {
      const before = order === undefined ? undefined : findPhase(plan, phase.part)?.tasks[order]?.id;
      const added = newTaskOf(task, (name) => taskNamedIn(plan, phase, name));
      return addTask(text, plan, phase.part, { ...added, ...(before === undefined ? {} : { before }) });
    }, taskIds);
    const { commit } = await change(server, phase, context, onPhase(phase, step));
    return context.json(await taskNow({ ...phase, part: made() }, commit), 200);
  });
  app.openapi(patchTask, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const { status, done, keepFiles: keep, ...request } = context.req.valid('json');
    const { title, description, phaseId, order, dependsOn, ...rest } = request;
    if (status === 'completed') {
      if (Object.values(request).some((value) => value !== undefined))
        throw new Refusal('invalid-request', '"completed" is a commit of its own: send it alone, and other changes before it.');
      const asked = { expected: revisionIn(context), ...(done ?? { gates: true }) };
      if (!isAsync(context.req.valid('header').prefer)) {
        const commit = await complete(server, ref, asked, new AbortController().signal);
        return context.json(await taskNow(ref, commit), 200) as never;
      }
      const { title: about } = (await readPlan(ref)).plan;
      const { job } = jobs.begin(
        ref.served,
        { kind: 'complete', title: about, planId: planIdOf(ref.served, ref.plan) },
        async (signal) => ({
          taskId: partIdOf(ref.served, ref.plan, ref.part),
          commit: await complete(server, ref, asked, signal),
        }),
      );
      return context.json(job, 202, { location: `/api/jobs/${job.id}` }) as never;
    }
    if (done !== undefined) throw new Refusal('invalid-request', '"done" goes with the status "completed".');
    if (keep !== undefined && status !== 'skipped') throw new Refusal('invalid-request', '"keepFiles" goes with the status "skipped".');
    const depends = (plan: Plan) => dependsOn?.map((name) => taskNamedIn(plan, ref, name));
    const phase = phaseId === undefined ? undefined : partIn(ref, phaseId);
    const step: Step = (text, plan) => {
      if (phase !== undefined && findPhase(plan, phase) === undefined) throw nothing('phase', phaseId ?? '');
      const others = depends(plan);
      const fields = { ...fieldsOf(rest, 'task'), ...(others === undefined ? {} : { dependsOn: others.length === 0 ? null : others }) };
      const steps = [...taskSteps(ref.part, { title, description, phase, order, fields }), ...statusSteps(plan, ref, status)];
      return inSteps(steps, ref.served.workspace.cache)(text, plan);
    };
    const { commit } = await change(server, ref, context, onTask(ref, step));
    // Skipped it is by now; what is left to do is what comes with that.
    const left = status === 'skipped' ? await said(server, ref, null, { type: 'skip', task: ref.part, keepFiles: keep ?? false }) : null;
    return context.json(await taskNow(ref, commit, left?.putAway), 200) as never;
  });
  app.openapi(deleteTask, async (context) => {
    const { id } = context.req.valid('param');
    const ref = partRef(registry, id, 'task');
    const { commit } = await change(
      server,
      ref,
      context,
      onTask(ref, (text, plan) => removeTask(text, plan, ref.part)),
    );
    return context.json({ id, revision: (await readPlan(ref)).plan.revision, commit }, 200);
  });
}

function statusSteps(plan: Plan, { part }: PartRef, status: 'pending' | 'skipped' | undefined): readonly Step[] {
  if (status === undefined) return [];
  if (status === 'skipped') return [skipping(part)];
  const task = findTask(plan, part);
  if (task?.status === 'failed' || (task?.attempts ?? 0) > 0) return [retrying(part)];
  return taskSteps(part, { status: 'pending' });
}

/** A task that a person has done: its gates, then one commit. A {@link Refusal} where a gate fails; then nothing was committed. */
async function complete(
  server: Server,
  ref: PartRef,
  { expected, files, gates }: { readonly expected: string | null; readonly files?: readonly string[] | undefined; readonly gates: boolean },
  signal: AbortSignal,
): Promise<string> {
  return inTurn(ref, async () => {
    await checkRevision(ref, expected);
    if (!(await readPlan(ref)).tasks.some(({ slug }) => slug === ref.part)) throw nothing('task', ref.part);
    const done = await doneByHand(callerOf(server, ref), {
      task: ref.part,
      files: files ?? null,
      gates,
      confirm: async () => true,
      listen: () => {},
      signal,
    });
    if (done.type === 'committed') return done.commit;
    if (done.type === 'declined') throw new Refusal('conflict', 'Nothing was committed.');
    const { gate } = done;
    throw new Refusal('conflict', `The gate "${gate.name}" failed, and nothing was committed. ${gate.reason}`, { gate });
  });
}

function wordRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(approve, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const { commit } = await said(server, ref, revisionIn(context), { type: 'approve', task: ref.part });
    return context.json(await taskNow(ref, commit), 200);
  });
  app.openapi(skip, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const { keepFiles: keep = false } = Skip.parse(context.req.valid('json') ?? {});
    const { commit, putAway } = await said(server, ref, revisionIn(context), { type: 'skip', task: ref.part, keepFiles: keep });
    return context.json(await taskNow(ref, commit, putAway), 200);
  });
  app.openapi(retry, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const { fromBase } = Retry.parse(context.req.valid('json') ?? {});
    const { commit } = await said(server, ref, revisionIn(context), { type: 'retry', task: ref.part, fromBase });
    return context.json(await taskNow(ref, commit), 200);
  });
}

/** A person's word on a task, said as a command would say it, wherever the plan is run. */
function said(server: Server, ref: PartRef, expected: string | null, word: Word): Promise<Steered> {
  return inTurn(ref, async () => {
    await checkRevision(ref, expected);
    if (!(await readPlan(ref)).tasks.some(({ slug }) => slug === ref.part)) throw nothing('task', ref.part);
    return say(callerOf(server, ref), word);
  });
}

async function taskNow(ref: PartRef, commit: string | null, putAway: Steered['putAway'] = null): Promise<z.infer<typeof TaskAnswer>> {
  const { plan, tasks } = await readPlan(ref);
  const task = tasks.find(({ slug }) => slug === ref.part);
  if (task === undefined) throw nothing('task', ref.part);
  return { task, revision: plan.revision, commit, ...(putAway === null ? {} : { putAway: putAwayOf(ref, putAway) }) };
}
