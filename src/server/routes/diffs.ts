/** What commits have changed: those of tasks, of runs, or any one of the repository. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { PublishedEvent } from '../../core/event.ts';
import { patchBetween, patchOfCommit, patchOfPlan, type Patch } from '../../engine/patch.ts';
import { keptAttempt } from '../../engine/kept.ts';
import { nothing, partRef, planRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { PatchShape } from '../shape-figures.ts';
import { AttemptParams, attemptNamed } from './attempts.ts';
import { executionNamed } from './executions.ts';
import { IdParam } from './looking.ts';

const ofTask = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/diff',
  operationId: 'getTaskDiff',
  tags: ['Tasks'],
  summary: 'What the commit of a task changed',
  request: { params: IdParam },
  responses: answers(PatchShape, 'File by file.'),
});
const ofAttempt = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/attempts/{attempt}/diff',
  operationId: 'getAttemptDiff',
  tags: ['Tasks'],
  summary: 'What an attempt changed: in its commit, or what it left where it failed',
  request: { params: AttemptParams },
  responses: answers(PatchShape, 'File by file.'),
});
const ofPlan = createRoute({
  method: 'get',
  path: '/api/plans/{id}/diff',
  operationId: 'getPlanDiff',
  tags: ['Plans'],
  summary: 'What the tasks of a plan have changed, over all of its runs',
  request: { params: IdParam },
  responses: answers(
    PatchShape,
    'File by file, from before the commit of its first task to that of its last; what else was committed in between is in it.',
  ),
});
const ofExecution = createRoute({
  method: 'get',
  path: '/api/executions/{id}/diff',
  operationId: 'getExecutionDiff',
  tags: ['Executions'],
  summary: 'What a run has changed so far',
  request: { params: IdParam },
  responses: answers(PatchShape, 'File by file, from where it began to its last commit of a task.'),
});
const ofCommit = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/commits/{commit}/diff',
  operationId: 'getCommitDiff',
  tags: ['Repositories'],
  summary: 'What a commit changed',
  request: { params: IdParam.extend({ commit: z.string().regex(/^[0-9a-f]{40}$/, 'the id of a commit') }) },
  responses: answers(PatchShape, 'File by file, against its first parent.'),
});

export function diffRoutes(app: Api, { registry }: Server): void {
  app.openapi(ofTask, async (context) => {
    const { id } = context.req.valid('param');
    const ref = partRef(registry, id, 'task');
    const task = (await readPlan(ref)).tasks.find(({ slug }) => slug === ref.part);
    if (task === undefined) throw nothing('task', id);
    if (task.commitSha === null) throw nothing('commit of the task', id);
    return context.json(shown(await committed(ref.served, task.commitSha)), 200);
  });
  app.openapi(ofAttempt, async (context) => {
    const { id, attempt } = context.req.valid('param');
    const ref = partRef(registry, id, 'task');
    const { served, plan, part: task } = ref;
    const { run, attempt: number, record } = attemptNamed(ref, attempt).logs;
    const commit = record?.commitSha ?? (await keptAttempt(served.workspace.git, { plan, task, run, attempt: number }));
    if (commit === null)
      throw new Refusal(
        'not-found',
        `Nothing is kept of what the attempt "${run}.${number}" changed: it changed nothing, or has not ended.`,
      );
    return context.json(shown(await committed(served, commit)), 200);
  });
  app.openapi(ofPlan, async (context) => {
    const { id } = context.req.valid('param');
    const { served, plan } = planRef(registry, id);
    const patch = await patchOfPlan(served.workspace, plan);
    if (patch === null) throw nothing('commit of a task of the plan', id);
    return context.json(shown(patch), 200);
  });
  app.openapi(ofExecution, async (context) => {
    const { served, run } = executionNamed(registry, context.req.valid('param').id);
    let from: string | null = null;
    let to: string | null = null;
    for (const { json } of served.workspace.store().events(run.id)) {
      const { event } = JSON.parse(json) as z.infer<typeof PublishedEvent>;
      if (event.type === 'run-started') from = event.commit;
      if (event.type === 'task-completed') to = event.commit;
    }
    if (from === null) throw nothing('beginning of the execution', run.id);
    return context.json(shown(await patchBetween(served.workspace, from, to ?? from)), 200);
  });
  app.openapi(ofCommit, async (context) => {
    const { id, commit } = context.req.valid('param');
    const served = registry.find(id);
    if (served === undefined) throw nothing('repository', id);
    return context.json(shown(await committed(served, commit)), 200);
  });
}

async function committed({ workspace }: Served, commit: string): Promise<Patch> {
  const patch = await patchOfCommit(workspace, commit);
  if (patch === null) throw nothing('commit', commit);
  return patch;
}

function shown({ files, ...rest }: Patch): z.infer<typeof PatchShape> {
  return { ...rest, files: files.map((file) => ({ ...file })) };
}
