/** The shapes of the three frontmatters. Key names are the same in the file, the config, the API, the cache and the code. */
import { z } from 'zod';

/** A slug: lower-case letters (of any script), digits and `-`, `.`, `_`; starts with a letter or digit; at most 80 characters. */
export const Slug = z
  .string()
  .max(80)
  .regex(
    /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{M}\p{N}._-]*$/u,
    'a slug: lower-case letters, digits, "-", "." and "_", beginning with a letter or a digit',
  )
  .meta({ id: 'Slug' });

/** `90s`, `15m`, `1h30m`, `2d`: whole numbers with units s, m, h, d, the largest first. */
export const Duration = z
  .string()
  .regex(/^(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/, 'a duration such as "90s", "15m" or "1h30m"')
  .meta({ id: 'Duration' });

const PlanStatusField = z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']);

export const PlanFrontmatter = z
  .strictObject({
    title: z.string().min(1).optional(),
    status: PlanStatusField.optional(),
    createdBy: z.enum(['user', 'claude', 'api']).optional(),
  })
  .meta({ id: 'PlanFrontmatter', title: 'Plan frontmatter' });

export const PhaseFrontmatter = z
  .strictObject({
    id: Slug.optional(),
    executionMode: z.enum(['sequential', 'parallel', 'manual']).optional(),
    pauseAfter: z.boolean().optional(),
    agent: z.string().min(1).optional(),
    gates: z.array(z.string().min(1)).optional(),
    maxConcurrency: z.int().min(1).max(256).optional(),
  })
  .meta({ id: 'PhaseFrontmatter', title: 'Phase frontmatter' });

export const TaskFrontmatter = z
  .strictObject({
    id: Slug.optional(),
    dependsOn: z.array(Slug).optional(),
    canRunInParallel: z.boolean().optional(),
    agent: z.string().min(1).optional(),
    run: z.string().min(1).optional(),
    gates: z.array(z.string().min(1)).optional(),
    files: z.array(z.string().min(1)).optional(),
    allowNoChanges: z.boolean().optional(),
    estimate: Duration.optional(),
    maxAttempts: z.int().min(1).max(100).optional(),
    timeout: Duration.optional(),
    maxBudgetUsd: z.number().positive().optional(),
    model: z.string().min(1).optional(),
    assignee: z.literal('human').optional(),
    status: z.enum(['failed', 'skipped']).optional(),
    attempts: z.int().min(0).optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'TaskFrontmatter', title: 'Task frontmatter' });

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds of a {@link Duration} that the schema has accepted. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
}
