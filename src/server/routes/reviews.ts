/** Plans that Claude writes and reviews, and a person's word on what it suggests. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { diagnosticRecord, DiagnosticRecord, SuggestionRecord } from '../../core/record.ts';
import type { PublishedPlannerEvent } from '../../core/event.ts';
import type { ReviewScope } from '../../core/review-answer.ts';
import { REVIEW_TYPES, type ReviewType } from '../../core/review-types.ts';
import { applyReview, dismissReview, openReview } from '../../engine/planner/apply.ts';
import { generatePlan } from '../../engine/planner/generate.ts';
import { reviewPlan } from '../../engine/planner/review.ts';
import { callerOf, checkRevision, inTurn, revisionIn } from '../change.ts';
import { nothing, partIn, planIdOf, planRef, type PlanRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { Generated, Reviewed } from '../shape.ts';
import { accepted, isAsync, Prefer } from './jobs.ts';
import { IdParam } from './looking.ts';
import { createdPlan, IfMatch, repositoryNamed } from './plans.ts';

const MAX_SUGGESTIONS = 200;

const json = <T extends z.ZodType>(schema: T) => ({ body: { required: true, content: { 'application/json': { schema } } } });
export const GenerateRequest = z
  .strictObject({
    repositoryId: z.string().optional().describe('Needed where several are served.'),
    title: z.string().trim().min(1).max(500),
    description: z.string().max(100_000).optional().describe('What is wanted, in your own words.'),
    generateWith: z.string().min(1).max(100).default('claude').describe('`claude`, or a model of it in place of the config’s.'),
    slug: z.string().max(80).optional(),
  })
  .meta({ id: 'GeneratePlan' });
export const ReviewPlan = z
  .strictObject({
    reviewType: z.union([z.enum([...REVIEW_TYPES, 'all']), z.array(z.enum(REVIEW_TYPES)).min(1)]),
    scope: z.enum(['all', 'phase', 'task']).default('all'),
    targetId: z.string().optional().describe('The phase or task, where the scope is one.'),
    model: z.string().min(1).max(100).optional(),
  })
  .meta({ id: 'ReviewPlan' });

const generate = createRoute({
  method: 'post',
  path: '/api/plans/generate',
  operationId: 'generatePlan',
  tags: ['Plans'],
  summary: 'Have Claude read the repository and write a draft',
  description: 'Takes minutes and costs money. It goes on where the client goes away; DELETE /api/jobs/{id} stops it.',
  request: {
    headers: Prefer,
    ...json(GenerateRequest),
  },
  responses: { ...answers(Generated, 'The plan, a draft in its first commit.'), ...accepted },
});
const review = createRoute({
  method: 'post',
  path: '/api/plans/{id}/review',
  operationId: 'reviewPlan',
  tags: ['Reviews'],
  summary: 'Have Claude suggest changes of a plan',
  description: 'Takes minutes and costs money. The plan stays as it is; the suggestions land beside it, in a commit.',
  request: {
    params: IdParam,
    headers: Prefer,
    ...json(ReviewPlan),
  },
  responses: { ...answers(Reviewed, 'What it suggests.'), ...accepted },
});
const getReview = createRoute({
  method: 'get',
  path: '/api/plans/{id}/review',
  operationId: 'getReview',
  tags: ['Reviews'],
  summary: 'The suggestions that wait for a person’s word',
  request: { params: IdParam },
  responses: answers(
    z.object({ suggestions: z.array(SuggestionRecord), diagnostics: z.array(DiagnosticRecord) }).meta({ id: 'OpenReview' }),
    'None, where there is no review.',
  ),
});
export const Applied = z
  .object({
    applied: z.array(z.object({ id: z.string(), title: z.string() })),
    refused: z.array(z.object({ id: z.string(), reason: z.enum(['stale', 'blocked', 'conflict']), message: z.string() })),
    left: z.int(),
    revision: z.string(),
    commit: z.string().nullable(),
  })
  .meta({ id: 'AppliedSuggestions' });
const apply = createRoute({
  method: 'post',
  path: '/api/plans/{id}/apply-suggestions',
  operationId: 'applySuggestions',
  tags: ['Reviews'],
  summary: 'Write suggestions into the plan, in one commit',
  request: {
    params: IdParam,
    headers: IfMatch,
    ...json(
      z.strictObject({
        iterationId: z.string().optional().describe('The review that they are from: one of the plan’s iterations.'),
        suggestionIds: z.array(z.string().min(1)).min(1).max(MAX_SUGGESTIONS),
      }),
    ),
  },
  responses: answers(Applied, 'What was applied, and what was refused and stays.'),
});
const dismiss = createRoute({
  method: 'post',
  path: '/api/plans/{id}/dismiss-suggestions',
  operationId: 'dismissSuggestions',
  tags: ['Reviews'],
  summary: 'Take suggestions off the list, in one commit',
  request: {
    params: IdParam,
    headers: IfMatch,
    ...json(z.strictObject({ suggestionIds: z.array(z.string().min(1)).min(1).max(MAX_SUGGESTIONS) })),
  },
  responses: answers(
    z.object({ dismissed: z.array(z.string()), left: z.int(), commit: z.string() }).meta({ id: 'DismissedSuggestions' }),
    'What is gone.',
  ),
});
export function reviewRoutes(app: Api, server: Server): void {
  const { registry, jobs, limits, env } = server;

  app.openapi(generate, async (context) => {
    const { repositoryId, title, description, generateWith, slug } = context.req.valid('json');
    const served = repositoryNamed(registry, repositoryId);
    limits.planner.take();
    const model = generateWith === 'claude' ? undefined : generateWith;
    const { job, done } = jobs.begin(served, { kind: 'generate', title, planId: null }, (signal, say) =>
      generated(served, { title, description, slug, model, env, signal }, say),
    );
    if (isAsync(context.req.valid('header').prefer)) return context.json(job, 202, { location: `/api/jobs/${job.id}` }) as never;
    return context.json(await done, 200) as never;
  });

  app.openapi(review, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { reviewType, scope, targetId, model } = context.req.valid('json');
    const types = typesOf(reviewType);
    const about = scopeOf(ref, scope, targetId);
    const { title } = (await readPlan(ref)).plan;
    limits.planner.take();
    const { job, done } = jobs.begin(ref.served, { kind: 'review', title, planId: planIdOf(ref.served, ref.plan) }, (signal, say) =>
      reviewed(server, ref, { types, scope: about, model, signal }, say),
    );
    if (isAsync(context.req.valid('header').prefer)) return context.json(job, 202, { location: `/api/jobs/${job.id}` }) as never;
    return context.json(await done, 200) as never;
  });

  app.openapi(getReview, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    await readPlan(ref);
    const open = await openReview(callerOf(server, ref));
    return context.json({ suggestions: open?.suggestions.slice() ?? [], diagnostics: open?.diagnostics.map(diagnosticRecord) ?? [] }, 200);
  });

  app.openapi(apply, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { iterationId, suggestionIds: ids } = context.req.valid('json');
    const expected = revisionIn(context);
    const { applied, refused, left, commit } = await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      if (iterationId !== undefined && !(await readPlan(ref)).iterations.some(({ id }) => id === iterationId))
        throw nothing('iteration', iterationId);
      return applyReview(callerOf(server, ref), { type: 'ids', ids });
    });
    const { revision } = (await readPlan(ref)).plan;
    return context.json({ applied: applied.slice(), refused: refused.slice(), left, revision, commit }, 200);
  });

  app.openapi(dismiss, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { suggestionIds: ids } = context.req.valid('json');
    const expected = revisionIn(context);
    const { dismissed, left, commit } = await inTurn(ref, async () => {
      await checkRevision(ref, expected);
      return dismissReview(callerOf(server, ref), { type: 'ids', ids });
    });
    return context.json({ dismissed: dismissed.slice(), left, commit }, 200);
  });
}

export function typesOf(reviewType: z.infer<typeof ReviewPlan>['reviewType']): readonly ReviewType[] {
  if (reviewType === 'all') return REVIEW_TYPES;
  return Array.isArray(reviewType) ? reviewType : [reviewType];
}

export function scopeOf(ref: PlanRef, scope: 'all' | 'phase' | 'task', target: string | undefined): ReviewScope {
  if (scope === 'all') return { type: 'plan' };
  if (target === undefined) throw new Refusal('invalid-request', `A review of one ${scope} needs its "targetId".`);
  return { type: scope, id: partIn(ref, target) };
}

type Say = (event: PublishedPlannerEvent) => void;

async function generated(served: Served, request: Parameters<typeof generatePlan>[1], say: Say): Promise<Generated> {
  const result = await generatePlan(served.workspace, request, say);
  if (result.type === 'stopped') throw stopped(result);
  const { id: plan, commit, reason, advice, usage } = result;
  return { ...(await createdPlan({ served, plan }, { commit, reason })), advice: [...advice], usage };
}

async function reviewed(server: Server, ref: PlanRef, request: Parameters<typeof reviewPlan>[1], say: Say): Promise<Reviewed> {
  const result = await reviewPlan(callerOf(server, ref), request, say);
  if (result.type === 'stopped') throw stopped(result);
  const { commit, suggestions, assessment, reason, problems, usage } = result;
  return { iterationId: commit, suggestions: [...suggestions], assessment, reason, problems: [...problems], usage };
}

function stopped(result: {
  readonly outcome: string;
  readonly reason: string;
  readonly problems: readonly string[];
  readonly resetsAt: string | null;
}): Refusal {
  const { outcome, reason, problems, resetsAt } = result;
  return new Refusal('planner-stopped', reason, { outcome, problems: [...problems], resetsAt });
}
