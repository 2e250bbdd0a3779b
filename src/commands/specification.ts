/** The form of the table of commands. */
import type { Command } from './context.ts';

/** What completes a value in a shell. */
export type Completes = 'plan' | 'task' | 'suggestion' | 'file' | 'command';

interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly summary: string;
  /** Name of the value in help; without it the option is a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
  /** It can be given several times, or several values at once with commas between them. */
  readonly many?: boolean;
  /** Values that the next word belongs to. */
  readonly secondWord?: readonly string[];
  /** Shown in help: what holds where the option is not given. */
  readonly default?: string;
}

interface Example {
  readonly command: string;
  readonly says: string;
}

export type Group = 'Begin' | 'Look' | 'Run' | 'Steer' | 'GitHub Actions' | 'More';

export interface CommandSpec {
  /** One word, or two where several commands share the first. */
  readonly name: string;
  readonly group: Group;
  readonly summary: string;
  /** Paragraphs for `plans help NAME`. */
  readonly description: readonly string[];
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /** Beyond 0 and 2, which mean the same everywhere. */
  readonly exitCodes: readonly (readonly [code: number, meaning: string])[];
  /** Each command is a file of its own, so that a call loads what it needs and no more. */
  readonly load: () => Promise<Command>;
}

/** The plan that a command is about. */
export const PLAN = { name: 'PLAN', summary: 'A plan’s slug: its file name without .plan.md', completes: 'plan' } as const;
export const ONE_PLAN = { ...PLAN, required: true } as const;

/** For whatever commits to a plan. */
export const REMOTE: OptionSpec = {
  name: 'remote',
  summary: 'Hold the plan on the shared remote meanwhile, and push there (config: remote)',
};

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: 'json', summary: 'Print JSON for programs in place of text for people' },
  { name: 'quiet', short: 'q', summary: 'Print only what failed and what was asked for' },
  { name: 'cwd', short: 'C', value: 'DIR', summary: 'Work as if started in DIR', completes: 'file' },
  { name: 'no-color', summary: 'No colors (NO_COLOR=1 does the same)' },
  { name: 'help', short: 'h', summary: 'Show help for the command' },
];
