import { describe, expect, it } from 'vitest';
import { existsSync, readFileSync } from 'node:fs';
import { commandHelp, commandList, markdownReference } from '../../src/commands/help.ts';
import { parseCall } from '../../src/commands/parse.ts';
import { COMMANDS } from '../../src/commands/table.ts';

const call = (line: string) => parseCall(line.split(' ').filter((word) => word !== ''));
const plain = (text: string) => text;

describe('a command line', () => {
  it('takes options before and after the command', () => {
    const { command, input } = call('-C sub run add-auth --task migration -y --json');
    expect(command?.name).toBe('run');
    expect(input.arguments).toEqual(['add-auth']);
    expect([input.text('cwd'), input.text('task'), input.flag('yes'), input.flag('json'), input.flag('dry-run')]).toEqual([
      'sub',
      'migration',
      true,
      true,
      false,
    ]);
  });
  it('takes --option=value, and what follows -- as arguments', () => {
    expect(call('run --task=a').input.text('task')).toBe('a');
    expect(call('lint -- --odd').input.arguments).toEqual(['--odd']);
  });
  it('takes - as a value', () => {
    expect(call('new x --from -').input.text('from')).toBe('-');
  });
  it('may be empty', () => {
    expect(call('').command).toBeUndefined();
    expect(call('--help').input.flag('help')).toBe(true);
  });
  it('asks for no argument where help is asked for', () => {
    expect(call('show --help').input.flag('help')).toBe(true);
  });

  it.each([
    ['stauts', '"stauts" is not a plans command. Did you mean "plans status"? "plans help" lists them all.'],
    ['lint --fxi', '"plans lint" has no option --fxi. Did you mean --fix? "plans help lint" lists its options.'],
    ['--jsno list', '"plans" has no option --jsno. Did you mean --json? "plans help" lists its options.'],
    ['show', '"plans show" needs PLAN. Usage: plans show PLAN [options]'],
    ['show a b', '"plans show" does not take "b". Usage: plans show PLAN [options]'],
    ['new Add auth', '"plans new" does not take "auth". Put the title in quotes. Usage: plans new TITLE [options]'],
    ['run --task', '--task needs a value: --task ID.'],
    ['run --task --yes', '--task needs a value: --task ID.'],
    ['lint --fix=yes', '--fix takes no value, but "yes" was given.'],
    [
      'list --status redy',
      '--status cannot be "redy"; it is one of open, draft, ready, running, paused, completed, failed. Did you mean "ready"?',
    ],
    ['completion tcsh', 'SHELL cannot be "tcsh"; it is one of bash, zsh, fish.'],
  ])('%s: says what is wrong and what was meant', (line, message) => {
    expect(() => call(line)).toThrow(message);
  });
});

describe('the table', () => {
  it('gives every command examples that parse', () => {
    for (const command of COMMANDS) {
      expect(command.examples.length, command.name).toBeGreaterThan(0);
      for (const example of command.examples) {
        const words = /plans ([^|)]*)/.exec(example.command)?.[1]?.trim() ?? '';
        const argv = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
        expect(parseCall(argv).command?.name, example.command).toBe(command.name);
      }
    }
  });

  it('makes help no wider than the terminal, with every option', () => {
    for (const command of COMMANDS) {
      const page = commandHelp(command, 80, plain);
      for (const option of command.options) expect(page).toContain(`--${option.name}`);
      // Examples stand as they are typed: a cut one could not be copied.
      const examples = new Set(command.examples.map((example) => `  ${example.command}`));
      for (const line of page.split('\n')) if (!examples.has(line)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    for (const line of commandList(80, plain).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('loads a function for each command', async () => {
    for (const command of COMMANDS) expect(await command.load(), command.name).toBeTypeOf('function');
  });

  it('is what the reference and the README list', () => {
    const reference = markdownReference();
    const readme = new URL('../../README.md', import.meta.url);
    const texts = existsSync(readme) ? [reference, readFileSync(readme, 'utf8')] : [reference];
    for (const text of texts) for (const { name } of COMMANDS) expect(text).toContain(`plans ${name}`);
  });
});
