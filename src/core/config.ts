/**
 * The config's shape. Loaded by `adapters/config.ts`; what is wrong with one is said by `config-check.ts`.
 * The descriptions are what editors show and what the JSON Schemas carry.
 */
import { z } from 'zod';
import type { Budget } from './budget.ts';
import { DEFAULT_SUBJECT, SUBJECT_STYLE } from './commit-subject.ts';
import { Duration } from './frontmatter.ts';
import { PRICES_AS_OF, type Price } from './price.ts';

/** Where the published JSON Schemas can be read; the base of their `$id`. */
export const SCHEMA_URL = 'https://unpkg.com/gitplans/schemas';

const EnvironmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, 'the name of an environment variable, or its beginning and a "*"');

/** Characters of a style of subjects. */
const MAX_STYLE_CHARS = 60;
const subjectStyle = () =>
  z
    .string()
    .max(MAX_STYLE_CHARS)
    .regex(SUBJECT_STYLE, 'one line with {text} or {lowerText} in it; {plan} may be in it too, and no other braces');

/** A gate: a command that must pass before a task counts as done. */
export const GateConfig = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'a name of lower-case letters, digits, "-", "." and "_", at most 40 characters')
      .describe(
        'What tasks, commits and reports call the gate. Unique; lower-case letters, digits, "-", "." and "_", at most 40 characters.',
      ),
    run: z.string().min(1).describe("The command, run with `sh -c` in the repository's root. Exit code 0 means passed."),
    timeout: Duration.default('10m').describe('A run that takes longer is ended and counts as failed.'),
    when: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Globs. The gate runs only when the task changed a path that matches one of them; without `when` it always runs.'),
  })
  .meta({ id: 'Gate', description: 'A command that must pass before a task counts as done.' });

/** A command-line agent: any program that takes a prompt and works in the current folder. */
export const AgentProfile = z
  .strictObject({
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'Program and arguments; no shell. `{model}`, `{promptFile}`, `{maxBudgetUsd}` (what the attempt may cost) and `{gates}` (the gates of the task, as rules of Claude Code) are replaced; an argument that names one that is not set is dropped, with the flag before it.',
      ),
    prompt: z.enum(['stdin', 'file', 'argument']).default('stdin').describe('How the prompt reaches the program.'),
    output: z
      .enum(['text', 'claude-code'])
      .default('text')
      .describe(
        'What the program prints. `claude-code`: the events of `claude -p --output-format stream-json --verbose`, which say what it does, what it costs and how it ended.',
      ),
    model: z.string().min(1).optional().describe('What `{model}` stands for, where the task and the config name none.'),
    env: z.array(EnvironmentName).default([]).describe('Environment variables that the program may see, beyond those every agent gets.'),
    timeout: Duration.optional().describe("Of one attempt with this agent, in place of the config's `timeout`."),
  })
  .meta({ id: 'AgentProfile', description: 'A command-line agent: any program that takes a prompt and works in the current folder.' });

/** Unless the config says otherwise. Tokens of a provider's cache count too, and are nine tenths of a long session. */
const BUDGET = {
  attempt: { usd: 10, tokens: 20_000_000 },
  task: { usd: 20, tokens: 40_000_000 },
  plan: { usd: 200, tokens: 400_000_000 },
  day: { usd: 300, tokens: 600_000_000 },
} as const satisfies Budget;

const amount = (of: keyof Budget, what: string) =>
  z
    .strictObject({
      usd: z.number().positive().default(BUDGET[of].usd).describe('US dollars.'),
      tokens: z.int().positive().default(BUDGET[of].tokens).describe("Tokens of every kind, those of the provider's cache included."),
    })
    .default(BUDGET[of])
    .describe(what);

export const BudgetConfig = z
  .strictObject({
    attempt: amount('attempt', 'One attempt. Its agent is stopped there.'),
    task: amount('task', 'All attempts at a task since it was last done.'),
    plan: amount('plan', 'A plan, over all its runs.'),
    day: amount('day', 'All plans of the repository together, by the day in UTC on which a run began.'),
  })
  .meta({ id: 'Budget', description: 'What agents may cost. Where a price is not known, the tokens alone count.' });

const dollars = (what: string) => z.number().min(0).describe(`US dollars for a million tokens ${what}.`);

const Rates = z.strictObject({
  input: dollars('that are read'),
  output: dollars('that are written'),
  cacheRead: dollars("that are taken from the provider's cache").optional(),
  cacheWrite5m: dollars('that are put into the cache for five minutes').optional(),
  cacheWrite1h: dollars('that are put into the cache for an hour').optional(),
});

export const PriceConfig = Rates.extend({
  longPrompt: Rates.extend({ above: z.int().min(1).describe('Tokens.') })
    .optional()
    .describe('The prices of a request whose prompt, with what is read from and put into the cache, has more tokens than `above`.'),
}).meta({
  id: 'Price',
  description: 'What a model costs. Where a kind of tokens is left out, the cost of a request that has such tokens is unknown.',
}) satisfies z.ZodType<Price>;

/** Unless the config says otherwise. */
const CLAUDE = { model: 'claude-sonnet-5-5', maxTokens: 32_000 } as const;

export const ClaudeConfig = z
  .strictObject({
    model: z.string().min(1).default(CLAUDE.model).describe('The model where neither a task nor `model` names one.'),
    keyCommand: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Run with `sh -c` where `ANTHROPIC_API_KEY` is not set; what it prints is the key, e.g. `op read op://private/anthropic/key`. Kept for five minutes, in memory.',
      ),
    maxTokens: z
      .int()
      .min(1_024)
      .max(128_000)
      .default(CLAUDE.maxTokens)
      .describe('Tokens of one reply at most, those it thinks with included.'),
  })
  .meta({ id: 'Claude', description: 'Claude through its API: the agent `claude`, and whatever writes or reviews plans.' });

export const Config = z
  .strictObject({
    $schema: z.string().optional().describe('Where the JSON Schema of this file is, for editors. Ignored.'),
    plans: z.string().min(1).default('plans').describe("Folder of the plans, relative to the repository's root."),
    agent: z.string().min(1).optional().describe('The agent that does a task which names none: a built-in one, or a name in `agents`.'),
    agents: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), AgentProfile)
      .default({})
      .describe('Command-line agents by name: lower-case letters, digits and "-", at most 40 characters.'),
    model: z.string().min(1).optional().describe('The model for every agent whose task names none.'),
    claude: ClaudeConfig.default(CLAUDE).describe(
      'Claude through its API. The key comes from the environment (`ANTHROPIC_API_KEY`) or from `keyCommand`, never from here.',
    ),
    maxConcurrency: z.int().min(1).max(256).default(4).describe('Tasks of a parallel phase that are carried out at once.'),
    worktree: z
      .strictObject({
        setup: z.string().min(1).optional().describe('Run once with `sh -c` in each new worktree, e.g. `npm ci`.'),
        timeout: Duration.default('15m').describe('Of the setup.'),
      })
      .default({ timeout: '15m' })
      .describe(
        'The worktrees in which the tasks of a parallel phase work. `.worktreeinclude` names ignored files that each gets a copy of.',
      ),
    remote: z
      .strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'the name of a remote')
          .default('origin')
          .describe('The remote.'),
        lease: z.boolean().default(true).describe('`false`: only where `plans run --remote` asks for it.'),
        expiry: Duration.default('60s').describe('A runner that is not heard of for so long is taken for dead by others.'),
      })
      .optional()
      .describe(
        'Plans are run from this remote, by one runner at a time: it is kept there who runs what, and every result is pushed at once.',
      ),
    maxAttempts: z.int().min(1).max(100).default(3).describe('Tries a task gets before the plan pauses, 1 to 100.'),
    timeout: Duration.default('30m').describe('Of one attempt.'),
    idleTimeout: Duration.default('10m').describe('An attempt whose agent prints nothing for so long is ended.'),
    progressTimeout: Duration.default('20m').describe(
      'An attempt whose agent goes on printing, but says nothing new, reports no further tokens and changes no file for so long, is ended.',
    ),
    budget: BudgetConfig.default(BUDGET).describe(
      'What agents may cost: a run starts nothing that could cost more, stops an attempt at its ceiling, and pauses.',
    ),
    prices: z
      .record(z.string().min(1), PriceConfig)
      .default({})
      .describe(
        `What models cost, by name, in US dollars for a million tokens; before the built-in list prices of ${PRICES_AS_OF}. What agents report themselves is taken as they say it.`,
      ),
    retryFrom: z
      .enum(['attempt', 'base'])
      .default('attempt')
      .describe('What a retry begins on: `attempt` is what the failed one left, `base` the clean state before it.'),
    commit: z
      .strictObject({
        message: z
          .enum(['plan', 'claude'])
          .default('plan')
          .describe(
            "`claude`: written from the task's diff, which is sent to Claude's API; where that fails, the task's title, as with `plan`.",
          ),
        model: z.string().min(1).optional().describe('For messages, in place of `claude.model`, e.g. `claude-haiku-5-5`.'),
        subject: subjectStyle()
          .default(DEFAULT_SUBJECT)
          .describe(
            "A commit's first line: `{plan}` is the plan's id, `{text}` what it does (a task's title, `started`), `{lowerText}` the same with its first letter in lower case. E.g. `feat({plan}): {lowerText}`. What Claude writes is taken as it is.",
          ),
        planSubject: subjectStyle()
          .optional()
          .describe('The same for commits that land no task, in place of `subject`. E.g. `chore({plan}): {lowerText} [skip ci]`.'),
      })
      .default({ message: 'plan', subject: DEFAULT_SUBJECT })
      .describe("Messages of commits. Their trailers are always Plans' own."),
    qa: z
      .strictObject({
        gates: z.array(GateConfig).default([]).describe('The gates, in the order in which they run: put the fast ones first.'),
        onWeakened: z
          .enum(['flag', 'pause'])
          .default('flag')
          .describe(
            'What happens where a task takes away or skips tests, silences a check or changes how it is checked: `flag` says so in the commit, `pause` waits for a person first.',
          ),
      })
      .default({ gates: [], onWeakened: 'flag' })
      .describe('How work is checked.'),
    env: z
      .array(EnvironmentName)
      .default([])
      .describe('Environment variables that agents and gates may see beyond the built-in list; a trailing `*` matches any ending.'),
    ci: z
      .strictObject({
        publish: z
          .enum(['pull-request', 'push'])
          .default('pull-request')
          .describe(
            'Where the work of a job in GitHub Actions goes: onto a branch with a pull request, or, while nobody else has pushed there, straight onto the branch that it began on.',
          ),
      })
      .default({ publish: 'pull-request' })
      .describe('Plans in GitHub Actions. What stands on the default branch counts.'),
    sandbox: z
      .strictObject({
        use: z
          .enum(['off', 'auto', 'required'])
          .default('off')
          .describe('`auto`: where it is installed and works; `required`: no run begins without it.'),
        domains: z
          .array(z.string().min(1))
          .default([])
          .describe('Domains that agents and gates may reach, e.g. `api.anthropic.com`, `*.npmjs.org`.'),
        writable: z
          .array(z.string().min(1))
          .default([])
          .describe('Absolute paths that they may write to, beyond where they work, e.g. of caches.'),
      })
      .default({ use: 'off', domains: [], writable: [] })
      .describe('A sandbox for agents and gates: `@anthropic-ai/sandbox-runtime`, which you install yourself.'),
    redact: z
      .array(EnvironmentName)
      .default([])
      .describe(
        'Environment variables whose values are kept out of logs, commits, events and the terminal, beyond those whose names look secret (`*_TOKEN`, `*_KEY`, `*_SECRET`, `*PASSWORD`); a trailing `*` matches any ending.',
      ),
  })
  .meta({ id: 'Config', title: 'Plans configuration', description: 'How plans are carried out in this repository.' });

export type Config = z.output<typeof Config>;
/** A config as authors write it: everything that has a default may be left out. */
export type ConfigInput = z.input<typeof Config>;
export type GateConfig = z.output<typeof GateConfig>;
export type AgentProfile = z.output<typeof AgentProfile>;
