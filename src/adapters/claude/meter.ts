/** What a session with Claude has used so far, in every category, while its replies still come in. */
import type { BetaMessage, BetaUsage } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { costOf, type Prices, type RequestTokens } from '../../core/price.ts';
import type { Usage } from '../../core/event.ts';

/** Characters of a token, about: what a reply has cost that was cut off before it said so. */
const CHARS_PER_TOKEN = 3.5;

const NONE: RequestTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

interface Request extends RequestTokens {
  readonly model: string;
}

/** Adds up the requests of a session. Each has its own price, as long prompts may cost more. */
export class Meter {
  readonly #prices: Prices;
  #done: readonly Request[] = [];
  #open: readonly Request[] = [];
  #chars = 0;

  constructor(prices: Prices) {
    this.#prices = prices;
  }

  /** A reply begins; what was read of the one before it is kept. */
  begin(message: Pick<BetaMessage, 'model' | 'usage'>): void {
    this.#done = [...this.#done, ...this.#open];
    this.#open = requestsOf(message);
    this.#chars = 0;
  }

  /** More of the reply has come. It is billed, though the reply says only at its end how much it was. */
  grow(chars: number): void {
    this.#chars += chars;
    this.#open = this.#open.map((request, at) =>
      at < this.#open.length - 1 ? request : { ...request, output: Math.max(request.output, Math.ceil(this.#chars / CHARS_PER_TOKEN)) },
    );
  }

  /** The reply has said what it used. */
  end(message: Pick<BetaMessage, 'model' | 'usage'>): void {
    this.#open = requestsOf(message);
  }

  /** All of it so far. The cost is null where a price is not known; nothing used costs nothing. */
  usage(): Usage {
    const requests = [...this.#done, ...this.#open];
    const sum = (of: (request: Request) => number): number => requests.reduce((total, request) => total + of(request), 0);
    const costs = requests.map((request) => costOf(request.model, request, this.#prices));
    return {
      inputTokens: sum(({ input }) => input),
      outputTokens: sum(({ output }) => output),
      cacheReadTokens: sum(({ cacheRead }) => cacheRead),
      cacheWriteTokens: sum(({ cacheWrite5m, cacheWrite1h }) => cacheWrite5m + cacheWrite1h),
      costUsd: costs.reduce((total, cost) => (total === null || cost === null ? null : total + cost), 0),
    };
  }
}

/** One request, or the several that the server made of it: where it compacts a conversation, the top level leaves that out. */
function requestsOf({ model, usage }: Pick<BetaMessage, 'model' | 'usage'>): readonly Request[] {
  const iterations = usage.iterations ?? [];
  if (iterations.length === 0) return [{ model, ...tokensOf(usage) }];
  return iterations.map((iteration) => ({ model: ('model' in iteration ? iteration.model : null) ?? model, ...tokensOf(iteration) }));
}

type Counted = Pick<
  BetaUsage,
  'input_tokens' | 'output_tokens' | 'cache_read_input_tokens' | 'cache_creation_input_tokens' | 'cache_creation'
>;

function tokensOf(usage: Counted): RequestTokens {
  const written = usage.cache_creation_input_tokens ?? 0;
  const hour = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    ...NONE,
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite5m: Math.max(0, written - hour),
    cacheWrite1h: hour,
  };
}
