/** What the API takes: the keys are those of the file, checked by the same schemas. Unknown ones are errors, as they are there. */
import { z } from 'zod';
import { PhaseFrontmatter, PlanFrontmatter, Slug, TaskFrontmatter } from '../core/frontmatter.ts';

const MAX_TITLE = 500;
const MAX_DESCRIPTION = 100_000;
const MAX_ITEMS = 2_000;

const title = z.string().trim().min(1).max(MAX_TITLE).describe('One line.');
const description = z.string().max(MAX_DESCRIPTION).describe('Markdown.');
export const order = z.int().min(0).max(100_000).describe('Where it stands then, from 0.');
const ids = z.array(z.string().min(1).max(512)).max(MAX_ITEMS);

const phase = PhaseFrontmatter.shape;
const task = TaskFrontmatter.shape;

/** Of a phase, as its frontmatter has them; null takes a key out. */
const phaseFields = {
  executionMode: phase.executionMode,
  pauseAfter: phase.pauseAfter,
  agent: phase.agent.nullable(),
  gates: phase.gates.nullable(),
  maxConcurrency: phase.maxConcurrency.nullable(),
};

/** Of a task, as its frontmatter has them; null takes a key out. */
const taskFields = {
  canRunInParallel: task.canRunInParallel.nullable(),
  agent: task.agent.nullable(),
  run: task.run.nullable(),
  gates: task.gates.nullable(),
  files: task.files.nullable(),
  allowNoChanges: task.allowNoChanges,
  estimate: task.estimate.nullable(),
  maxAttempts: task.maxAttempts.nullable(),
  timeout: task.timeout.nullable(),
  maxBudgetUsd: task.maxBudgetUsd.nullable(),
  model: task.model.nullable(),
  assignee: z
    .enum(['human'])
    .nullable()
    .optional()
    .describe(task.assignee.description ?? ''),
};

export const NewTaskShape = z
  .strictObject({
    title,
    description: description.optional(),
    slug: Slug.optional().describe('Its id in the file; by default made from the title.'),
    dependsOn: ids.optional().describe('Tasks that must be done first: by id, by slug, or by title.'),
    ...taskFields,
  })
  .meta({ id: 'NewTask' });
export type NewTaskShape = z.infer<typeof NewTaskShape>;

const newPhase = {
  title,
  description: description.optional(),
  slug: Slug.optional().describe('Its id in the file; by default made from the title.'),
  ...phaseFields,
  tasks: z.array(NewTaskShape).max(MAX_ITEMS).default([]),
};
export const NewPhaseShape = z.strictObject(newPhase).meta({ id: 'NewPhase' });

export const CreatePlan = z
  .strictObject({
    repositoryId: z.string().optional().describe('Needed where several are served.'),
    title,
    description: description.optional(),
    slug: Slug.optional().describe('The file’s name; by default made from the title.'),
    status: z.enum(['draft', 'ready']).default('draft'),
    phases: z.array(NewPhaseShape).max(MAX_ITEMS),
  })
  .meta({ id: 'CreatePlan' });
export type CreatePlan = z.infer<typeof CreatePlan>;

export const ChangePlan = z
  .strictObject({
    title: title.optional(),
    description: description.optional(),
    status: z.enum(['draft', 'ready']).optional(),
    maxBudgetUsd: PlanFrontmatter.shape.maxBudgetUsd.nullable(),
  })
  .meta({ id: 'ChangePlan' });
export type ChangePlan = z.infer<typeof ChangePlan>;

export const CreatePhase = z.strictObject({ planId: z.string(), ...newPhase, order: order.optional() }).meta({ id: 'CreatePhase' });
export type CreatePhase = z.infer<typeof CreatePhase>;

export const ChangePhase = z
  .strictObject({ title: title.optional(), description: description.optional(), order: order.optional(), ...phaseFields })
  .meta({ id: 'ChangePhase' });
export type ChangePhase = z.infer<typeof ChangePhase>;

export const CreateTask = NewTaskShape.extend({
  phaseId: z.string().describe('The phase that it goes to.'),
  order: order.optional(),
}).meta({ id: 'CreateTask' });
export type CreateTask = z.infer<typeof CreateTask>;

export const keepFiles = z
  .boolean()
  .optional()
  .describe('With a task that is skipped: what its last attempt left in the checkout stays there. By default it is put away.');

export const ChangeTask = z
  .strictObject({
    title: title.optional(),
    description: description.optional(),
    phaseId: z.string().optional().describe('The phase that it goes to.'),
    order: order.optional(),
    status: z
      .enum(['pending', 'skipped', 'completed'])
      .optional()
      .describe(
        '`completed`: done by hand. Its gates run, then your changes in the work tree are committed with the ticked box. Alone in its request.',
      ),
    done: z
      .strictObject({
        files: z.array(z.string().min(1)).max(MAX_ITEMS).optional().describe('Globs of what goes in; by default all that is changed.'),
        gates: z.boolean().default(true).describe('`false`: they are not run, and the commit says so.'),
      })
      .optional()
      .describe('With `completed`.'),
    keepFiles,
    dependsOn: ids.optional().describe('By id or slug.'),
    ...taskFields,
  })
  .meta({ id: 'ChangeTask' });
export type ChangeTask = z.infer<typeof ChangeTask>;

/** The keys of a request that are keys of the frontmatter. What is the default there is not written. */
export function fieldsOf(of: Readonly<Record<string, unknown>>, keys: 'phase' | 'task') {
  const names = Object.keys(keys === 'phase' ? phaseFields : taskFields);
  const entries = names.map((name) => [name, of[name] === DEFAULTS[name] ? null : of[name]] as const);
  return Object.fromEntries(entries.filter(([name]) => of[name] !== undefined)) as Record<
    string,
    string | number | boolean | string[] | null
  >;
}

const DEFAULTS: Readonly<Record<string, unknown>> = { executionMode: 'sequential', pauseAfter: false, allowNoChanges: false };
