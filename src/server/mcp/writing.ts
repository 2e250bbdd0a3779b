/** Tools that write plans: each call is an edit of the file and a commit. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { REVIEW_TYPES } from '../../core/review-types.ts';
import { Commit, Created } from '../routes/plans.ts';
import { Applied } from '../routes/reviews.ts';
import { ApiPhase, ApiPlan, ApiTask, Job } from '../shape.ts';
import { ChangePhase, ChangePlan, ChangeTask, CreatePhase, CreatePlan, CreateTask } from '../shape-requests.ts';
import { Refused, type Ask } from './ask.ts';
import { planId, revision, taskId, tool, WRITES, type Tool } from './tool.ts';

/** A review is waited for so long, which is less than the minute after which many clients give a call up. Seconds. */
const WAIT_SECONDS = { standard: 45, most: 600 } as const;

const create = tool({
  name: 'plans_create',
  title: 'Write a plan',
  description:
    'Writes a new plan of phases and tasks as a Markdown file and commits it. It is a draft until its status is ready. Tasks name what they depend on by slug or title.',
  input: CreatePlan,
  output: Created,
  annotations: WRITES,
  call: ({ ask }, plan) => ask('POST', ['plans', 'create'], { body: plan }),
});

const phaseId = z.string().min(1).max(512).describe('A phase, as plans_show names it: <plan>:<phase>.');
const CHANGES = {
  'change-plan': ChangePlan.extend({ type: z.literal('change-plan'), planId }),
  'write-plan': z.strictObject({ type: z.literal('write-plan'), planId, text: z.string().describe('The whole file.') }),
  'undo-commit': z.strictObject({
    type: z.literal('undo-commit'),
    planId,
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/, 'the id of a commit')
      .describe('One that a change of the plan has answered.'),
  }),
  'add-phase': CreatePhase.extend({ type: z.literal('add-phase'), planId }),
  'change-phase': ChangePhase.extend({ type: z.literal('change-phase'), phaseId }),
  'remove-phase': z.strictObject({ type: z.literal('remove-phase'), phaseId }),
  'add-task': CreateTask.extend({ type: z.literal('add-task') }),
  'change-task': ChangeTask.extend({ type: z.literal('change-task'), taskId, phaseId: phaseId.optional() }),
  'remove-task': z.strictObject({ type: z.literal('remove-task'), taskId }),
} as const;
const Change = z.discriminatedUnion('type', [
  CHANGES['change-plan'],
  CHANGES['write-plan'],
  CHANGES['undo-commit'],
  CHANGES['add-phase'],
  CHANGES['change-phase'],
  CHANGES['remove-phase'],
  CHANGES['add-task'],
  CHANGES['change-task'],
  CHANGES['remove-task'],
]);
type Change = z.infer<typeof Change>;

const edit = tool({
  name: 'plans_edit',
  title: 'Edit a plan',
  description:
    'Makes one change of a plan, a phase or a task and commits it: texts, order, modes, dependencies, gates, status. A plan is marked ready by change-plan; a task is skipped, tried again (pending) or marked as done by hand (completed: its gates run, and your changes are committed with it) by change-task. What would make an error is refused with its diagnostics.',
  input: z.strictObject({ change: Change, revision }),
  output: z.object({
    commit: Commit,
    revision: z.string().describe('Of the plan now.'),
    plan: ApiPlan.optional(),
    phase: ApiPhase.optional(),
    tasks: z.array(ApiTask).optional(),
    task: ApiTask.optional(),
  }),
  annotations: { ...WRITES, destructiveHint: true },
  call: async ({ ask }, { change, revision: expected }) => {
    const answer = (await changed(ask, change, expected)) as { readonly revision?: string; readonly plan?: ApiPlan };
    return { ...answer, revision: answer.revision ?? answer.plan?.revision };
  },
});

function changed(ask: Ask, change: Change, expected: string | undefined): Promise<unknown> {
  switch (change.type) {
    case 'change-plan': {
      const { type: _, planId: plan, ...body } = change;
      return ask('PATCH', ['plans', plan], { body, revision: expected });
    }
    case 'write-plan':
      return ask('PUT', ['plans', change.planId, 'source'], { body: { text: change.text }, revision: expected });
    case 'undo-commit':
      return ask('POST', ['plans', change.planId, 'undo'], { body: { commit: change.commit }, revision: expected });
    case 'add-phase': {
      const { type: _, ...body } = change;
      return ask('POST', ['phases'], { body, revision: expected });
    }
    case 'change-phase': {
      const { type: _, phaseId: phase, ...body } = change;
      return ask('PATCH', ['phases', phase], { body, revision: expected });
    }
    case 'remove-phase':
      return ask('DELETE', ['phases', change.phaseId], { revision: expected });
    case 'add-task': {
      const { type: _, ...body } = change;
      return ask('POST', ['tasks'], { body, revision: expected });
    }
    case 'change-task': {
      const { type: _, taskId: task, ...body } = change;
      return ask('PATCH', ['tasks', task], { body, revision: expected });
    }
    case 'remove-task':
      return ask('DELETE', ['tasks', change.taskId], { revision: expected });
  }
}

const review = tool({
  name: 'plans_review',
  title: 'Have a plan reviewed',
  description:
    'Has Claude read the repository and suggest changes of a plan, which stays as it is. Takes minutes and costs money. Answers with a job: where that is still running, ask plans_status with its id later; plans_show has the suggestions, and plans_apply settles them.',
  input: z.strictObject({
    planId,
    reviewType: z.array(z.enum(REVIEW_TYPES)).min(1).optional().describe('What is looked for; by default all of it.'),
    scope: z.enum(['all', 'phase', 'task']).default('all'),
    targetId: z.string().optional().describe('The phase or task, where the scope is one.'),
    model: z.string().min(1).max(100).optional(),
    waitSeconds: z.int().min(0).max(WAIT_SECONDS.most).default(WAIT_SECONDS.standard).describe('How long the answer may wait for its end.'),
  }),
  output: z.object({ job: Job }),
  annotations: { ...WRITES, openWorldHint: true },
  call: async ({ ask, jobs }, { planId: plan, waitSeconds, reviewType = 'all', ...rest }, signal) => {
    const body = { reviewType, ...rest };
    const begun = (await ask('POST', ['plans', plan, 'review'], { body, headers: { prefer: 'respond-async' } })) as Job;
    const waited = new AbortController();
    const timer = delay(waitSeconds * 1000, undefined, { signal: AbortSignal.any([signal, waited.signal]) }).catch(() => {});
    await Promise.race([jobs.ended(begun.id), timer]);
    waited.abort();
    const job = (await ask('GET', ['jobs', begun.id])) as Job;
    if (job.problem !== null) throw new Refused(job.problem);
    return { job };
  },
});

const apply = tool({
  name: 'plans_apply',
  title: 'Apply suggestions',
  description:
    'Writes suggestions of a review into the plan, in one commit. Ones that are stale or in each other’s way are refused and stay.',
  input: z.strictObject({
    planId,
    suggestionIds: z.array(z.string().min(1)).min(1).max(200).describe('As plans_show names them.'),
    revision,
  }),
  output: Applied,
  annotations: WRITES,
  call: ({ ask }, { planId: plan, suggestionIds, revision: expected }) =>
    ask('POST', ['plans', plan, 'apply-suggestions'], { body: { suggestionIds }, revision: expected }),
});

export const WRITING: readonly Tool[] = [create, edit, review, apply];
