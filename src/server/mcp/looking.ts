/** Tools that look. */
import { z } from 'zod';
import { SuggestionRecord } from '../../core/record.ts';
import { PAGE } from '../paging.ts';
import { ApiPlan, ApiTask, Attempt, Execution, Job, PlanDetail, PlanPage, RepositoryShape } from '../shape.ts';
import { ReadinessShape } from '../shape-figures.ts';
import type { Ask } from './ask.ts';
import { LOOKS, planId, tool, type Tool } from './tool.ts';

/** Plans in one answer, unless more are asked for: a model reads all of it. */
const STANDARD = 20;
const { status } = ApiPlan.shape;
/** Of plans that nobody works on. */
const RESTING: ReadonlySet<string> = new Set(['draft', 'completed']);

const repositoryId = z.string().optional().describe('Only of this repository.');

const list = tool({
  name: 'plans_list',
  title: 'List plans',
  description: 'Lists the plans of the repository, newest first, with their status, progress and problems.',
  input: z.strictObject({
    repositoryId,
    status: status.optional(),
    valid: z.boolean().optional().describe('Only those without errors, or with.'),
    q: z.string().max(200).optional().describe('Only those whose title, description or name has these words.'),
    limit: z.int().min(1).max(PAGE.most).default(STANDARD),
    after: z.string().optional().describe('The `next` of the page before.'),
  }),
  output: PlanPage,
  annotations: LOOKS,
  call: ({ ask }, { valid, ...query }) =>
    ask('GET', ['plans'], { query: { ...query, valid: valid === undefined ? undefined : String(valid) } }),
});

const show = tool({
  name: 'plans_show',
  title: 'Show a plan or a task',
  description:
    'Shows a plan with its phases, tasks and the suggestions that wait for a word; with taskId, only that task with its attempts. The Markdown of the file comes with source: true.',
  input: z.strictObject({
    planId,
    taskId: z.string().min(1).max(512).optional().describe('Only this task: its id, or its slug.'),
    source: z.boolean().default(false).describe('With the file’s text.'),
  }),
  output: PlanDetail.extend({
    suggestions: z.array(SuggestionRecord).describe('Of reviews: those that wait for a word.'),
    attempts: z.array(Attempt).nullable().describe('Of the one task: the tries that this machine knows of, oldest first.'),
    text: z.string().nullable().describe('The file.'),
  }),
  annotations: LOOKS,
  call: async ({ ask }, { planId: plan, taskId, source }) => {
    const detail = (await ask('GET', ['plans', plan])) as PlanDetail;
    const text = source ? ((await ask('GET', ['plans', plan, 'source'])) as { text: string }).text : null;
    const { suggestions } = (await ask('GET', ['plans', plan, 'review'])) as { suggestions: SuggestionRecord[] };
    if (taskId === undefined) return { ...detail, suggestions, attempts: null, text };
    const named = detail.tasks.find(({ id, slug }) => id === taskId || slug === taskId)?.id ?? taskId;
    const task = (await ask('GET', ['tasks', named])) as ApiTask;
    const { attempts } = (await ask('GET', ['tasks', named, 'attempts'])) as { attempts: Attempt[] };
    return { ...detail, phases: detail.phases.filter(({ id }) => id === task.phaseId), tasks: [task], suggestions, attempts, text };
  },
});

const PlanNext = ReadinessShape.extend({ planId: z.string(), title: z.string(), status });

const next = tool({
  name: 'plans_next',
  title: 'What can start',
  description: 'Says which open tasks could start now, and why the others cannot: of one plan, or of all that are ready or under way.',
  input: z.strictObject({ planId: planId.optional() }),
  output: z.object({ plans: z.array(PlanNext) }),
  annotations: LOOKS,
  call: async ({ ask }, { planId: named }) => {
    const plans = named === undefined ? (await openPlans(ask)).filter(({ valid }) => valid) : [await planNow(ask, named)];
    const answers = [];
    for (const plan of plans) {
      const { tasks } = (await ask('GET', ['plans', plan.id, 'next'])) as z.infer<typeof ReadinessShape>;
      answers.push({ planId: plan.id, title: plan.title, status: plan.status, tasks });
    }
    return { plans: answers };
  },
});

const statusOf = tool({
  name: 'plans_status',
  title: 'Where things stand',
  description:
    'Says what runs now, which plans are ready, paused, failed or have errors and why, and what was spent today; with jobId, what became of a review.',
  input: z.strictObject({
    planId: planId.optional(),
    jobId: z.string().min(1).max(100).optional().describe('A review that goes on, as plans_review names it.'),
  }),
  output: z.object({
    repositories: z.array(RepositoryShape),
    executions: z.array(Execution).describe('Those that are under way on this machine.'),
    plans: z.array(ApiPlan).describe('The one that was asked for, or those that are neither drafts nor completed, and those with errors.'),
    job: Job.nullable(),
  }),
  annotations: LOOKS,
  call: async ({ ask }, { planId: named, jobId }) => {
    const plans = named === undefined ? await openPlans(ask) : [await planNow(ask, named)];
    const { repositories } = (await ask('GET', ['repositories'])) as { repositories: RepositoryShape[] };
    const query = { planId: plans.length === 1 && named !== undefined ? plans[0]?.id : undefined, live: 'true', limit: PAGE.most };
    const { executions } = (await ask('GET', ['executions'], { query })) as { executions: Execution[] };
    const job = jobId === undefined ? null : ((await ask('GET', ['jobs', jobId])) as Job);
    return { repositories, executions, plans, job };
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
    const page = (await ask('GET', ['plans'], { query: { limit: PAGE.most, after } })) as z.infer<typeof PlanPage>;
    open.push(...page.plans.filter((plan) => !plan.valid || !RESTING.has(plan.status)));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return open;
}

export const LOOKING: readonly Tool[] = [list, show, next, statusOf];
