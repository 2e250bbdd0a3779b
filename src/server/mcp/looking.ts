/** Tools that look. */
import { z } from 'zod';
import { PAGE } from '../paging.ts';
import { ApiPlan, Job, type Execution, type PlanDetail, type PlanPage, type RepositoryShape } from '../shape.ts';
import type { ReadinessShape } from '../shape-figures.ts';
import type { Ask } from './ask.ts';
import { show } from './show.ts';
import { next, planLine, repositoryLine, runLine, said, SHOWN } from './shown.ts';
import { LOOKS, planId, tool, type Tool } from './tool.ts';
import { jobLine, JobLine, untilJobEnds, untilRunEnds, waitSeconds } from './waiting.ts';

/** Plans in one answer, unless more are asked for: a model reads all of it. */
const STANDARD = 20;
/** Tasks of one plan that wait, in one answer. */
const MAX_WAITING = 100;
const { status } = ApiPlan.shape;
/** Of plans that nobody works on. */
const RESTING: ReadonlySet<string> = new Set(['draft', 'completed']);

const count = z.int().min(0);

const list = tool({
  name: 'plans_list',
  title: 'List plans',
  description: 'Lists plans, newest first, a line each. For what is under way, waits or has failed, plans_status is shorter.',
  input: z.strictObject({
    repositoryId: z.string().optional().describe('Only of this repository.'),
    status: status.optional(),
    valid: z.boolean().optional().describe('Only those without errors, or with.'),
    q: z.string().max(200).optional().describe('Only those whose title, description or name has these words.'),
    limit: z.int().min(1).max(100).default(STANDARD),
    after: z.string().optional().describe('The `next` of the page before.'),
  }),
  output: z.object({
    plans: z.array(SHOWN.PlanLine),
    total: count,
    next,
  }),
  annotations: LOOKS,
  call: async ({ ask }, { valid, ...query }) => {
    const {
      plans,
      total,
      next: after,
    } = (await ask('GET', ['plans'], {
      query: { ...query, valid: valid === undefined ? undefined : String(valid) },
    })) as PlanPage;
    return said({ plans: plans.map((plan) => planLine(plan)), total, next: after });
  },
});

const TaskName = z.object({ taskId: z.string(), title: z.string() });
/** A `WaitReason`. */
const Because = z.object({
  type: z.string(),
  task: z.string().optional(),
  phase: z.string().optional(),
  status: z.string().optional(),
});
const PlanNext = z.object({
  planId: z.string(),
  title: z.string(),
  status,
  ready: z.array(TaskName).describe('Open tasks that could start now, in the order of the file.'),
  waiting: z
    .array(TaskName.extend({ because: z.array(Because).describe('The widest reason first; ids in it are those of the file.') }))
    .optional(),
  more: count.describe('Open tasks that wait and are not named here.'),
});

const startable = tool({
  name: 'plans_next',
  title: 'What can start',
  description:
    'Says which open tasks could start now: of one plan, with the reason why each other one waits; or of all plans that are ready or under way.',
  input: z.strictObject({ planId: planId.optional() }),
  output: z.object({ plans: z.array(PlanNext), morePlans: count.describe('Plans that are not named here: plans_list has them.') }),
  annotations: LOOKS,
  call: async ({ ask }, { planId: named }) => {
    const plans = named === undefined ? (await openPlans(ask)).filter(({ valid }) => valid) : [await planNow(ask, named)];
    const answers = [];
    for (const { id, title, status: now } of plans.slice(0, STANDARD)) {
      const { tasks } = (await ask('GET', ['plans', id, 'next'])) as z.infer<typeof ReadinessShape>;
      const nameOf = ({ taskId, title: named }: (typeof tasks)[number]) => ({ taskId, title: named });
      const [ready, others] = [tasks.filter((task) => task.ready), tasks.filter((task) => !task.ready)];
      const waiting = named === undefined ? [] : others.slice(0, MAX_WAITING).map((task) => ({ ...nameOf(task), because: task.because }));
      answers.push({
        planId: id,
        title,
        status: now,
        ready: ready.slice(0, MAX_WAITING).map(nameOf),
        ...(named === undefined ? {} : { waiting }),
        more: tasks.length - Math.min(ready.length, MAX_WAITING) - waiting.length,
      });
    }
    return { plans: answers, morePlans: plans.length - answers.length };
  },
});

const statusOf = tool({
  name: 'plans_status',
  title: 'Where things stand',
  description:
    'Says what runs now, which plans are ready, paused, failed or have errors, what can be done about each, and what was spent today. With planId and waitSeconds it waits until the plan’s run ends or pauses; with jobId it says what became of a review.',
  input: z.strictObject({
    planId: planId.optional(),
    jobId: z.string().min(1).max(100).optional().describe('A review that goes on, as plans_review names it.'),
    waitSeconds: waitSeconds(0).describe(
      'Wait so long at the most for the end of the plan’s run, or of the review. 45 suits most clients.',
    ),
  }),
  output: z.object({
    repositories: z.array(SHOWN.RepositoryLine),
    runs: z.array(SHOWN.RunLine).describe('Those that are under way on this machine, and the tasks that they work on.'),
    plans: z
      .array(SHOWN.PlanLine)
      .describe('The one that was asked for, or those that are neither drafts nor completed, and those with errors.'),
    more: count.describe('Further plans of these: plans_list has them.'),
    job: JobLine.optional(),
  }),
  annotations: LOOKS,
  call: async (host, { planId: named, jobId, waitSeconds: seconds }, signal) => {
    const { ask } = host;
    if (jobId !== undefined) await untilJobEnds(host, jobId, seconds, signal);
    else if (named !== undefined) await untilRunEnds(ask, named, seconds, signal);
    const all = named === undefined ? await openPlans(ask) : [await planNow(ask, named)];
    const { repositories } = (await ask('GET', ['repositories'])) as { repositories: RepositoryShape[] };
    const query = { planId: named === undefined ? undefined : all[0]?.id, live: 'true', limit: PAGE.most };
    const { executions } = (await ask('GET', ['executions'], { query })) as { executions: Execution[] };
    const plans = all.slice(0, STANDARD).map((plan) => planLine(plan));
    const job = jobId === undefined ? {} : { job: jobLine((await ask('GET', ['jobs', jobId])) as Job) };
    return {
      repositories: repositories.map(repositoryLine),
      runs: executions.map(runLine),
      plans,
      more: all.length - plans.length,
      ...job,
    };
  },
});

async function planNow(ask: Ask, id: string): Promise<ApiPlan> {
  return ((await ask('GET', ['plans', id])) as PlanDetail).plan;
}

/** Plans that somebody has to do with now, and those that cannot be read. */
async function openPlans(ask: Ask): Promise<ApiPlan[]> {
  const open: ApiPlan[] = [];
  let after: string | undefined;
  do {
    const page = (await ask('GET', ['plans'], { query: { limit: PAGE.most, after } })) as PlanPage;
    open.push(...page.plans.filter((plan) => !plan.valid || !RESTING.has(plan.status)));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return open;
}

export const LOOKING: readonly Tool[] = [list, show, startable, statusOf];
