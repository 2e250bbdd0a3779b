/** argv → command, options and arguments, checked against the table. Every complaint says what was meant, as far as it can be guessed. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { suggest } from '../core/suggest.ts';
import { CommandError, type CommandInput } from './context.ts';
import { GLOBAL_OPTIONS, type CommandSpec, type OptionSpec } from './specification.ts';
import { findCommand, firstWords, secondWords } from './table.ts';

export interface Call {
  /** Undefined where no command was named. */
  readonly command: CommandSpec | undefined;
  /** What help is about where it is asked for: a command, or the first word of several; undefined: all of it. */
  readonly topic: string | undefined;
  readonly input: CommandInput;
}

/** Reads a command line; throws a {@link CommandError} for one that cannot be meant. */
export function parseCall(argv: readonly string[]): Call {
  const { command, family, rest } = takeCommand(argv);
  const options = [...GLOBAL_OPTIONS, ...(command?.options ?? [])];
  const { values, lists, positionals } = readTokens(rest, options, command);
  const helps = values.get('help') === true;
  if (family !== undefined && !helps)
    throw new CommandError(
      `"plans ${family}" needs a second word: ${secondWords(family).join(', ')}. "plans help ${family}" says what each does.`,
    );
  if (command !== undefined && !helps) checkArguments(command, positionals);
  return {
    command,
    topic: command?.name ?? family,
    input: {
      arguments: positionals,
      flag: (name) => values.get(name) === true,
      text: (name) => {
        const value = values.get(name);
        return typeof value === 'string' ? value : undefined;
      },
      all: (name) => lists.get(name) ?? [],
    },
  };
}

interface Taken {
  readonly command: CommandSpec | undefined;
  /** The first word of several commands, where the second was not given. */
  readonly family?: string;
  readonly rest: string[];
}

/** The command is the first word that is neither an option nor a global option's value; of some, the second such word belongs to it. */
function takeCommand(argv: readonly string[]): Taken {
  const { tokens } = parseArgs({
    args: [...argv],
    options: config(GLOBAL_OPTIONS),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const [word, second] = tokens.filter((token) => token.kind === 'positional');
  if (word === undefined) return { command: undefined, rest: [...argv] };
  const seconds = secondWords(word.value);
  const last = seconds.length > 0 ? (second ?? word) : word;
  // An unknown option before the command is the likelier mistake: its value would be taken for the command.
  const known = new Set(GLOBAL_OPTIONS.map((option) => option.name));
  const stray = tokens.find((token) => token.kind === 'option' && token.index < last.index && !known.has(token.name));
  if (stray?.kind === 'option') throw unknownOption(stray.rawName, GLOBAL_OPTIONS, undefined);
  const without = (...indexes: readonly number[]) => argv.filter((_, index) => !indexes.includes(index));
  if (seconds.length > 0 && second === undefined) return { command: undefined, family: word.value, rest: without(word.index) };
  const name = last === word ? word.value : `${word.value} ${last.value}`;
  const command = findCommand(name);
  if (command === undefined) throw noCommand(word.value, last === word ? undefined : last.value);
  return { command, rest: without(word.index, last.index) };
}

function noCommand(word: string, second: string | undefined): CommandError {
  const names = second === undefined ? firstWords() : secondWords(word);
  const meant = suggest(second ?? word, names);
  const before = second === undefined ? 'plans' : `plans ${word}`;
  const help = second === undefined ? 'plans help' : `plans help ${word}`;
  return new CommandError(
    `"${second === undefined ? word : `${word} ${second}`}" is not a plans command.${meant === null ? '' : ` Did you mean "${before} ${meant}"?`} "${help}" lists them all.`,
  );
}

function readTokens(rest: readonly string[], options: readonly OptionSpec[], command: CommandSpec | undefined) {
  const { tokens } = parseArgs({ args: [...rest], options: config(options), strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string | true>();
  const lists = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  // An option whose value takes a second word (`--from phase ID`), and where that word stands.
  let open: { readonly name: string; readonly value: string; readonly index: number } | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (open?.index === token.index) values.set(open.name, `${open.value} ${token.value}`);
      else positionals.push(token.value);
    }
    if (token.kind !== 'option') continue;
    const option = options.find((each) => each.name === token.name);
    if (option === undefined) throw unknownOption(token.rawName, options, command);
    if (option.value === undefined) {
      if (token.value !== undefined) throw new CommandError(`${token.rawName} takes no value, but "${token.value}" was given.`);
      values.set(option.name, true);
    } else if (option.many === true) {
      const given = (token.value ?? '').split(',').map((value) => checkValue(option, token.rawName, value === '' ? undefined : value));
      lists.set(option.name, [...new Set([...(lists.get(option.name) ?? []), ...given])]);
    } else {
      const value = checkValue(option, token.rawName, token.value);
      values.set(option.name, value);
      if (option.secondWord?.includes(value)) open = { name: option.name, value, index: token.index + (token.inlineValue ? 1 : 2) };
    }
  }
  return { values, lists, positionals };
}

function checkValue(option: OptionSpec, written: string, value: string | undefined): string {
  if (value === undefined || (value.startsWith('-') && value !== '-' && !/^-\d/.test(value))) {
    throw new CommandError(`${written} needs a value: ${written} ${option.value ?? ''}.`);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) throw notAChoice(written, value, option.choices);
  return value;
}

function checkArguments(command: CommandSpec, given: readonly string[]): void {
  const usage = `Usage: ${usageLine(command)}`;
  const missing = command.arguments.filter((argument) => argument.required === true)[given.length];
  if (missing !== undefined) throw new CommandError(`"plans ${command.name}" needs ${missing.name}. ${usage}`);
  const many = command.arguments.some((argument) => argument.many === true);
  const extra = given[command.arguments.length];
  if (extra !== undefined && !many) {
    const hint = command.arguments[0]?.name === 'TITLE' ? ' Put the title in quotes.' : '';
    throw new CommandError(`"plans ${command.name}" does not take "${extra}".${hint} ${usage}`);
  }
  for (const [index, argument] of command.arguments.entries()) {
    const value = given[index];
    if (value !== undefined && argument.choices !== undefined && !argument.choices.includes(value)) {
      throw notAChoice(argument.name, value, argument.choices);
    }
  }
}

/** `plans run [PLAN] [options]`. */
export function usageLine(command: CommandSpec): string {
  const words = command.arguments.map((argument) => {
    const name = argument.many === true ? `${argument.name}…` : argument.name;
    return argument.required === true ? name : `[${name}]`;
  });
  return ['plans', command.name, ...words, '[options]'].join(' ');
}

function notAChoice(what: string, value: string, choices: readonly string[]): CommandError {
  const meant = suggest(value, choices);
  return new CommandError(
    `${what} cannot be "${value}"; it is one of ${choices.join(', ')}.${meant === null ? '' : ` Did you mean "${meant}"?`}`,
  );
}

function unknownOption(written: string, options: readonly OptionSpec[], command: CommandSpec | undefined): CommandError {
  const meant = suggest(
    written.replace(/^-+/, ''),
    options.map((option) => option.name),
  );
  const whose = command === undefined ? 'plans' : `plans ${command.name}`;
  const help = command === undefined ? 'plans help' : `plans help ${command.name}`;
  return new CommandError(
    `"${whose}" has no option ${written}.${meant === null ? '' : ` Did you mean --${meant}?`} "${help}" lists its options.`,
  );
}

function config(options: readonly OptionSpec[]): ParseArgsOptionsConfig {
  const all: ParseArgsOptionsConfig = {};
  for (const { name, short, value } of options) {
    all[name] = { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) };
  }
  return all;
}
