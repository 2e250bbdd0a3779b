/** How a plan came to be, what is left of it, what can start, and what was done. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { toCost } from '../../core/budget.ts';
import type { PastWork } from '../../core/past.ts';
import { readiness } from '../../core/schedule.ts';
import { GROUPINGS, statistics, type Totals } from '../../core/statistics.ts';
import { liveRuns } from '../../engine/export.ts';
import { estimatePlan } from '../../engine/estimate.ts';
import { iterationDetail, planHistory, type PlanHistory } from '../../engine/iterations.ts';
import { checkText } from '../../engine/kept-reading.ts';
import { readPast } from '../../engine/past.ts';
import { readSynced, syncFiles } from '../../engine/sync.ts';
import { nothing, partIdOf, planIdOf, planRef, type PlanRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Registry, Served } from '../served.ts';
import { EstimateShape, HistoryShape, IterationShape, ReadinessShape, StatisticsShape } from '../shape-figures.ts';
import { IdParam } from './looking.ts';

/** Of a time line, in one answer. */
const MAX_ITERATIONS = 1_000;

const history = createRoute({
  method: 'get',
  path: '/api/plans/{id}/history',
  operationId: 'getHistory',
  tags: ['Plans'],
  summary: 'Who changed what in a plan, and why',
  request: {
    params: IdParam,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(MAX_ITERATIONS).default(MAX_ITERATIONS),
      after: z
        .string()
        .regex(/^[0-9a-f]{40}$/, 'the id of an iteration')
        .optional()
        .describe('The `next` of the page before.'),
    }),
  },
  responses: answers(HistoryShape, 'The time line, from git alone.'),
});
const iteration = createRoute({
  method: 'get',
  path: '/api/plans/{id}/history/{commit}',
  operationId: 'getIteration',
  tags: ['Plans'],
  summary: 'What one iteration changed, in full',
  request: { params: IdParam.extend({ commit: z.string().regex(/^[0-9a-f]{4,40}$/, 'the id of an iteration, or its beginning') }) },
  responses: answers(IterationShape, 'The iteration.'),
});
const estimate = createRoute({
  method: 'get',
  path: '/api/plans/{id}/estimate',
  operationId: 'estimatePlan',
  tags: ['Plans'],
  summary: 'What is left of a plan, in time, tokens and money',
  request: { params: IdParam },
  responses: answers(EstimateShape, 'From what this repository’s history says of its like.'),
});
const next = createRoute({
  method: 'get',
  path: '/api/plans/{id}/next',
  operationId: 'getNextTasks',
  tags: ['Plans'],
  summary: 'What can start now, and why the rest cannot',
  request: { params: IdParam },
  responses: answers(ReadinessShape, 'Every open task, by the executor’s own function.'),
});
const stats = createRoute({
  method: 'get',
  path: '/api/stats',
  operationId: 'getStatistics',
  tags: ['Repositories'],
  summary: 'What was done: time, attempts, failures and cost',
  request: {
    query: z.object({
      repositoryId: z.string().optional(),
      planId: z.string().optional(),
      by: z.enum(GROUPINGS).default('plan'),
      since: z.union([z.iso.datetime(), z.iso.date()]).optional().describe('A day (UTC) or a moment.'),
      agent: z.string().max(200).optional().describe('Only what this agent did.'),
      model: z.string().max(200).optional().describe('Only what was done with this model.'),
    }),
  },
  responses: answers(StatisticsShape, 'From the trailers of git log.'),
});

export function figureRoutes(app: Api, { registry, now }: Server): void {
  app.openapi(history, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { served } = ref;
    const { limit, after } = context.req.valid('query');
    const { iterations: all, uncommitted } = await historyOf(ref);
    const at = after === undefined ? -1 : all.findIndex(({ id }) => id === after);
    if (after !== undefined && at < 0) throw nothing('iteration', after);
    const page = all.slice(at + 1, at + 1 + limit);
    const iterations = page.map((one) => ({ ...one, planId: planIdOf(served, one.planId) }));
    const next = at + 1 + page.length < all.length ? (page.at(-1)?.id ?? null) : null;
    return context.json({ iterations, total: all.length, next, uncommitted } as z.infer<typeof HistoryShape>, 200);
  });
  app.openapi(iteration, async (context) => {
    const { id, commit } = context.req.valid('param');
    const ref = planRef(registry, id);
    const { served, plan } = ref;
    const { iterations } = await historyOf(ref);
    if (!iterations.some((one) => one.id.startsWith(commit))) throw nothing('iteration', commit);
    const { iteration: of, ...detail } = await iterationDetail(served.workspace, plan, commit);
    return context.json({ ...detail, iteration: { ...of, planId: planIdOf(served, of.planId) } } as z.infer<typeof IterationShape>, 200);
  });
  app.openapi(estimate, async (context) => {
    const { served, plan } = await known(planRef(registry, context.req.valid('param').id));
    const { workspace } = served;
    const text = await workspace.files.readText(workspace.planPath(plan));
    const check = text.type === 'text' ? checkText(workspace, text.text, plan) : null;
    if (check?.valid !== true) throw new Refusal('conflict', 'The plan has errors, and what it would take cannot be said.');
    const { spent, ...rest } = await estimatePlan(workspace, check.plan, now());
    return context.json({ ...rest, spent: toCost(spent) } as z.infer<typeof EstimateShape>, 200);
  });
  app.openapi(next, async (context) => {
    const ref = await known(planRef(registry, context.req.valid('param').id));
    const { served, plan } = ref;
    const { schedule, running } = await readSynced(served.workspace, syncFiles, (store) => ({
      schedule: store.records.schedules(plan)[0],
      running: new Set(liveRuns(store, plan).flatMap(({ tasks }) => tasks.map(({ taskId }) => taskId))),
    }));
    const found = schedule?.valid === true ? readiness(schedule, { running }) : [];
    const part = (slug: string) => partIdOf(served, plan, slug);
    const tasks = found.map(({ phase, task, ready, because }) => ({
      taskId: part(task.id),
      phaseId: part(phase),
      title: task.title,
      ready,
      because: because.map((reason) => ({ ...reason })),
    }));
    return context.json({ tasks }, 200);
  });
  app.openapi(stats, async (context) => {
    const { repositoryId, planId, by, since, agent, model } = context.req.valid('query');
    const ref = planId === undefined ? null : planRef(registry, planId);
    const served = servedBy(registry, repositoryId).filter((one) => ref === null || one === ref.served);
    const past: PastWork[] = [];
    for (const one of served)
      for (const work of await readPast(one.workspace, ref?.plan ?? null)) past.push({ ...work, plan: planIdOf(one, work.plan) });
    // What was done for a plan outlasts it.
    if (ref !== null && past.length === 0) await known(ref);
    const from = since === undefined ? -Infinity : Date.parse(since);
    const asked = past.filter(
      (work) => work.at >= from && (agent === undefined || work.agent === agent) && (model === undefined || work.model === model),
    );
    return context.json(await statisticsOf(registry, asked, by), 200);
  });
}

/** The history of a plan, which outlasts it: only one that never was is not found. */
async function historyOf(ref: PlanRef): Promise<PlanHistory> {
  const history = await planHistory(ref.served.workspace, ref.plan);
  if (history.iterations.length === 0) await known(ref);
  return history;
}

/** The plan, where there is one. */
async function known(ref: PlanRef): Promise<PlanRef> {
  await readPlan(ref);
  return ref;
}

function servedBy(registry: Registry, id: string | undefined): readonly Served[] {
  if (id === undefined) return registry.all;
  const served = registry.find(id);
  if (served === undefined) throw nothing('repository', id);
  return [served];
}

async function statisticsOf(
  registry: Registry,
  past: readonly PastWork[],
  by: (typeof GROUPINGS)[number],
): Promise<z.infer<typeof StatisticsShape>> {
  const { from, to, totals, groups, slowest, gates, outcomes } = statistics(past, by);
  const titles = await titlesOf(registry, new Set(slowest.map(({ plan }) => plan)));
  const days = [...Map.groupBy(past, ({ at }) => dateOf(at).slice(0, 10))].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    from: from === null ? null : dateOf(from),
    to: to === null ? null : dateOf(to),
    by,
    totals: totalsOf(totals),
    groups: groups.map(({ plan, name, ...rest }) => ({ planId: by === 'plan' ? name : plan, name, ...totalsOf(rest) })),
    days: days.map(([day, work]) => ({ day, ...totalsOf(statistics(work, by).totals) })),
    slowest: slowest.map(({ plan, ...rest }) => ({ planId: plan, title: titles.get(plan)?.get(rest.task) ?? null, ...rest })),
    gates: gates.slice(),
    outcomes: outcomes.slice(),
  };
}

/** Titles of tasks by their slugs, of each plan that is there. */
async function titlesOf(registry: Registry, plans: ReadonlySet<string>): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const titles = new Map<string, ReadonlyMap<string, string>>();
  for (const id of plans) {
    // What was done for a plan outlasts it.
    const detail = await readPlan(planRef(registry, id)).catch((error: unknown) => {
      if (error instanceof Refusal) return null;
      throw error;
    });
    if (detail !== null) titles.set(id, new Map(detail.tasks.map(({ slug, title }) => [slug, title])));
  }
  return titles;
}

/** What is not known as a whole is null, and beside it stands what is. */
function totalsOf({ costUsd, ...rest }: Totals) {
  return { ...rest, costUsd: rest.unpriced > 0 ? null : costUsd, knownCostUsd: costUsd };
}

function dateOf(at: number): string {
  return new Date(at).toISOString();
}
