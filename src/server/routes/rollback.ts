/** Work that is taken back, by commits. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { rollback } from '../../engine/rollback.ts';
import { callerOf, checkRevision, inTurn, revisionIn } from '../change.ts';
import { nothing, partIdOf, partIn, planRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { IdParam } from './looking.ts';
import { json } from './part.ts';
import { IfMatch } from './plans.ts';

const Request = z
  .strictObject({
    taskId: z.string().optional().describe('This task alone.'),
    phaseId: z.string().optional().describe('The tasks of this phase. Without either: all of the plan.'),
    dryRun: z.boolean().default(false).describe('Answer what would be taken back, and change nothing.'),
  })
  .meta({ id: 'RollBack' });
const Answer = z
  .object({
    tasks: z
      .array(
        z.object({
          taskId: z.string(),
          title: z.string(),
          commit: z.string().describe('What is taken back.'),
          by: z.string().nullable().describe('The commit that takes it back; null in a dry run.'),
        }),
      )
      .describe('Newest first.'),
    dependents: z.array(z.string()).describe('Completed tasks that stay, and were built on what is taken back.'),
    byHand: z.array(z.string()).describe('Tasks that were ticked by hand, and stay ticked.'),
    dryRun: z.boolean(),
    revision: z.string().describe('Of the plan now, for the next `If-Match`.'),
  })
  .meta({ id: 'RolledBack' });

const takeBack = createRoute({
  method: 'post',
  path: '/api/plans/{id}/rollback',
  operationId: 'rollBackPlan',
  tags: ['Executions'],
  summary: 'Take completed tasks back by commits, boxes included',
  description:
    'Each revert is a commit of its own. All of them land together or none: where a later commit is in the way it says which files, and nothing has changed. What is uncommitted stays.',
  request: { params: IdParam, headers: IfMatch, ...json(Request) },
  responses: answers(Answer, 'What was taken back.'),
});

export function rollbackRoutes(app: Api, server: Server): void {
  app.openapi(takeBack, async (context) => {
    const ref = planRef(server.registry, context.req.valid('param').id);
    const { taskId, phaseId, dryRun } = context.req.valid('json');
    if (taskId !== undefined && phaseId !== undefined)
      throw new Refusal('invalid-request', 'Name one task, one phase, or neither for the whole plan: not "taskId" and "phaseId".');
    const [task, phase] = [taskId, phaseId].map((id) => (id === undefined ? undefined : partIn(ref, id)));
    const expected = revisionIn(context);
    const outcome = await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      const { tasks, phases } = await readPlan(ref);
      if (task !== undefined && !tasks.some(({ slug }) => slug === task)) throw nothing('task', taskId ?? '');
      if (phase !== undefined && !phases.some(({ slug }) => slug === phase)) throw nothing('phase', phaseId ?? '');
      return rollback(callerOf(server, ref), { task, phase, dryRun });
    });
    const idOf = (slug: string) => partIdOf(ref.served, ref.plan, slug);
    if (outcome.type === 'conflict') {
      const { commit, paths } = outcome;
      throw new Refusal(
        'conflict',
        `The task "${outcome.task}" (${commit.slice(0, 10)}) cannot be taken back: later commits changed what it did. Nothing was changed. Take back those later tasks with it, or undo it by hand.`,
        { blocked: { taskId: idOf(outcome.task), commit, paths: [...paths] } },
      );
    }
    return context.json(
      {
        tasks: outcome.tasks.map(({ task: slug, ...rest }) => ({ taskId: idOf(slug), ...rest })),
        dependents: outcome.dependents.map(idOf),
        byHand: outcome.byHand.map(idOf),
        dryRun,
        revision: (await readPlan(ref)).plan.revision,
      },
      200,
    );
  });
}
