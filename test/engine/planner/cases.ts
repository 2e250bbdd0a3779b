/** The cases by which the prompt is judged: a repository in miniature, what is wanted, and the answers of a scripted Claude. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const FIXTURES = join(import.meta.dirname, '../../fixtures/generation');

const Case = z.strictObject({
  title: z.string(),
  description: z.string().optional(),
  /** The repository. */
  files: z.record(z.string(), z.string()),
  turns: z.array(z.union([z.strictObject({ uses: z.record(z.string(), z.unknown()) }), z.strictObject({ answers: z.unknown() })])),
  /** What a person says to each plan, before they accept the last. */
  remarks: z.array(z.string()).default([]),
});

export type Case = z.infer<typeof Case> & { readonly name: string };

/** All cases, by name. */
export function cases(): readonly Case[] {
  return readdirSync(FIXTURES)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => ({ name: file.slice(0, -'.yaml'.length), ...Case.parse(parse(readFileSync(join(FIXTURES, file), 'utf8'))) }));
}
