/** What a session of Claude Code has used: request by request while it works, and by the sum that its result brings. */
import { costOf, type Prices, type RequestTokens } from '../../../core/price.ts';
import type { Usage } from '../agent.ts';
import { numberIn, recordIn, textIn, type Json } from './json.ts';

/** The model of messages that no model wrote. */
const SYNTHETIC = '<synthetic>';

interface Request {
  readonly model: string;
  readonly tokens: RequestTokens;
}

const NONE: RequestTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const KINDS = Object.keys(NONE) as (keyof RequestTokens)[];

export class SessionUsage {
  readonly #prices: Prices;
  readonly #requests = new Map<string, Request>();
  /** The request that is answered now, by the tool call that it belongs to. */
  readonly #current = new Map<string, string>();
  #result: Usage | null = null;

  constructor(prices: Prices) {
    this.#prices = prices;
  }

  /** What an event of the stream says of a request. True where it is news. */
  take(event: Json): boolean {
    const within = textIn(event, 'parent_tool_use_id') ?? '';
    const inner = event['type'] === 'stream_event' ? recordIn(event, 'event') : event;
    const message = recordIn(inner, 'message');
    const id = textIn(message, 'id') ?? this.#current.get(within);
    if (id === undefined) return false;
    if (inner['type'] === 'message_start') this.#current.set(within, id);
    const known = this.#requests.get(id);
    const model = textIn(message, 'model') ?? known?.model ?? '';
    const said = requestTokens(recordIn('message' in inner ? message : inner, 'usage'));
    const before = known?.tokens ?? NONE;
    // A message is printed piece by piece, and only the end of the stream knows what was written.
    const tokens = combine(before, said, Math.max);
    if (model === '' || model === SYNTHETIC || KINDS.every((kind) => tokens[kind] === before[kind])) return false;
    this.#requests.set(id, { model, tokens });
    return true;
  }

  /**
   * Takes the sum of a `result`. Its `usage` is that of the last turn, and zero after a stop by budget: `modelUsage` is right, and has what
   * subagents used. The price that is said is believed where it is of a list: for a model that Claude Code does not know it is a guess.
   */
  conclude(result: Json): void {
    const models = Object.keys(recordIn(result, 'modelUsage'));
    if (models.length === 0) return;
    let sum = NONE;
    let costUsd: number | null = 0;
    for (const model of models) {
      const entry = recordIn(recordIn(result, 'modelUsage'), model);
      const said = modelTokens(entry);
      const listed = entry['costBasis'] === 'list' && typeof entry['costUSD'] === 'number' && !Object.hasOwn(this.#prices, model);
      const cost = listed ? numberIn(entry, 'costUSD') : this.#costOf(model, said);
      costUsd = costUsd === null || cost === null ? null : costUsd + cost;
      sum = combine(sum, said, plus);
    }
    this.#result = usageOf(sum, costUsd);
  }

  /** Null while nothing is known. */
  get usage(): Usage | null {
    if (this.#result !== null || this.#requests.size === 0) return this.#result;
    let sum = NONE;
    let costUsd: number | null = 0;
    for (const { model, tokens } of this.#requests.values()) {
      const cost = costOf(model, tokens, this.#prices);
      costUsd = costUsd === null || cost === null ? null : costUsd + cost;
      sum = combine(sum, tokens, plus);
    }
    return usageOf(sum, costUsd);
  }

  /** Each request by its own length, and what was not seen of any (a subagent's answers) as one more. */
  #costOf(model: string, all: RequestTokens): number | null {
    const seen = [...this.#requests.values()].filter((request) => request.model === model).map(({ tokens }) => tokens);
    // Older versions do not say for how long something stays in the cache.
    const rest = seen.map(shortLived).reduce((left, tokens) => combine(left, tokens, (a, b) => Math.max(0, a - b)), shortLived(all));
    return [...seen, rest].reduce<number | null>((sum, tokens) => {
      const cost = costOf(model, tokens, this.#prices);
      return sum === null || cost === null ? null : sum + cost;
    }, 0);
  }
}

/** The API's `usage`; what is put into the cache without a word of how long it stays is for five minutes. */
function requestTokens(usage: Json): RequestTokens {
  const created = recordIn(usage, 'cache_creation');
  const cacheWrite1h = numberIn(created, 'ephemeral_1h_input_tokens');
  return {
    input: numberIn(usage, 'input_tokens'),
    output: numberIn(usage, 'output_tokens'),
    cacheRead: numberIn(usage, 'cache_read_input_tokens'),
    cacheWrite5m: Math.max(0, numberIn(usage, 'cache_creation_input_tokens') - cacheWrite1h),
    cacheWrite1h,
  };
}

function modelTokens(usage: Json): RequestTokens {
  const cacheWrite1h = numberIn(usage, 'cacheCreationEphemeral1hInputTokens');
  return {
    input: numberIn(usage, 'inputTokens'),
    output: numberIn(usage, 'outputTokens'),
    cacheRead: numberIn(usage, 'cacheReadInputTokens'),
    cacheWrite5m: Math.max(0, numberIn(usage, 'cacheCreationInputTokens') - cacheWrite1h),
    cacheWrite1h,
  };
}

function usageOf(tokens: RequestTokens, costUsd: number | null): Usage {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = tokens;
  return {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite5m + cacheWrite1h,
    costUsd,
  };
}

function combine(a: RequestTokens, b: RequestTokens, by: (a: number, b: number) => number): RequestTokens {
  return {
    input: by(a.input, b.input),
    output: by(a.output, b.output),
    cacheRead: by(a.cacheRead, b.cacheRead),
    cacheWrite5m: by(a.cacheWrite5m, b.cacheWrite5m),
    cacheWrite1h: by(a.cacheWrite1h, b.cacheWrite1h),
  };
}

const shortLived = (tokens: RequestTokens): RequestTokens => ({
  ...tokens,
  cacheWrite5m: tokens.cacheWrite5m + tokens.cacheWrite1h,
  cacheWrite1h: 0,
});

const plus = (a: number, b: number): number => a + b;
