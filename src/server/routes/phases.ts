/** Phases as they are written. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { inSteps, phaseSteps, type Step } from '../../core/authoring.ts';
import type { EditResult } from '../../core/edit.ts';
import { addPhase, removePhase } from '../../core/plan-edits.ts';
import type { Plan } from '../../core/plan.ts';
import { addTask } from '../../core/task-edits.ts';
import { change } from '../change.ts';
import { nothing, partRef, planRef, type PartRef, type PlanRef } from '../ids.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { ApiPhase, ApiTask } from '../shape.ts';
import { ChangePhase, CreatePhase, fieldsOf } from '../shape-requests.ts';
import { IdParam } from './looking.ts';
import { adding, json, onPhase, phaseIds, RemovedPart, revision, taskNamedIn } from './part.ts';
import { Commit, IfMatch, newPhaseOf, newTaskOf } from './plans.ts';

const PhaseAnswer = z.object({ phase: ApiPhase, tasks: z.array(ApiTask), revision, commit: Commit }).meta({ id: 'ChangedPhase' });

const createPhase = createRoute({
  method: 'post',
  path: '/api/phases',
  operationId: 'createPhase',
  tags: ['Phases'],
  summary: 'Add a phase, with tasks if you like',
  request: { headers: IfMatch, ...json(CreatePhase) },
  responses: answers(PhaseAnswer, 'The phase.'),
});
const patchPhase = createRoute({
  method: 'patch',
  path: '/api/phases/{id}',
  operationId: 'changePhase',
  tags: ['Phases'],
  summary: 'Change a phase, or where it stands',
  request: { params: IdParam, headers: IfMatch, ...json(ChangePhase) },
  responses: answers(PhaseAnswer, 'The phase as it is now.'),
});
const deletePhase = createRoute({
  method: 'delete',
  path: '/api/phases/{id}',
  operationId: 'removePhase',
  tags: ['Phases'],
  summary: 'Remove a phase with its tasks',
  request: { params: IdParam, headers: IfMatch },
  responses: answers(RemovedPart, 'Removed.'),
});
export function phaseRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(createPhase, async (context) => {
    const { planId, tasks, order, ...phase } = context.req.valid('json');
    const ref = planRef(registry, planId);
    const { made, step } = adding((text, plan) => {
      const before = order === undefined ? undefined : plan.phases[order]?.id;
      const edit = addPhase(text, plan, { ...newPhaseOf(phase), ...(before === undefined ? {} : { before }) });
      if ('refused' in edit || tasks.length === 0) return edit;
      return withTasks(text, plan, edit, ref, tasks);
    }, phaseIds);
    const { commit } = await change(server, ref, context, step);
    return context.json(await phaseNow({ ...ref, part: made() }, commit), 200);
  });
  app.openapi(patchPhase, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'phase');
    const { title, description, order, ...rest } = context.req.valid('json');
    const steps = phaseSteps(ref.part, { title, description, order, fields: fieldsOf(rest, 'phase') });
    const { commit } = await change(server, ref, context, onPhase(ref, inSteps(steps, ref.served.workspace.cache)));
    return context.json(await phaseNow(ref, commit), 200);
  });
  app.openapi(deletePhase, async (context) => {
    const { id } = context.req.valid('param');
    const ref = partRef(registry, id, 'phase');
    const { commit } = await change(
      server,
      ref,
      context,
      onPhase(ref, (text, plan) => removePhase(text, plan, ref.part)),
    );
    return context.json({ id, revision: (await readPlan(ref)).plan.revision, commit }, 200);
  });
}

/** The phase with its tasks, one after the other. */
function withTasks(
  text: string,
  plan: Plan,
  edit: Extract<EditResult, { edits: unknown }>,
  ref: PlanRef,
  tasks: CreatePhase['tasks'],
): EditResult {
  const before = new Set(phaseIds(plan));
  const steps: Step[] = [() => edit];
  for (const task of tasks)
    steps.push((now, says) => {
      const phase = phaseIds(says).find((id) => !before.has(id)) ?? '';
      return addTask(
        now,
        says,
        phase,
        newTaskOf(task, (name) => taskNamedIn(says, ref, name)),
      );
    });
  return inSteps(steps, ref.served.workspace.cache)(text, plan);
}

async function phaseNow(ref: PartRef, commit: string | null): Promise<z.infer<typeof PhaseAnswer>> {
  const { plan, phases, tasks } = await readPlan(ref);
  const phase = phases.find(({ slug }) => slug === ref.part);
  if (phase === undefined) throw nothing('phase', ref.part);
  return { phase, tasks: tasks.filter(({ phaseId }) => phaseId === phase.id), revision: plan.revision, commit };
}
