import { expect, test } from 'vitest';
import { checkConfig } from '../../src/core/config-check.ts';
import { Config } from '../../src/core/config.ts';

const BUILT_IN = ['claude', 'claude-code', 'command'];
const check = (value: unknown) => checkConfig(value, BUILT_IN);

test('defaults fill what is left out', () => {
  expect(check({})).toEqual({ config: Config.parse({}) });
  expect(check({ qa: { gates: [{ name: 'test', run: 'npm test' }] } })).toMatchObject({
    config: { qa: { gates: [{ name: 'test', run: 'npm test', timeout: '10m' }] }, maxAttempts: 3 },
  });
});

test.each<[string, unknown, string]>([
  ['a wrong type', { qa: { gates: [{ name: 'test', run: 3 }] } }, 'qa.gates[0].run: found 3, expected a text: write it in quotes, "3".'],
  ['a missing key', { qa: { gates: [{ name: 'test' }] } }, 'qa.gates[0].run: is missing; expected a text.'],
  ['an empty text', { plans: '' }, 'plans: found "", expected some text.'],
  ['an empty list', { agents: { a: { command: [] } } }, 'agents.a.command: found an empty list, expected at least one entry.'],
  ['a number too great', { maxAttempts: 1000 }, 'maxAttempts: found 1000, expected at most 100.'],
  ['a number too small', { maxAttempts: 0 }, 'maxAttempts: found 0, expected at least 1.'],
  ['a fraction', { maxAttempts: 1.5 }, 'maxAttempts: found 1.5, expected a whole number.'],
  ['a choice', { retryFrom: 'scratch' }, 'retryFrom: found "scratch", expected one of "attempt", "base".'],
  ['a duration', { timeout: '5 minutes' }, 'timeout: found "5 minutes", expected a duration such as "90s", "15m" or "1h30m".'],
  ['a null', { qa: null }, 'qa: found nothing, expected a group of keys.'],
  ['a list for a group', { agents: [] }, 'agents: found an empty list, expected a group of keys.'],
  ['a function', { plans: () => 1 }, 'plans: found a function, expected a text.'],
  [
    'an environment name',
    { env: ['A B'] },
    'env[0]: found "A B", expected the name of an environment variable, or its beginning and a "*".',
  ],
  ['the whole', [], 'found an empty list, expected a group of keys.'],
  ['an unknown key', { maxAttempt: 2 }, 'maxAttempt: unknown key; did you mean "maxAttempts"?'],
  [
    'an unknown key of a gate',
    { qa: { gates: [{ name: 'a', run: 'b', timeuot: '1m' }] } },
    'qa.gates[0].timeuot: unknown key; did you mean "timeout"?',
  ],
  ['an unknown key of qa', { qa: { gate: [] } }, 'qa.gate: unknown key; did you mean "gates"?'],
  [
    'an unknown key of a profile',
    { agents: { a: { command: ['x'], promt: 'file' } } },
    'agents.a.promt: unknown key; did you mean "prompt"?',
  ],
  [
    'an unknown key of a price',
    { prices: { mine: { input: 1, output: 2, cacheRaed: 1 } } },
    'prices.mine.cacheRaed: unknown key; did you mean "cacheRead"?',
  ],
  [
    'an unknown key of the prices of long prompts',
    { prices: { mine: { input: 1, output: 2, longPrompt: { abvoe: 1, above: 1, input: 1, output: 1 } } } },
    'prices.mine.longPrompt.abvoe: unknown key; did you mean "above"?',
  ],
  [
    'an unknown key like no other',
    { qa: { gates: [{ name: 'a', run: 'b', zzzzzz: 1 }] } },
    'qa.gates[0].zzzzzz: unknown key; expected one of name, run, timeout, when.',
  ],
  ['an agent mistyped', { agent: 'claud' }, 'agent: found "claud", expected one of claude, claude-code, command; did you mean "claude"?'],
  [
    'an agent unknown',
    { agent: 'parrot' },
    'agent: found "parrot", expected one of claude, claude-code, command, or a profile of that name in "agents".',
  ],
])('%s', (_name, value, sentence) => {
  expect(check(value)).toEqual({ problems: [sentence] });
});

test('names of profiles and gates', () => {
  expect(check({ agents: { 'My Agent': { command: ['x'] } } })).toMatchObject({
    problems: [expect.stringContaining('agents.My Agent: found the name "My Agent", expected lower-case')],
  });
  expect(check({ qa: { gates: [{ name: 'Type Check', run: 'tsc' }] } })).toMatchObject({
    problems: [expect.stringContaining('qa.gates[0].name: found "Type Check", expected a name of lower-case letters')],
  });
  const twice = { qa: { gates: ['test', 'lint', 'test'].map((name) => ({ name, run: 'true' })) } };
  expect(check(twice)).toEqual({
    problems: ['qa.gates[2].name: "test" is already the name of qa.gates[0]. Give each gate its own name.'],
  });
});

test('every problem is said, not the first alone', () => {
  const result = check({ maxAttempts: 'many', plan: 'p', qa: { gates: [{ run: '' }] } });
  expect('problems' in result && result.problems).toHaveLength(4);
});

test('a profile of the config is a known agent', () => {
  expect(check({ agent: 'codex', agents: { codex: { command: ['codex', 'exec', '-'] } } })).toMatchObject({ config: { agent: 'codex' } });
});

test('keys that begin with x- are the author’s, but a profile may be called so', () => {
  const result = check({
    'x-owner': 'me',
    qa: { 'x-a': 1, gates: [{ name: 'test', run: 'true', 'x-b': 2 }] },
    agents: { 'x-one': { command: ['x'], 'x-c': 3 } },
  });
  expect(JSON.stringify(result)).not.toMatch(/x-(owner|a|b|c)"/);
  expect(result).toMatchObject({ config: { agents: { 'x-one': { command: ['x'] } }, qa: { gates: [{ name: 'test' }] } } });
});

test('a long value is cut', () => {
  const result = check({ retryFrom: 'y'.repeat(500) });
  expect('problems' in result && result.problems[0]?.length).toBeLessThan(150);
});
