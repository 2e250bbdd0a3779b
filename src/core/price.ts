/**
 * What tokens cost: Anthropic's list prices on a day, and the config's own. An estimate, as contracts, regions and resellers differ. What is
 * not known is null and never zero: where a price is missing, only the ceilings in tokens hold.
 */

/** The day on which the built-in prices were read. https://platform.claude.com/docs/en/about-claude/pricing */
export const PRICES_AS_OF = '2026-11-22';

/** Tokens that prices are given for. */
const PRICED_TOKENS = 1_000_000;

/** US dollars for a million tokens of each kind. A kind that is absent has no known price. */
interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
}

export interface Price extends Rates {
  /** Of a request whose prompt, with what is read from and put into the cache, has more tokens than `above`. */
  readonly longPrompt?: (Rates & { readonly above: number }) | undefined;
}

/** Prices by the model's name. They go before the built-in ones. */
export type Prices = Readonly<Record<string, Price>>;

/** The tokens of one request, each counted once. */
export interface RequestTokens {
  /** Without those that are read from the cache or put into it. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

const OPUS: Price = { input: 5, output: 25, cacheWrite5m: 6.25, cacheWrite1h: 10, cacheRead: 0.5 };
const SONNET_4: Price = { input: 3, output: 15, cacheWrite5m: 3.75, cacheWrite1h: 6, cacheRead: 0.3 };

const BUILT_IN: Prices = {
  'claude-opus-5-5': { input: 4, output: 20, cacheWrite5m: 5, cacheWrite1h: 8, cacheRead: 0.2 },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheWrite5m: 2.5, cacheWrite1h: 4, cacheRead: 0.1 },
  'claude-haiku-5-5': {
    input: 0.1,
    output: 0.5,
    cacheWrite5m: 0.125,
    cacheWrite1h: 0.2,
    cacheRead: 0.01,
    longPrompt: { above: 100_000, input: 0.5, output: 2.5, cacheWrite5m: 0.625, cacheWrite1h: 1, cacheRead: 0.05 },
  },
  'claude-fable-5-2': { input: 8, output: 40, cacheWrite5m: 10, cacheWrite1h: 16, cacheRead: 0.2 },
  'claude-opus-5': OPUS,
  'claude-opus-4-8': OPUS,
  'claude-opus-4-7': OPUS,
  'claude-opus-4-6': OPUS,
  'claude-opus-4-5': OPUS,
  'claude-sonnet-5': { input: 2, output: 10, cacheWrite5m: 2.5, cacheWrite1h: 4, cacheRead: 0.2 },
  'claude-sonnet-4-6': SONNET_4,
  'claude-sonnet-4-5': SONNET_4,
  'claude-sonnet-4-0': SONNET_4,
  'claude-sonnet-4': SONNET_4,
  'claude-haiku-4-5': { input: 1, output: 5, cacheWrite5m: 1.25, cacheWrite1h: 2, cacheRead: 0.1 },
};

/** The day of a snapshot at the end of a model's name. */
const SNAPSHOT = /-\d{8}$/;

/**
 * What a model costs; null where that is not known. A snapshot (`claude-haiku-4-5-20251001`) costs what its model does, unless `overrides`
 * names it. Names of other providers (`us.anthropic.…`, `…@20250929`) have their own prices, and are known only from `overrides`.
 */
export function priceOf(model: string, overrides: Prices): Price | null {
  for (const name of [model, model.replace(SNAPSHOT, '')]) {
    for (const prices of [overrides, BUILT_IN]) if (Object.hasOwn(prices, name)) return prices[name] ?? null;
  }
  return null;
}

/**
 * What one request costs in US dollars; null where a price that it needs is not known. For a session, add up its requests: the prices of a long
 * prompt hold for each by itself.
 */
export function costOf(model: string, tokens: RequestTokens, overrides: Prices): number | null {
  const price = priceOf(model, overrides);
  if (price === null) return null;
  const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const rates = price.longPrompt !== undefined && prompt > price.longPrompt.above ? price.longPrompt : price;
  let sum = 0;
  for (const kind of KINDS) {
    const rate = rates[kind];
    if (tokens[kind] > 0 && rate === undefined) return null;
    sum += tokens[kind] * (rate ?? 0);
  }
  return sum / PRICED_TOKENS;
}

const KINDS = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const satisfies readonly (keyof RequestTokens)[];
