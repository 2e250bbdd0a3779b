/** Tools that write plans: each call is an edit of the file and a commit. */
import { z } from 'zod';
import { REVIEW_TYPES } from '../../core/review-types.ts';
import { Refusal } from '../problem.ts';
import { PutAwayShape, UnstashedTask } from '../routes/leftovers.ts';
import type { Created } from '../routes/plans.ts';
import { Applied } from '../routes/reviews.ts';
import type { ApiPhase, ApiPlan, ApiTask, Job, PlanDetail } from '../shape.ts';
import { ChangePhase, ChangePlan, ChangeTask, CreatePlan, NewPhaseShape, NewTaskShape, order } from '../shape-requests.ts';
import type { Ask } from './ask.ts';
import { commit, phaseLine, planLine, said, SHOWN, taskLine } from './shown.ts';
import { planId, revision, taskId, tool, WRITES, type Host, type Tool } from './tool.ts';
import { jobLine, JobLine, untilJobEnds, WAIT_SECONDS, waitSeconds } from './waiting.ts';

/** Tasks that an answer names. */
const MAX_NAMED = 100;

const create = tool({
  name: 'plans_create',
  title: 'Write a plan',
  description:
    'Writes a new plan of phases and tasks as a Markdown file and commits it. A task is what one agent does in one go and leaves as one commit: its description says what, where and how it is known to be done. It is a draft until its status is ready.',
  input: CreatePlan,
  output: z.object({
    plan: SHOWN.PlanLine,
    tasks: z.array(z.object({ taskId: z.string(), title: z.string() })).describe('The first hundred.'),
    commit,
    notCommitted: z.string().optional().describe('Why it is in no commit, or not pushed where it should be.'),
  }),
  annotations: WRITES,
  call: async ({ ask }, body) => {
    const { planId: id, tasks, commit: made, reason } = (await ask('POST', ['plans', 'create'], { body })) as Created;
    const { plan } = (await ask('GET', ['plans', id])) as PlanDetail;
    const named = tasks.slice(0, MAX_NAMED).map((task) => ({ taskId: task.id, title: task.title }));
    return said({ plan: planLine(plan), tasks: named, commit: made, notCommitted: reason });
  },
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
  'add-phase': z.strictObject({ type: z.literal('add-phase'), planId, phase: NewPhaseShape, order: order.optional() }),
  'change-phase': ChangePhase.extend({ type: z.literal('change-phase'), phaseId }),
  'remove-phase': z.strictObject({ type: z.literal('remove-phase'), phaseId }),
  'add-task': z.strictObject({ type: z.literal('add-task'), phaseId, task: NewTaskShape, order: order.optional() }),
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
    'Makes one change of a plan, a phase or a task and commits it: texts, order, modes, dependencies, gates, status. A plan is marked ready by change-plan; a task is skipped, tried again (pending) or marked as done by hand (completed: its gates run, and your changes are committed with it; where they take longer than the answer may wait, it has a job for plans_status) by change-task. What would make an error is refused with its diagnostics.',
  input: z.strictObject({
    change: Change,
    revision,
    waitSeconds: waitSeconds(WAIT_SECONDS.standard).describe(
      'Of a task that is marked as done: how long the answer may wait for its gates.',
    ),
  }),
  output: z.object({
    commit,
    revision: z.string().describe('Of the plan now.'),
    plan: SHOWN.PlanLine.optional(),
    phase: SHOWN.PhaseLine.optional(),
    task: SHOWN.TaskLine.optional(),
    tasks: z.array(SHOWN.TaskLine).optional().describe('Of a phase that was added.'),
    job: JobLine.optional().describe('Of a task that is marked as done, and whose gates still run.'),
    putAway: PutAwayShape.optional().describe('Where a task was skipped: what its last attempt had left in the checkout.'),
  }),
  annotations: { ...WRITES, destructiveHint: true },
  call: async (host, { change, revision: expected, waitSeconds: seconds }, signal) => {
    const { ask } = host;
    if (change.type === 'change-task' && change.status === 'completed') return markDone(host, change, expected, { seconds, signal });
    const { commit: made, revision: now, plan, phase, task, tasks, putAway } = (await changed(ask, change, expected)) as Changed;
    return {
      ...said({ commit: made }),
      revision: now ?? plan?.revision,
      ...(plan === undefined ? {} : { plan: planLine(plan) }),
      ...(phase === undefined ? {} : { phase: phaseLine(phase) }),
      ...(task === undefined ? {} : { task: taskLine(task, false) }),
      ...(tasks === undefined ? {} : { tasks: tasks.slice(0, MAX_NAMED).map((one) => taskLine(one, false)) }),
      ...(putAway === undefined ? {} : { putAway }),
    };
  },
});

/** Gates may take minutes, and a client gives a call up before that: it waits as long as it says, and asks for the job from then on. */
async function markDone(
  host: Host,
  change: Extract<Change, { type: 'change-task' }>,
  expected: string | undefined,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
) {
  const { ask } = host;
  const { type: _, taskId: id, ...body } = change;
  const headers = { prefer: 'respond-async' };
  const begun = (await ask('PATCH', ['tasks', id], { body, revision: expected, headers })) as Job;
  await untilJobEnds(host, begun.id, seconds, signal);
  const job = jobLine((await ask('GET', ['jobs', begun.id])) as Job);
  const { plan, tasks } = (await ask('GET', ['plans', begun.planId ?? ''])) as PlanDetail;
  const task = tasks.find((one) => one.id === job.taskId);
  return {
    revision: plan.revision,
    ...(job.commit === undefined ? {} : { commit: job.commit }),
    ...(task === undefined ? { job } : { task: taskLine(task, false) }),
  };
}

/** What a change's route answers: what it has changed, as it is now. */
interface Changed {
  readonly commit: string | null;
  readonly revision?: string;
  readonly plan?: ApiPlan;
  readonly phase?: ApiPhase;
  readonly task?: ApiTask;
  readonly tasks?: readonly ApiTask[];
  readonly putAway?: z.infer<typeof PutAwayShape>;
}

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
      const { phase, planId: plan, order: place } = change;
      return ask('POST', ['phases'], { body: { ...phase, planId: plan, order: place }, revision: expected });
    }
    case 'change-phase': {
      const { type: _, phaseId: phase, ...body } = change;
      return ask('PATCH', ['phases', phase], { body, revision: expected });
    }
    case 'remove-phase':
      return ask('DELETE', ['phases', change.phaseId], { revision: expected });
    case 'add-task': {
      const { task, phaseId: phase, order: place } = change;
      return ask('POST', ['tasks'], { body: { ...task, phaseId: phase, order: place }, revision: expected });
    }
    case 'change-task': {
      const { type: _, taskId: task, ...body } = change;
      return ask('PATCH', ['tasks', task], { body, revision: expected });
    }
    case 'remove-task':
      return ask('DELETE', ['tasks', change.taskId], { revision: expected });
  }
}

const stash = tool({
  name: 'plans_stash',
  title: 'Put away what attempts have left',
  description:
    'A task that failed or was stopped leaves its files in the checkout, to be mended. This puts them away under a ref, so that the checkout is as HEAD has it; what a person has changed or staged since stays. With bringBack those of one task come back, on top of what has landed since. Not while a run of the plan is at work.',
  input: z.strictObject({
    planId,
    taskId: taskId.optional().describe('Without it: of every task that is not completed.'),
    bringBack: z.boolean().default(false).describe('Of the task, what was put away.'),
  }),
  output: z.object({
    putAway: z.array(PutAwayShape).optional(),
    broughtBack: UnstashedTask.optional(),
  }),
  annotations: WRITES,
  call: async ({ ask }, { planId: plan, taskId: task, bringBack }) => {
    if (!bringBack) {
      const { tasks } = (await ask('POST', ['plans', plan, 'stash'], { body: task === undefined ? {} : { taskId: task } })) as {
        tasks: z.infer<typeof PutAwayShape>[];
      };
      return { putAway: tasks };
    }
    if (task === undefined) throw new Refusal('invalid-request', '"bringBack" is about one task: say which ("taskId").');
    return { broughtBack: (await ask('POST', ['tasks', task, 'unstash'])) as z.infer<typeof UnstashedTask> };
  },
});

const review = tool({
  name: 'plans_review',
  title: 'Have a plan reviewed',
  description:
    'Has Claude read the repository and suggest changes of a plan, which stays as it is. Takes minutes and costs money. Answers with its suggestions, or, where it takes longer than the answer may wait, with a job for plans_status. plans_apply writes those that are wanted into the plan; a person should choose them.',
  input: z.strictObject({
    planId,
    reviewType: z.array(z.enum(REVIEW_TYPES)).min(1).optional().describe('What is looked for; by default all of it.'),
    scope: z.enum(['all', 'phase', 'task']).default('all'),
    targetId: z.string().optional().describe('The phase or task, where the scope is one.'),
    model: z.string().min(1).max(100).optional(),
    waitSeconds: waitSeconds(WAIT_SECONDS.standard).describe('How long the answer may wait for its end.'),
  }),
  output: z.object({ job: JobLine }),
  annotations: { ...WRITES, openWorldHint: true },
  call: async (host, { planId: plan, waitSeconds: seconds, reviewType = 'all', ...rest }, signal) => {
    const { ask } = host;
    const body = { reviewType, ...rest };
    const begun = (await ask('POST', ['plans', plan, 'review'], { body, headers: { prefer: 'respond-async' } })) as Job;
    await untilJobEnds(host, begun.id, seconds, signal);
    return { job: jobLine((await ask('GET', ['jobs', begun.id])) as Job) };
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
  output: Applied.extend({ commit }),
  annotations: WRITES,
  call: async ({ ask }, { planId: plan, suggestionIds, revision: expected }) =>
    said(
      (await ask('POST', ['plans', plan, 'apply-suggestions'], { body: { suggestionIds }, revision: expected })) as z.infer<typeof Applied>,
    ),
});

export const WRITING: readonly Tool[] = [create, edit, stash, review, apply];
