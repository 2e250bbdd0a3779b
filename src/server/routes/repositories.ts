/** What is served. */
import { createRoute } from '@hono/zod-openapi';
import { relative, sep } from 'node:path';
import { z } from 'zod';
import { NOTHING, toCost } from '../../core/budget.ts';
import { Config } from '../../core/config.ts';
import { liveRuns, syncAll } from '../../engine/export.ts';
import { recordedSpending, withUnrecorded } from '../../engine/spent.ts';
import { readSynced } from '../../engine/sync.ts';
import { ATTEMPTS } from '../../engine/kept.ts';
import { recordDead } from '../../engine/planner/cost-journal.ts';
import { logRecord, readTaskLog } from '../../engine/task-log.ts';
import { nothing, partIdOf, planIdOf, planRef } from '../ids.ts';
import { PAGE } from '../paging.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { StatusShape, TaskLog } from '../shape-figures.ts';
import { RepositoryShape } from '../shape.ts';
import { IdParam } from './looking.ts';

/** In one page of the log. */
const MAX_COMMITS = 1_000;

const Repositories = z.object({ repositories: z.array(RepositoryShape) }).meta({ id: 'Repositories' });
const ConfigAnswer = z
  .object({ file: z.string().nullable().describe('Null where the defaults hold.'), config: Config })
  .meta({ id: 'RepositoryConfig' });

const list = createRoute({
  method: 'get',
  path: '/api/repositories',
  operationId: 'listRepositories',
  tags: ['Repositories'],
  summary: 'The repositories that are served',
  responses: answers(Repositories, 'All of them.'),
});
const config = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/config',
  operationId: 'getConfig',
  tags: ['Repositories'],
  summary: 'How plans are carried out there',
  request: { params: IdParam },
  responses: answers(ConfigAnswer, 'The config, defaults included.'),
});

const status = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/status',
  operationId: 'getStatus',
  tags: ['Repositories'],
  summary: 'Where things stand: what runs, what was spent, what is uncommitted',
  request: { params: IdParam },
  responses: answers(StatusShape, 'Where things stand.'),
});
const log = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/log',
  operationId: 'listTaskCommits',
  tags: ['Repositories'],
  summary: 'The commits of tasks: attempt, duration, gates, cost',
  request: {
    params: IdParam,
    query: z.object({
      planId: z.string().optional().describe('Only of this plan, which may be gone.'),
      limit: z.coerce.number().int().min(1).max(MAX_COMMITS).default(PAGE.standard),
      after: z
        .string()
        .regex(/^[0-9a-f]{40}$/, 'the id of a commit')
        .optional()
        .describe('The `next` of the page before.'),
    }),
  },
  responses: answers(TaskLog, 'Newest first, from the trailers of git log.'),
});

export function repositoryRoutes(app: Api, { registry, now }: Server): void {
  const named = (id: string): Served => {
    const served = registry.find(id);
    if (served === undefined) throw nothing('repository', id);
    return served;
  };
  app.openapi(list, async (context) => {
    const repositories = [];
    for (const served of registry.all) repositories.push(await repositoryOf(served, now()));
    return context.json({ repositories }, 200);
  });
  app.openapi(config, (context) => {
    const served = named(context.req.valid('param').id);
    return context.json({ file: served.workspace.configFile, config: served.workspace.config }, 200);
  });
  app.openapi(status, async (context) => context.json(await statusOf(named(context.req.valid('param').id), now()), 200));
  app.openapi(log, async (context) => {
    const served = named(context.req.valid('param').id);
    const { planId, limit, after } = context.req.valid('query');
    const ref = planId === undefined ? null : planRef(registry, planId);
    if (ref !== null && ref.served !== served) throw nothing('plan', planId ?? '');
    return context.json(await logPage(served, ref?.plan, { limit, after }), 200);
  });
}

async function statusOf(served: Served, now: Date): Promise<z.infer<typeof StatusShape>> {
  const { workspace } = served;
  const { git, plansFolder, root, config } = workspace;
  const read = await readSynced(workspace, syncAll, (store) => ({
    plans: store.records.plans().map(({ id }) => id),
    recorded: recordedSpending(store, now),
    live: liveRuns(store),
  }));
  const { head, changes } = await git.status([folderOf(root, plansFolder)]);
  await recordDead(workspace);
  const spent = await withUnrecorded(workspace, read.recorded, await git.refs(ATTEMPTS), now);
  return {
    repositoryId: served.id,
    ...head,
    operation: await git.operation(),
    running: read.live.map(({ planId, runId, ...rest }) => ({
      executionId: `${served.id}:${runId}`,
      planId: planIdOf(served, planId),
      ...rest,
      tasks: rest.tasks.map(({ taskId, ...task }) => ({ ...task, taskId: partIdOf(served, planId, taskId) })),
    })),
    plans: read.plans.map((id) => ({ planId: planIdOf(served, id), spent: toCost(spent.plans.get(id) ?? NOTHING) })),
    spentToday: toCost(spent.today),
    dayBudgetUsd: config.budget.day.usd,
    uncommitted: changes.filter(({ path }) => path.endsWith('.plan.md')).map(({ path, kind, staged }) => ({ path, kind, staged })),
  };
}

/** A page of the log: those after one of it, or the newest. */
async function logPage(
  served: Served,
  plan: string | undefined,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Promise<z.infer<typeof TaskLog>> {
  for (let ask = limit + 1; ; ask *= 4) {
    const entries = await readTaskLog(served.workspace, plan, ask);
    const at = after === undefined ? -1 : entries.findIndex(({ commit }) => commit.id === after);
    const isAll = entries.length < ask;
    if (after !== undefined && at < 0 && isAll) throw nothing('commit of a task', after);
    // One more than is wanted says whether there is a next page.
    if (!isAll && ((after !== undefined && at < 0) || entries.length <= at + 1 + limit)) continue;
    const page = entries.slice(at + 1, at + 1 + limit);
    const commits = page.map(logRecord).map(({ plan: of, gates, flags, ...rest }) => ({
      ...rest,
      planId: planIdOf(served, of),
      gates: gates.map((gate) => ({ ...gate })),
      flags: flags.map((flag) => ({ ...flag })),
    }));
    return { commits, next: at + 1 + page.length < entries.length ? (page.at(-1)?.commit.id ?? null) : null };
  }
}

async function repositoryOf({ id, name, workspace }: Served, now: Date): Promise<RepositoryShape> {
  const { git, root, config, plansFolder } = workspace;
  const { plans, today } = await readSynced(workspace, syncAll, (store) => ({
    plans: store.records.plans().length,
    today: recordedSpending(store, now).today,
  }));
  return {
    id,
    name,
    root,
    ...(await git.head()),
    operation: await git.operation(),
    plansFolder: folderOf(root, plansFolder),
    plans,
    spentTodayUsd: toCost(today).costUsd,
    dayBudgetUsd: config.budget.day.usd,
  };
}

/** As git has it. */
function folderOf(root: string, folder: string): string {
  return relative(root, folder).split(sep).join('/');
}
