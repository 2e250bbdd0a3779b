import { expect, test } from 'vitest';
import { configChange } from '../../../src/core/ci/config-change.ts';
import { configOf } from './reviewed.ts';

const gate = (name: string, run = name) => ({ name, run });
const version = (text: string, problems: string[] = []) => ({
  file: 'plans.config.ts',
  config: null,
  problems,
  texts: new Map([['plans.config.ts', text]]),
});

const gates = (...list: object[]) => ({ qa: { gates: list } });

test.each([
  ['nothing, where a default is written out', {}, { maxAttempts: 3 }, null],
  ['a value', {}, { maxAttempts: 5 }, ['maxAttempts: 3 → 5']],
  ['a gate’s command', gates(gate('test')), gates(gate('test', 'true')), ['qa.gates.test.run: "test" → "true"']],
  [
    'a gate that is gone',
    gates(gate('a'), gate('b')),
    gates(gate('b')),
    ['qa.gates.a.run: "a" → null', 'qa.gates.a.timeout: "10m" → null'],
  ],
  ['the order of gates', gates(gate('a'), gate('b')), gates(gate('b'), gate('a')), ['qa.gates (order): ["a","b"] → ["b","a"]']],
  ['a list', { env: ['CI'] }, { env: [] }, ['env: ["CI"] → []']],
  [
    'an agent',
    {},
    { agents: { mine: { command: ['sh', '-c', 'x'] } } },
    [
      'agents.mine.command: null → ["sh","-c","x"]',
      'agents.mine.prompt: null → "stdin"',
      'agents.mine.output: null → "text"',
      'agents.mine.env: null → []',
    ],
  ],
])('%s', (_, before, after, expected) => {
  const keys = configOf(before, after)?.keys?.map(({ key, before: old, after: now }) => `${key}: ${old} → ${now}`);
  expect(keys ?? null).toEqual(expected);
});

test('a config that is code changes where its text does, and one that breaks is told', () => {
  expect(configChange(version('a\n'), version('a\n'))).toBeNull();
  expect(configChange(version('a\n'), version('b\n'))).toMatchObject({ keys: null, patch: '--- plans.config.ts\n@@ -1,1 +1,1 @@\n-a\n+b' });
  expect(configChange(version('a\n'), version('a\n', ['wrong']))).toMatchObject({ problems: ['wrong'], patch: '' });
  // What was wrong before is not this change's.
  expect(configChange(version('a\n', ['wrong']), version('a\n', ['wrong']))).toBeNull();
});
