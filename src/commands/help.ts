/** `plans help`, and the Markdown reference of the README, both made from the table. */
import { styleText } from 'node:util';
import { suggest } from '../core/suggest.ts';
import { CommandError, EXIT, type Command, type CommandContext } from './context.ts';
import { usageLine } from './parse.ts';
import { GLOBAL_OPTIONS, type CommandSpec, type Group, type OptionSpec } from './specification.ts';
import { COMMANDS, findCommand, secondWords } from './table.ts';

const GROUPS: readonly Group[] = ['Begin', 'Run', 'Steer', 'Look', 'GitHub Actions', 'More'];
/** Longest line of help, in columns. */
const HELP_COLUMNS = 96;

/** Help for the command named, or the list of commands. */
export const help: Command = async (context, input) => {
  printHelp(context, input.arguments.length === 0 ? undefined : input.arguments.join(' '));
  return EXIT.done;
};

/** Prints help on a command, or on those that begin with this word; an unknown name is a {@link CommandError}. */
export function printHelp(context: CommandContext, name: string | undefined): void {
  const { out } = context;
  const columns = Math.min(out.size().columns, HELP_COLUMNS);
  const bold = (text: string) => (out.color ? styleText('bold', text, { validateStream: false }) : text);
  if (name === undefined) {
    out.write(commandList(columns, bold));
    return;
  }
  const command = findCommand(name);
  if (command === undefined && secondWords(name).length > 0) {
    out.write(familyHelp(name, columns, bold));
    return;
  }
  if (command === undefined) {
    const meant = suggest(
      name,
      COMMANDS.map((each) => each.name),
    );
    throw new CommandError(
      `There is no command "${name}" to help with.${meant === null ? '' : ` Did you mean "${meant}"?`} "plans help" lists them all.`,
    );
  }
  out.write(commandHelp(command, columns, bold));
}

type Style = (text: string) => string;

/** The commands that share a first word. */
function familyHelp(first: string, columns: number, bold: Style): string {
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  const width = Math.max(...family.map(({ name }) => name.length));
  const list = family.flatMap(({ name, summary }) => columnsOf(name, summary, width, columns));
  return [`${bold('Usage')}  plans ${first} <command> [options]`, '', ...list, '', `"plans help ${first} <command>" tells more.`, ''].join(
    '\n',
  );
}

/** The front page: every command in its group. */
export function commandList(columns: number, bold: Style): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = [
    'Plans in Markdown, carried out task by task: each checked, each a commit.',
    '',
    `${bold('Usage')}  plans <command> [options]`,
  ];
  for (const group of GROUPS.filter((each) => COMMANDS.some((command) => command.group === each))) {
    lines.push('', bold(group));
    for (const command of COMMANDS.filter((each) => each.group === group)) {
      lines.push(...columnsOf(command.name, command.summary, width, columns));
    }
  }
  lines.push('', bold('Everywhere'), ...optionLines(GLOBAL_OPTIONS, columns), '', '"plans help <command>" tells more, with examples.');
  return `${lines.join('\n')}\n`;
}

/** The page of one command. */
export function commandHelp(command: CommandSpec, columns: number, bold: Style): string {
  const lines = [`${bold(`plans ${command.name}`)}: ${lowerFirst(command.summary)}`, '', `${bold('Usage')}  ${usageLine(command)}`];
  for (const paragraph of command.description) lines.push('', ...wrap(paragraph, columns));
  if (command.arguments.length > 0) {
    lines.push('', bold('Arguments'));
    const width = Math.max(...command.arguments.map((argument) => argument.name.length));
    for (const argument of command.arguments) {
      const choices = argument.choices === undefined ? '' : `: ${argument.choices.join(', ')}`;
      lines.push(...columnsOf(argument.name, argument.summary + choices, width, columns));
    }
  }
  if (command.options.length > 0) lines.push('', bold('Options'), ...optionLines(command.options, columns));
  lines.push('', bold('Everywhere'), ...optionLines(GLOBAL_OPTIONS, columns));
  lines.push('', bold('Examples'));
  for (const example of command.examples) lines.push(`  # ${example.says}`, `  ${example.command}`);
  lines.push('', bold('Exit codes'));
  for (const [code, meaning] of exitCodes(command)) lines.push(`  ${code}  ${meaning}`);
  return `${lines.join('\n')}\n`;
}

/** The commands as Markdown, for the README. */
export function markdownReference(): string {
  const lines = ['| command | what it does |', '| --- | --- |'];
  for (const command of COMMANDS) {
    const usage = usageLine(command).replace(' [options]', '').replaceAll('|', '\\|');
    const options = command.options.map((option) => `\`${optionUsage(option)}\``).join(', ');
    lines.push(`| \`${usage}\` | ${command.summary}${options === '' ? '' : ` (${options})`} |`);
  }
  const everywhere = GLOBAL_OPTIONS.map((option) => `\`${optionUsage(option)}\``).join(', ');
  lines.push(
    '',
    `Every command takes ${everywhere}.`,
    '',
    'Exit codes: 0 done · 1 a plan or a gate failed · 2 usage or environment · 3 paused, waiting for a person.',
  );
  return `${lines.join('\n')}\n`;
}

function exitCodes(command: CommandSpec): (readonly [number, string])[] {
  return [[0, 'done'] as const, ...command.exitCodes, [2, 'the command line or the environment is not as it must be'] as const].toSorted(
    ([a], [b]) => a - b,
  );
}

function optionUsage(option: OptionSpec): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
}

function optionLines(options: readonly OptionSpec[], columns: number): string[] {
  const anyShort = options.some((option) => option.short !== undefined);
  const left = options.map((option) => (option.short === undefined && anyShort ? `    ${optionUsage(option)}` : optionUsage(option)));
  const width = Math.max(...left.map((text) => text.length));
  return options.flatMap((option, index) => {
    const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
    const otherwise = option.default === undefined ? '' : ` (default ${option.default})`;
    return columnsOf(left[index] ?? '', option.summary + choices + otherwise, width, columns);
  });
}

function columnsOf(left: string, right: string, width: number, columns: number): string[] {
  const indent = width + 4;
  const [first = '', ...more] = wrap(right, Math.max(columns - indent, 24));
  return [`  ${left.padEnd(width)}  ${first}`, ...more.map((line) => ' '.repeat(indent) + line)];
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
