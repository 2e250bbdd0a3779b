/** What the parts of one server share. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { z } from 'zod';
import type { Access } from './access.ts';
import type { Jobs } from './jobs.ts';
import type { Guesses, RateLimit } from './limits.ts';
import type { Requests } from './requests.ts';
import { unfit } from './problem.ts';
import type { Registry } from './served.ts';
import { ProblemDetails } from './shape.ts';
import type { Streams } from './stream.ts';

export interface Server {
  readonly registry: Registry;
  readonly streams: Streams;
  readonly access: Access;
  /** The environment that agents and gates get theirs from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly startedAt: number;
  /** Of what asks a model, and of what begins a run: both cost money. */
  readonly limits: { readonly planner: RateLimit; readonly runs: RateLimit };
  readonly guesses: Guesses;
  readonly jobs: Jobs;
  readonly requests: Requests;
  readonly now: () => Date;
}

export type Api = OpenAPIHono;

/** An app whose requests are checked against their schemas: what does not fit is refused before anything is looked at. */
export function newApi(): Api {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw unfit(result.error, result.target);
    },
  });
}

const problem = {
  description: 'A problem, and nothing has changed.',
  content: { 'application/problem+json': { schema: ProblemDetails } },
} as const;

/** What a route answers, for its description. */
export function answers<T extends z.ZodType>(schema: T, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, '4XX': problem, default: problem } as const;
}

/** What any route may answer in place of that. */
export const PROBLEMS = { '4XX': problem, default: problem } as const;
