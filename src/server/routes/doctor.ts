/** What is in order in a repository, what is not, and what to do. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { AREAS, type Finding } from '../../engine/doctor/finding.ts';
import { nothing } from '../ids.ts';
import { answers, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { IdParam } from './looking.ts';
import { json } from './part.ts';

const Answer = z
  .object({
    findings: z.array(
      z.object({
        area: z.enum(AREAS),
        severity: z
          .enum(['ok', 'note', 'warning', 'error'])
          .describe('`error`: runs fail or lie because of it. `warning`: worth mending. `note`: worth knowing.'),
        text: z.string(),
        todo: z.string().nullable().describe('What to do about it.'),
        fixable: z.boolean(),
      }),
    ),
    fixed: z.array(z.string()).describe('What was mended, a sentence each.'),
  })
  .meta({ id: 'Examination' });

const look = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/doctor',
  operationId: 'examineRepository',
  tags: ['Repositories'],
  summary: 'What is in order, what is not, and what to do',
  request: { params: IdParam },
  responses: answers(Answer, 'What was found.'),
});
const mend = createRoute({
  method: 'post',
  path: '/api/repositories/{id}/doctor',
  operationId: 'mendRepository',
  tags: ['Repositories'],
  summary: 'Mend what is safe to mend; run the gates once',
  request: {
    params: IdParam,
    ...json(
      z
        .strictObject({
          fix: z.boolean().default(false).describe('Nothing that somebody might miss is taken away.'),
          gates: z.boolean().default(false).describe('Run each gate once on the tree as it is.'),
        })
        .meta({ id: 'MendRepository' }),
    ),
  },
  responses: answers(Answer, 'What was found, after the mending.'),
});

export function doctorRoutes(app: Api, { registry, env, now }: Server): void {
  const examined = async (served: Served, gates: boolean): Promise<readonly Finding[]> => {
    const { examine } = await import('../../engine/doctor/examine.ts');
    return examine(served.workspace, { env, node: process.versions.node, now: now().getTime(), gates });
  };
  /** It begins programs, to see which there are: whoever asks meanwhile is answered with the same. */
  const underWay = new Map<Served, Promise<readonly Finding[]>>();
  const named = (id: string): Served => {
    const served = registry.find(id);
    if (served === undefined) throw nothing('repository', id);
    return served;
  };
  app.openapi(look, async (context) => {
    const served = named(context.req.valid('param').id);
    const looking = underWay.get(served) ?? examined(served, false).finally(() => underWay.delete(served));
    underWay.set(served, looking);
    return context.json(answerOf(await looking, []), 200);
  });
  app.openapi(mend, async (context) => {
    const served = named(context.req.valid('param').id);
    const { fix, gates } = context.req.valid('json');
    const answer = await served.inTurn(async () => {
      const found = await examined(served, gates);
      const fixed: string[] = [];
      if (fix) for (const finding of found) if (finding.fix !== undefined) fixed.push(await finding.fix());
      return answerOf(fixed.length === 0 ? found : await examined(served, false), fixed);
    });
    return context.json(answer, 200);
  });
}

function answerOf(findings: readonly Finding[], fixed: readonly string[]): z.infer<typeof Answer> {
  return {
    findings: findings.map(({ area, severity, text, todo, fix }) => ({ area, severity, text, todo, fixable: fix !== undefined })),
    fixed: [...fixed],
  };
}
