/** What a tool is. */
import type { ToolAnnotations } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Jobs } from '../jobs.ts';
import type { Ask } from './ask.ts';

/** What tools are made from. */
export interface Host {
  readonly ask: Ask;
  readonly jobs: Pick<Jobs, 'ended'>;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  /** For the model that chooses among tools. */
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly annotations: ToolAnnotations & { readonly readOnlyHint: boolean };
  /** `signal`: nobody waits for the answer any more. */
  readonly call: (host: Host, input: never, signal: AbortSignal) => Promise<unknown>;
}

/** Ties what a tool does to the shape that it takes. */
export function tool<I extends z.ZodObject>(
  spec: Omit<Tool, 'input' | 'call'> & {
    readonly input: I;
    readonly call: (host: Host, input: z.output<I>, signal: AbortSignal) => Promise<unknown>;
  },
): Tool {
  return spec;
}

/** Looks and changes nothing. */
export const LOOKS = { readOnlyHint: true, openWorldHint: false } as const;
/** Commits a change of a plan; git keeps what was before. */
export const WRITES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false } as const;
/** Has agents and commands work on the repository, which cost money and may reach anything that they may. */
export const ACTS = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true } as const;

const id = z.string().min(1).max(512);
export const planId = id.describe('A plan, as plans_list names it; where one repository is served, its file’s name without .plan.md does.');
export const taskId = id.describe('A task, as plans_show names it: <plan>:<task>.');
export const revision = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'the revision of a plan')
  .optional()
  .describe('The revision of the plan that you have seen: where it is another by now, nothing changes.');
