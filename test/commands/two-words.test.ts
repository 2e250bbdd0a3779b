import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidates, type Known } from '../../src/commands/complete.ts';
import { commandHelp, markdownReference } from '../../src/commands/help.ts';
import { parseCall } from '../../src/commands/parse.ts';
import type { CommandSpec } from '../../src/commands/specification.ts';
import { COMMANDS } from '../../src/commands/table.ts';
import { world } from './world.ts';

const made = (name: string): CommandSpec => ({
  name,
  group: 'More',
  summary: `Says ${name}`,
  description: [],
  arguments: [{ name: 'WHAT', summary: 'What' }],
  options: [{ name: 'loud', summary: 'Loudly' }],
  examples: [],
  exitCodes: [],
  load: () =>
    Promise.resolve((context, input) => {
      context.out.write(`${name} ${input.arguments.join(' ')}\n`);
      return Promise.resolve(0);
    }),
});
const table = COMMANDS as CommandSpec[];
beforeAll(() => void table.push(made('sing alto'), made('sing bass')));
afterAll(() => void table.splice(-2));

const call = (line: string) => parseCall(line.split(' '));
const known: Known = { plans: () => Promise.resolve([]), tasks: () => Promise.resolve([]), suggestions: () => Promise.resolve([]) };
const words = async (...typed: string[]) => (await candidates(typed, known)).map(([word]) => word);

describe('a command of two words', () => {
  it('takes its second word, and what comes behind it as arguments', () => {
    const { command, input } = call('sing -q bass low --loud');
    expect([command?.name, input.arguments, input.flag('loud'), input.flag('quiet')]).toEqual(['sing bass', ['low'], true, true]);
  });

  it.each([
    ['sing', '"plans sing" needs a second word: alto, bass. "plans help sing" says what each does.'],
    ['sing boss', '"sing boss" is not a plans command. Did you mean "plans sing bass"? "plans help sing" lists them all.'],
    ['sign', '"sign" is not a plans command. Did you mean "plans sing"? "plans help" lists them all.'],
    ['sing bass --lout', '"plans sing bass" has no option --lout. Did you mean --loud? "plans help sing bass" lists its options.'],
    ['sing bass a b', '"plans sing bass" does not take "b". Usage: plans sing bass [WHAT] [options]'],
  ])('%s: says what is wrong and what was meant', (line, message) => {
    expect(() => call(line)).toThrow(message);
  });

  it('has its help, alone and with the others', async () => {
    const here = world();
    try {
      expect((await here.plans(['help', 'sing', 'bass'])).out).toBe(commandHelp(table.at(-1) ?? made(''), 80, (text) => text));
      for (const line of [
        ['help', 'sing'],
        ['sing', '--help'],
      ])
        expect((await here.plans(line)).out).toContain('Usage  plans sing <command> [options]\n\n  sing alto  Says sing alto\n');
      expect((await here.plans(['sing', 'alto', 'la'])).out).toBe('sing alto la\n');
    } finally {
      here.remove();
    }
    expect(markdownReference()).toContain('| `plans sing bass [WHAT]` |');
  });

  it('is completed word by word', async () => {
    expect(await words('si')).toEqual(['sing']);
    expect(await words('sing', '')).toEqual(['alto', 'bass']);
    expect(await words('sing', 'b')).toEqual(['bass']);
    expect(await words('sing', 'bass', '--l')).toEqual(['--loud']);
    expect(await words('help', 'sing', '')).toEqual(['alto', 'bass']);
  });
});
