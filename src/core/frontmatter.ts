/** The shapes of the three frontmatters. Key names are the same in the file, the config, the API, the cache and the code. */
import { z } from 'zod';

/** A slug: lower-case letters (of any script), digits and `-`, `.`, `_`; starts with a letter or digit; at most 80 characters. */
export const Slug = z
  .string()
  .max(80)
  .regex(
    /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}._-]*$/u,
    'a slug: lower-case letters, digits, "-", "." and "_", beginning with a letter or a digit',
  )
  .meta({ id: 'Slug', description: 'A slug: lower-case letters of any script, digits, "-", "." and "_"; at most 80 characters.' });

/** `90s`, `15m`, `1h30m`, `2d`: whole numbers with units s, m, h, d, the largest first. */
export const Duration = z
  .string()
  .regex(/^(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/, 'a duration such as "90s", "15m" or "1h30m"')
  .meta({ id: 'Duration', description: 'Whole numbers with the units d, h, m and s, the largest first: `90s`, `15m`, `1h30m`.' });

const PlanStatusField = z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']);

export const PlanFrontmatter = z
  .strictObject({
    title: z.string().min(1).optional().describe("The plan's title. Without it the first `#` heading is the title."),
    status: PlanStatusField.optional().describe(
      "`draft` (the default: never run) and `ready` are yours to write, and `paused` at any time; the others are the executor's.",
    ),
    createdBy: z.enum(['user', 'claude', 'api']).optional().describe('Who wrote the plan; `user` where nothing is said.'),
    maxBudgetUsd: z
      .number()
      .positive()
      .optional()
      .describe("US dollars that the plan may cost over all its runs, where that is less than the config's `budget.plan`."),
  })
  .meta({ id: 'PlanFrontmatter', title: 'Plan frontmatter', description: 'The `---` block at the top of a plan file.' });

export const PhaseFrontmatter = z
  .strictObject({
    id: Slug.optional().describe("The phase's name for commands and commits; a slug of the heading where nothing is said."),
    executionMode: z
      .enum(['sequential', 'parallel', 'manual'])
      .optional()
      .describe('`sequential` (the default): one task after the other. `parallel`: side by side. `manual`: each waits for your approval.'),
    pauseAfter: z
      .boolean()
      .optional()
      .describe('`true`: the plan pauses when the phase is done, for a person to look at it. Default `false`.'),
    agent: z.string().min(1).optional().describe("Who does the tasks of the phase that name no agent; else the config's `agent`."),
    gates: z.array(z.string().min(1)).optional().describe("Names of the gates for tasks that name none; else all of the config's."),
    maxConcurrency: z.int().min(1).max(256).optional().describe('Tasks of a parallel phase that run at the same time, 1 to 256.'),
  })
  .meta({
    id: 'PhaseFrontmatter',
    title: 'Phase frontmatter',
    description: 'The fenced `yaml` block that stands first under a `##` heading.',
  });

export const TaskFrontmatter = z
  .strictObject({
    id: Slug.optional().describe("The task's name for `dependsOn`, commands and commits; a slug of the title where nothing is said."),
    dependsOn: z
      .array(Slug)
      .optional()
      .describe('Ids of tasks, in this phase or an earlier one, that must be completed or skipped first. Default `[]`.'),
    canRunInParallel: z.boolean().optional().describe('`false`: in a parallel phase nothing runs beside this task. Default `true` there.'),
    agent: z
      .string()
      .min(1)
      .optional()
      .describe("Who does the task: a built-in agent or one of the config's `agents`; else the phase's, else the config's."),
    run: z
      .string()
      .min(1)
      .optional()
      .describe('A shell command that does the task in place of an agent, for a step that needs no judgement.'),
    gates: z
      .array(z.string().min(1))
      .optional()
      .describe("Names of the gates to run, `[]` for none; else the phase's, else all of the config's."),
    files: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Globs of what the task may touch. Any other change fails the attempt; tasks whose globs overlap do not run at the same time.',
      ),
    allowNoChanges: z.boolean().optional().describe('`true`: the task may end without changing a file. Default `false`.'),
    estimate: Duration.optional().describe('How long it will take, for schedules and forecasts; else the median of past runs.'),
    maxAttempts: z.int().min(1).max(100).optional().describe("Tries before the plan pauses, 1 to 100; else the config's (3)."),
    timeout: Duration.optional().describe("For one attempt; else the config's."),
    maxBudgetUsd: z
      .number()
      .positive()
      .optional()
      .describe("US dollars that one attempt may cost, where that is less than the config's `budget.attempt`."),
    model: z.string().min(1).optional().describe("The model the agent is asked to use; else the config's."),
    assignee: z.literal('human').optional().describe('`human`: never run. The plan pauses until a person ticks the box.'),
    approved: z
      .string()
      .regex(/^[0-9a-f]{12}$/, 'the 12 digits that "plans approve" writes')
      .optional()
      .describe(
        'In a manual phase: your word that the task may run. Written by `plans approve`; void once title, description, `run`, `agent`, `gates`, `files` or `model` is edited.',
      ),
    status: z
      .enum(['failed', 'skipped'])
      .optional()
      .describe('What an empty box cannot say. Written by the executor; `skipped` may be yours.'),
    attempts: z.int().min(0).optional().describe('Tries so far. Written by the executor.'),
    error: z.string().optional().describe('Why the last try failed, in short. Written by the executor.'),
  })
  .meta({
    id: 'TaskFrontmatter',
    title: 'Task frontmatter',
    description: "The fenced `yaml` block that stands first after a task's title.",
  });

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds of a {@link Duration} that the schema has accepted. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
}

/** Milliseconds as a {@link Duration}; what is less than a second is left out. */
export function durationText(ms: number): string {
  let left = ms;
  let text = '';
  for (const [unit, length] of Object.entries(UNIT_MS)) {
    const amount = Math.floor(left / length);
    left -= amount * length;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text === '' ? '0s' : text;
}
