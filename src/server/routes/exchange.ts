/** What comes from other tools, and what goes to them: lists that become plans, plans in other formats, everything as one document. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { FORMATS } from '../../core/import/formats.ts';
import { Slug } from '../../core/frontmatter.ts';
import { Problem } from '../../core/problem.ts';
import type { Plan } from '../../core/plan.ts';
import { StateExport } from '../../core/record.ts';
import { exportState, showPlan } from '../../engine/export.ts';
import { importedPlan, landImport, pathWithin } from '../../engine/import-plan.ts';
import { formatNamed, readForeign, readForeignTexts, type ForeignList } from '../../engine/import.ts';
import { checkText } from '../../engine/kept-reading.ts';
import { PLAN_FORMATS, planInFormat } from '../../engine/plan-formats.ts';
import { nothing, planIdOf, planRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { answers, PROBLEMS, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { IdParam } from './looking.ts';
import { json } from './part.ts';
import { Commit, repositoryNamed } from './plans.ts';

const MAX_FILES = 1_000;
const MAX_TEXT = 4 * 1024 * 1024;

const names = FORMATS.map(({ name }) => name);
const ImportRequest = z
  .strictObject({
    repositoryId: z.string().optional().describe('Needed where several are served.'),
    path: z.string().min(1).max(4_096).optional().describe('A list of the repository, or the folder that holds it, from its root.'),
    files: z
      .array(
        z.strictObject({
          path: z.string().min(1).max(4_096).describe('As its tool calls it: part of what tells the format.'),
          text: z.string().max(MAX_TEXT),
        }),
      )
      .min(1)
      .max(MAX_FILES)
      .optional()
      .describe('In place of `path`: a list that is not in the repository.'),
    format: z.enum(names).optional().describe('What it is, where that cannot be told.'),
    title: z.string().trim().min(1).max(500).optional().describe('In place of the list’s own.'),
    slug: Slug.optional().describe('The file’s name; by default made from the title.'),
    dryRun: z.boolean().default(false).describe('Answer what would be written, and write nothing.'),
  })
  .meta({ id: 'ImportList' });
const count = z.int().min(0);
const ImportAnswer = z
  .object({
    planId: z.string(),
    title: z.string(),
    file: z.string(),
    format: z.string(),
    from: z.array(z.string()).describe('The files that it was read from.'),
    counts: z.object({ phases: count, tasks: count, done: count, skipped: count, depending: count }),
    losses: z
      .array(z.object({ file: z.string(), line: z.int().nullable(), path: z.string().nullable(), text: z.string(), why: z.string() }))
      .describe('Every line, or value, that did not become part of the plan.'),
    text: z.string().describe('The plan’s file.'),
    written: z.boolean(),
    commit: Commit,
    reason: z.string().describe('Why it is not committed, or not pushed where it should be; empty where all is well.'),
  })
  .meta({ id: 'ImportedPlan' });

const importList = createRoute({
  method: 'post',
  path: '/api/plans/import',
  operationId: 'importPlan',
  tags: ['Plans'],
  summary: 'Write a draft from another tool’s task list',
  description: `Reads ${FORMATS.map(({ title }) => title).join(', ')}. The format is told from the files. Every line that did not become part of the plan is named.`,
  request: json(ImportRequest),
  responses: answers(ImportAnswer, 'The plan, a draft in its first commit; of a dry run, what it would be.'),
});
const exportAll = createRoute({
  method: 'get',
  path: '/api/repositories/{id}/export',
  operationId: 'exportRepository',
  tags: ['Repositories'],
  summary: 'Every plan as one document',
  description:
    'As `plans export` prints it: the ids are those of the files. All but `live` comes from files and commits alone, and is the same on every clone.',
  request: { params: IdParam },
  responses: answers(StateExport, 'The document.'),
});
const exportPlan = createRoute({
  method: 'get',
  path: '/api/plans/{id}/export',
  operationId: 'exportPlan',
  tags: ['Plans'],
  summary: 'A plan in another format',
  request: {
    params: IdParam,
    query: z.object({
      format: z
        .enum(['json', ...PLAN_FORMATS])
        .default('json')
        .describe('`github` is a shell script that makes an issue for each open task: read it, then run it.'),
    }),
  },
  responses: {
    200: {
      description: 'The plan.',
      content: {
        'application/json': { schema: StateExport },
        'text/plain': { schema: z.string() },
        'text/markdown': { schema: z.string() },
      },
    },
    ...PROBLEMS,
  },
});

export function exchangeRoutes(app: Api, server: Server): void {
  const { registry } = server;
  app.openapi(importList, async (context) => {
    const { repositoryId, slug, title, dryRun, ...source } = context.req.valid('json');
    const served = repositoryNamed(registry, repositoryId);
    const { workspace } = served;
    const list = listIn(served, source);
    const made = importedPlan(workspace, list, { title, slug });
    const [from = ''] = list.files;
    const named = list.files.length === 1 ? from : `${list.files.length} files`;
    const landed = dryRun
      ? { place: made.place, commit: null, reason: '' }
      : await served.inTurn(() => landImport(workspace, made, server.env, named));
    return context.json(
      {
        planId: planIdOf(served, landed.place.id),
        title: landed.place.title,
        file: landed.place.path,
        format: list.format.name,
        from: [...list.files],
        counts: countsOf(made.plan),
        losses: made.losses.map(({ file, line, path = null, text, why }) => ({ file, line, path, text, why })),
        text: made.text,
        written: !dryRun,
        commit: landed.commit,
        reason: landed.reason,
      },
      200,
    );
  });

  app.openapi(exportAll, async (context) => {
    const { id } = context.req.valid('param');
    const served = registry.find(id);
    if (served === undefined) throw nothing('repository', id);
    return context.json(await exportState(served.workspace), 200);
  });

  app.openapi(exportPlan, async (context) => {
    const { id } = context.req.valid('param');
    const { format } = context.req.valid('query');
    const ref = planRef(registry, id);
    const { workspace } = ref.served;
    const name = planIdOf(ref.served, ref.plan);
    if (format === 'json') {
      const state = await showPlan(workspace, ref.plan);
      if (state === null) throw nothing('plan', name);
      return context.json(state, 200) as never;
    }
    const read = await workspace.files.readText(workspace.planPath(ref.plan));
    if (read.type === 'failed') throw nothing('plan', name);
    const { plan, valid } = checkText(workspace, read.text, ref.plan);
    if (!valid) throw new Refusal('conflict', 'The plan has errors, and is not exported. Its diagnostics are in its source.');
    const isMarkdown = format === 'markdown' || format === 'spec-kit';
    return context.body(await planInFormat(format, read.text, plan), 200, {
      'content-type': `text/${isMarkdown ? 'markdown' : 'plain'}; charset=utf-8`,
      // Never a page of ours, whatever a plan says.
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(`${ref.plan}${ENDINGS[format]}`)}`,
    }) as never;
  });
}

const ENDINGS = { markdown: '.md', mermaid: '.mmd', github: '.sh', 'spec-kit': '.tasks.md' } as const;

/** The list that a request names, or brings. */
function listIn(
  { workspace }: Served,
  { path, files, format }: Pick<z.infer<typeof ImportRequest>, 'path' | 'files' | 'format'>,
): ForeignList {
  const named = format === undefined ? null : formatNamed(format);
  try {
    if (path !== undefined && files === undefined) return readForeign(pathWithin(workspace, path), workspace.root, named);
    if (files !== undefined && path === undefined) return readForeignTexts(files, named);
  } catch (error) {
    throw error instanceof Problem ? new Refusal('invalid-request', error.message) : error;
  }
  throw new Refusal('invalid-request', 'Say where the list is ("path"), or send it ("files"): one of them.');
}

function countsOf({ phases }: Plan): z.infer<typeof ImportAnswer>['counts'] {
  const tasks = phases.flatMap((phase) => phase.tasks);
  const having = (status: string) => tasks.filter((task) => task.status === status).length;
  const depending = tasks.filter(({ dependsOn }) => dependsOn.length > 0).length;
  return { phases: phases.length, tasks: tasks.length, done: having('completed'), skipped: having('skipped'), depending };
}
