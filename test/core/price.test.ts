import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Config } from '../../src/core/config.ts';
import { costOf, priceOf, type RequestTokens } from '../../src/core/price.ts';
import { runs } from '../support/runs.ts';

const NONE: RequestTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const MILLION = 1_000_000;

const sonnet = (tokens: RequestTokens) => costOf('claude-sonnet-5-5', tokens, {}) ?? NaN;

describe('the price of a model', () => {
  it.each([
    ['claude-sonnet-5-5', 2],
    ['claude-opus-5-5', 4],
    ['claude-fable-5-2', 8],
    ['claude-haiku-4-5', 1],
    ['a snapshot, claude-haiku-4-5-20251001', 1],
    ['a snapshot, claude-sonnet-4-20250514', 3],
  ])('%s: $%s for a million tokens read', (name, input) => {
    expect(priceOf(name.split(' ').at(-1) ?? '', {})?.input).toBe(input);
  });

  it.each([
    'gpt-6',
    '',
    'claude-sonnet-9',
    'claude-sonnet-5-5[1m]',
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'constructor',
    '__proto__',
  ])('is unknown for "%s"', (name) => {
    expect(priceOf(name, {})).toBeNull();
    expect(costOf(name, NONE, {})).toBeNull();
  });

  it('is what the config says, a snapshot before its model', () => {
    const prices = {
      'claude-haiku-4-5': { input: 7, output: 8 },
      'claude-haiku-4-5-20251001': { input: 9, output: 9 },
      mine: { input: 0, output: 0 },
    };
    expect(priceOf('claude-haiku-4-5', prices)?.input).toBe(7);
    expect(priceOf('claude-haiku-4-5-20990101', prices)?.input).toBe(7);
    expect(priceOf('claude-haiku-4-5-20251001', prices)?.input).toBe(9);
    expect(costOf('mine', { ...NONE, input: 5, output: 5 }, prices)).toBe(0);
  });
});

describe('the cost of a request', () => {
  it.each<[string, string, Partial<RequestTokens>, number]>([
    ['read', 'claude-sonnet-5-5', { input: MILLION }, 2],
    ['written', 'claude-sonnet-5-5', { output: MILLION }, 10],
    ['from the cache', 'claude-sonnet-5-5', { cacheRead: MILLION }, 0.1],
    ['into the cache for five minutes', 'claude-sonnet-5-5', { cacheWrite5m: MILLION }, 2.5],
    ['into the cache for an hour', 'claude-sonnet-5-5', { cacheWrite1h: MILLION }, 4],
    ['all of it', 'claude-opus-5-5', { input: 10, output: 20, cacheRead: 30_000, cacheWrite5m: 400, cacheWrite1h: 50 }, 0.00884],
    ['a prompt that is not long yet', 'claude-haiku-5-5', { input: 50_000, cacheRead: 50_000, output: 1_000 }, 0.006],
    ['a long prompt', 'claude-haiku-5-5', { input: 50_000, cacheRead: 50_001, output: 1_000 }, 0.03000005],
    ['much written for a short prompt', 'claude-haiku-5-5', { input: 1, output: 200_000 }, 0.1000001],
  ])('%s', (_, model, tokens, usd) => {
    expect(costOf(model, { ...NONE, ...tokens }, {})).toBeCloseTo(usd, 12);
  });

  it('is unknown only where a price that it needs is', () => {
    const prices = { mine: { input: 1, output: 2 } };
    expect(costOf('mine', { ...NONE, input: MILLION, output: MILLION }, prices)).toBe(3);
    expect(costOf('mine', { ...NONE, input: MILLION, cacheRead: 1 }, prices)).toBeNull();
  });

  const tokens = fc.nat({ max: 400_000 });
  const request = fc.record({ input: tokens, output: tokens, cacheRead: tokens, cacheWrite5m: tokens, cacheWrite1h: tokens });
  const model = fc.constantFrom('claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-haiku-4-5-20251001', 'claude-fable-5-2');

  it('is nothing for nothing, and more for more of any kind', () => {
    fc.assert(
      fc.property(model, request, fc.constantFrom(...(Object.keys(NONE) as (keyof RequestTokens)[])), (name, some, kind) => {
        const cost = costOf(name, some, {}) ?? NaN;
        expect(costOf(name, NONE, {})).toBe(0);
        expect(costOf(name, { ...some, [kind]: some[kind] + 1 }, {})).toBeGreaterThan(cost);
      }),
      runs(200),
    );
  });

  it('adds up over requests where the prices do not depend on their length', () => {
    fc.assert(
      fc.property(request, request, (a, b) => {
        const sum = Object.fromEntries(Object.entries(a).map(([kind, count]) => [kind, count + b[kind as keyof RequestTokens]]));
        expect(sonnet(sum as unknown as RequestTokens)).toBeCloseTo(sonnet(a) + sonnet(b), 9);
      }),
      runs(200),
    );
  });
});

it('the config takes prices as they are documented', () => {
  const long = { above: 200_000, input: 6, output: 22.5 };
  expect(Config.parse({ prices: { mine: { input: 3, output: 15, longPrompt: long } } }).prices).toEqual({
    mine: { input: 3, output: 15, longPrompt: long },
  });
  expect(Config.safeParse({ prices: { mine: { input: -1, output: 1 } } }).success).toBe(false);
  expect(Config.safeParse({ prices: { mine: { input: 1 } } }).success).toBe(false);
});
