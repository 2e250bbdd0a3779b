/** What Claude would be told: nothing is asked, and nothing is spent. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { generationRequest } from '../../engine/planner/generate.ts';
import { reviewRequest } from '../../engine/planner/review.ts';
import { callerOf, inTurn } from '../change.ts';
import { planIdOf, planRef } from '../ids.ts';
import { answers, type Api, type Server } from '../server.ts';
import { IdParam } from './looking.ts';
import { json } from './part.ts';
import { repositoryNamed } from './plans.ts';
import { GenerateRequest, ReviewPlan, scopeOf, typesOf } from './reviews.ts';

const Prompt = z
  .object({ planId: z.string(), file: z.string(), model: z.string(), system: z.string(), prompt: z.string() })
  .meta({ id: 'Prompt' });

const ofGeneration = createRoute({
  method: 'post',
  path: '/api/plans/generate/prompt',
  operationId: 'getGenerationPrompt',
  tags: ['Plans'],
  summary: 'What Claude would be told, were it asked to write this plan',
  description: 'Nothing is asked, nothing is written, and nothing is spent.',
  request: json(GenerateRequest),
  responses: answers(Prompt, 'The words.'),
});
const ofReview = createRoute({
  method: 'post',
  path: '/api/plans/{id}/review/prompt',
  operationId: 'getReviewPrompt',
  tags: ['Reviews'],
  summary: 'What Claude would be told, were it asked to review this plan',
  description: 'Nothing is asked, nothing is written, and nothing is spent.',
  request: { params: IdParam, ...json(ReviewPlan) },
  responses: answers(Prompt, 'The words.'),
});

export function promptRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(ofGeneration, async (context) => {
    const { repositoryId, title, description, slug, generateWith } = context.req.valid('json');
    const served = repositoryNamed(registry, repositoryId);
    const { place, system, prompt } = await generationRequest(served.workspace, { title, description, slug });
    const model = generateWith === 'claude' ? served.workspace.config.claude.model : generateWith;
    return context.json({ planId: planIdOf(served, place.id), file: place.path, model, system, prompt }, 200);
  });
  app.openapi(ofReview, async (context) => {
    const ref = planRef(registry, context.req.valid('param').id);
    const { reviewType, scope, targetId, model } = context.req.valid('json');
    const request = { types: typesOf(reviewType), scope: scopeOf(ref, scope, targetId) };
    const { file, system, prompt } = await inTurn(ref, () => reviewRequest(callerOf(server, ref), request));
    const { config } = ref.served.workspace;
    return context.json({ planId: planIdOf(ref.served, ref.plan), file, model: model ?? config.claude.model, system, prompt }, 200);
  });
}
