/** What may come next on a command line that is being typed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TaskStatus } from '../core/plan.ts';
import { GLOBAL_OPTIONS, type CommandSpec, type Completes, type OptionSpec } from './specification.ts';
import { findCommand, firstWords, secondWords } from './table.ts';

/** A word, and what it is. */
export type Candidate = readonly [word: string, says: string];

/** What only the repository knows. Both may fail to know anything; completion never complains. */
export interface Known {
  plans(): Promise<readonly string[]>;
  tasks(plan: string, fits: (task: TaskToName) => boolean): Promise<readonly Candidate[]>;
  suggestions(plan: string): Promise<readonly Candidate[]>;
}

/** What of a task decides whether a command can be about it. */
interface TaskToName {
  readonly status: TaskStatus;
  /** Whether its phase is a manual one. */
  readonly manual: boolean;
}

/** Commands that are about some tasks only; any other may name each of them. */
const FITS: Readonly<Record<string, (task: TaskToName) => boolean>> = {
  approve: ({ status, manual }) => manual && status !== 'completed' && status !== 'skipped',
  retry: ({ status }) => status === 'failed' || status === 'skipped',
  stash: ({ status }) => status !== 'completed',
  skip: ({ status }) => status !== 'completed' && status !== 'skipped',
  done: ({ status }) => status !== 'completed',
};

/** The lines that `plans __complete WORD…` prints; the last word is the one being typed, and may be empty. */
export async function complete(words: readonly string[], cwd: string): Promise<string[]> {
  const found = await candidates(words, repository(cwd));
  return found.map(([word, says]) => (says === '' ? word : `${word}\t${says}`));
}

/** The candidates for the last of `words`, sorted as the table has them. */
export async function candidates(words: readonly string[], known: Known): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, family, given, waiting } = readWords(before);
  if (family !== undefined && waiting === undefined && !typed.startsWith('-'))
    return seconds(family).filter(([word]) => word.startsWith(typed));
  const found = await all(typed, command, given, waiting, known);
  return found.filter(([word]) => word.startsWith(typed));
}

async function all(
  typed: string,
  command: CommandSpec | undefined,
  given: readonly string[],
  waiting: OptionSpec | undefined,
  known: Known,
): Promise<readonly Candidate[]> {
  const values = async (completes: Completes | undefined, choices: readonly string[] | undefined): Promise<readonly Candidate[]> => {
    if (choices !== undefined) return choices.map((choice) => [choice, '']);
    if (completes === 'command') return given.length === 0 ? commands() : seconds(given[0] ?? '');
    if (completes === 'plan') return (await known.plans()).map((plan) => [plan, 'plan']);
    if (completes === 'task') {
      const plans = given[0] === undefined ? await known.plans() : [given[0]];
      return plans.length === 1 ? await known.tasks(plans[0] ?? '', FITS[command?.name ?? ''] ?? (() => true)) : [];
    }
    if (completes === 'suggestion') return given[0] === undefined ? [] : known.suggestions(given[0]);
    return [];
  };
  if (waiting !== undefined) return await values(waiting.completes, waiting.choices);
  if (typed.startsWith('-')) {
    return [...(command?.options ?? []), ...GLOBAL_OPTIONS].map((option) => [`--${option.name}`, option.summary]);
  }
  if (command === undefined) return commands();
  const argument = command.arguments[given.length] ?? command.arguments.find((each) => each.many === true);
  return argument === undefined ? [] : await values(argument.completes, argument.choices);
}

function commands(): readonly Candidate[] {
  return firstWords().map((word) => [word, findCommand(word)?.summary ?? secondWords(word).join(', ')]);
}

/** The words that can follow the one that several commands share. */
function seconds(family: string): readonly Candidate[] {
  return secondWords(family).map((word) => [word, findCommand(`${family} ${word}`)?.summary ?? '']);
}

/** What stands before the word: the command, its arguments, and the option that waits for a value. */
function readWords(words: readonly string[]) {
  let command: CommandSpec | undefined;
  let family: string | undefined;
  let waiting: OptionSpec | undefined;
  const given: string[] = [];
  for (const word of words) {
    if (waiting !== undefined) {
      waiting = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const name = word.replace(/^-+/, '');
      const options = [...GLOBAL_OPTIONS, ...(command?.options ?? [])];
      const option = options.find((each) => each.name === name || each.short === name);
      if (option?.value !== undefined) waiting = option;
    } else if (command === undefined) {
      command = findCommand(family === undefined ? word : `${family} ${word}`);
      family = command === undefined && secondWords(word).length > 0 ? word : undefined;
    } else {
      given.push(word);
    }
  }
  return { command, family, given, waiting };
}

/** Names of files, and one file's boxes: a key press must not wait for a database or for git. */
function repository(cwd: string): Known {
  const folder = plansFolder(cwd);
  return {
    plans: async () => {
      if (folder === undefined) return [];
      const { listPlanFiles } = await import('../adapters/files.ts');
      const found = listPlanFiles(await folder);
      return found.type === 'failed' ? [] : found.files.map((file) => file.id);
    },
    suggestions: async (plan) => {
      if (folder === undefined) return [];
      const { parseReview } = await import('../core/review.ts');
      try {
        const { suggestions } = parseReview(readFileSync(join(await folder, `${plan}.review.md`), 'utf8')).review;
        return suggestions.map(({ id, title }): Candidate => [id, title.replaceAll(/\s+/g, ' ')]);
      } catch {
        return [];
      }
    },
    tasks: async (plan, fits) => {
      if (folder === undefined) return [];
      const { parsePlan } = await import('../core/parse.ts');
      try {
        const read = parsePlan(readFileSync(join(await folder, `${plan}.plan.md`), 'utf8'), plan);
        return read.plan.phases.flatMap(({ executionMode, tasks }) =>
          tasks
            .filter(({ status }) => fits({ status, manual: executionMode === 'manual' }))
            .map((task): Candidate => [task.id, task.title.replaceAll(/\s+/g, ' ')]),
        );
      } catch {
        return [];
      }
    },
  };
}

function plansFolder(cwd: string): Promise<string> | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return configured(folder);
    if (dirname(folder) === folder) return undefined;
  }
}

async function configured(root: string): Promise<string> {
  const { loadConfig } = await import('../adapters/config.ts');
  const loaded = await loadConfig(root);
  return join(root, 'config' in loaded ? loaded.config.plans : 'plans');
}
