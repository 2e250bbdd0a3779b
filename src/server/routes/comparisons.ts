/** What differs between two versions of the plans, in the plans' own terms. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { markdownOf } from '../../core/diff-markdown.ts';
import { PlansDiff } from '../../core/diff-record.ts';
import { Problem } from '../../core/problem.ts';
import type { At } from '../../engine/diff-side.ts';
import { diffPlans } from '../../engine/diff.ts';
import { nothing, planRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { PROBLEMS, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { IdParam } from './looking.ts';

/** What git takes for a commit. It is never a word of a command line: an option could be one of those. */
const Revision = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^-\p{Cc}][^\p{Cc}]*$/u, 'the name of a commit');

const compare = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/diff',
  operationId: 'comparePlans',
  tags: ['Repositories'],
  summary: 'What differs between two versions of the plans, in the plans’ terms',
  description:
    'Tasks and phases that came, went, moved or were changed, and what follows: what can start, how long and at what cost. Commands, agents, gates, budgets, file scopes and approvals are marked: read them as code. Ids are those of the files.',
  request: {
    params: IdParam,
    query: z.object({
      base: Revision.default('HEAD').describe('Anything that git takes for a commit.'),
      head: Revision.default('worktree').describe('The same; or `worktree`, the files as they are; or `index`, what is staged.'),
      parted: z.enum(['true', 'false']).default('false').describe('Compare with where the two have parted, as a pull request shows it.'),
      planId: z.string().optional().describe('This plan alone.'),
      format: z.enum(['json', 'markdown']).default('json'),
    }),
  },
  responses: {
    200: {
      description: 'The comparison.',
      content: { 'application/json': { schema: PlansDiff }, 'text/markdown': { schema: z.string() } },
    },
    ...PROBLEMS,
  },
});

export function comparisonRoutes(app: Api, { registry, now }: Server): void {
  app.openapi(compare, async (context) => {
    const { id } = context.req.valid('param');
    const served = registry.find(id);
    if (served === undefined) throw nothing('repository', id);
    const { base, head, parted, planId, format } = context.req.valid('query');
    const ref = planId === undefined ? null : planRef(registry, planId);
    if (ref !== null && ref.served !== served) throw nothing('plan', planId ?? '');
    const from = parted === 'true' ? await partedAt(served, base, head) : base;
    const diff = await compared(served, from, head, ref?.plan, now());
    if (format === 'json') return context.json(diff, 200) as never;
    return context.body(`${markdownOf(diff)}\n`, 200, { 'content-type': 'text/markdown; charset=utf-8' }) as never;
  });
}

async function compared({ workspace }: Served, base: string, head: string, plan: string | undefined, now: Date): Promise<PlansDiff> {
  try {
    return await diffPlans(workspace, { type: 'commit', revision: base }, sideOf(head), { plan, forecastAt: now });
  } catch (error) {
    throw error instanceof Problem && error.name === 'Problem' ? new Refusal('not-found', error.message) : error;
  }
}

function sideOf(head: string): At {
  return head === 'worktree' || head === 'index' ? { type: head } : { type: 'commit', revision: head };
}

async function partedAt({ workspace }: Served, base: string, head: string): Promise<string> {
  const at = sideOf(head);
  const found = await workspace.git.mergeBase(base, at.type === 'commit' ? at.revision : 'HEAD');
  if (found !== null) return found;
  throw new Refusal(
    'not-found',
    `"${base}" and "${head}" are no two commits with a history in common. In a shallow clone it may be missing.`,
  );
}
