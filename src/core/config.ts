/** The config's shape. Loaded and its errors shown by `adapters/config.ts`. */
import { z } from 'zod';
import { Duration } from './frontmatter.ts';

/** A gate: a command that must pass before a task counts as done. */
export const GateConfig = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'a name of lower-case letters, digits, "-", "." and "_", at most 40 characters'),
    /** Run with `sh -c` in the repository's root. */
    run: z.string().min(1),
    timeout: Duration.default('10m'),
    /** Globs: the gate runs only when the task changed a path that matches one of them. */
    when: z.array(z.string().min(1)).min(1).optional(),
  })
  .meta({ id: 'Gate' });

/** A command-line agent: any program that takes a prompt and works in the current folder. */
export const AgentProfile = z
  .strictObject({
    /** Program and arguments; no shell. `{model}` and `{promptFile}` are replaced; an argument that names an unset `{model}` is dropped, with the flag before it. */
    command: z.array(z.string().min(1)).min(1),
    /** How the prompt reaches it. */
    prompt: z.enum(['stdin', 'file', 'argument']).default('stdin'),
    model: z.string().min(1).optional(),
    /** Names of environment variables it may see, beyond those every agent gets. */
    env: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/)).default([]),
    timeout: Duration.optional(),
  })
  .meta({ id: 'AgentProfile' });

export const Config = z
  .strictObject({
    $schema: z.string().optional(),
    /** Folder of the plans, relative to the repository's root. */
    plans: z.string().min(1).default('plans'),
    /** The agent that does a task which names none: a built-in profile or a name in `agents`. */
    agent: z.string().min(1).optional(),
    agents: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), AgentProfile).default({}),
    model: z.string().min(1).optional(),
    maxAttempts: z.int().min(1).max(100).default(3),
    /** Of one attempt. */
    timeout: Duration.default('30m'),
    /** An attempt whose agent prints nothing for so long is ended. */
    idleTimeout: Duration.default('10m'),
    /** What a retry begins on: what the failed attempt left, or the clean base. */
    retryFrom: z.enum(['attempt', 'base']).default('attempt'),
    qa: z.strictObject({ gates: z.array(GateConfig).default([]) }).default({ gates: [] }),
    /** Names of environment variables that agents and gates may see beyond the built-in list; a trailing `*` matches any ending. */
    env: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/)).default([]),
  })
  .meta({ id: 'Config', title: 'Plans configuration' });

export type Config = z.output<typeof Config>;
export type GateConfig = z.output<typeof GateConfig>;
export type AgentProfile = z.output<typeof AgentProfile>;
