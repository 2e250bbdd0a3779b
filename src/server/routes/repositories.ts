/** What is served. */
import { createRoute } from '@hono/zod-openapi';
import { relative, sep } from 'node:path';
import { z } from 'zod';
import { toCost } from '../../core/budget.ts';
import { Config } from '../../core/config.ts';
import { syncAll } from '../../engine/export.ts';
import { recordedSpending } from '../../engine/spent.ts';
import { readSynced } from '../../engine/sync.ts';
import { nothing } from '../ids.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { RepositoryShape } from '../shape.ts';
import { IdParam } from './looking.ts';

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

export function repositoryRoutes(app: Api, { registry, now }: Server): void {
  app.openapi(list, async (context) => {
    const repositories = [];
    for (const served of registry.all) repositories.push(await repositoryOf(served, now()));
    return context.json({ repositories }, 200);
  });
  app.openapi(config, (context) => {
    const { id } = context.req.valid('param');
    const served = registry.find(id);
    if (served === undefined) throw nothing('repository', id);
    return context.json({ file: served.workspace.configFile, config: served.workspace.config }, 200);
  });
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
    plansFolder: relative(root, plansFolder).split(sep).join('/'),
    plans,
    spentTodayUsd: toCost(today).costUsd,
    dayBudgetUsd: config.budget.day.usd,
  };
}
