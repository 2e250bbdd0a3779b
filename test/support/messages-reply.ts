/** What a scripted Messages server answers: a message as a person would write it down, and how its stream goes wrong. */

/** Tokens in every category that is billed. */
export interface ReplyTokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

export type ReplyBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

export interface MessageReply {
  readonly content: readonly ReplyBlock[];
  /** By default `tool_use` where the last block is a call, else `end_turn`. */
  readonly stopReason?: string | null;
  readonly stopDetails?: { readonly category: string | null; readonly explanation: string | null };
  /** What is left out is 1,000 tokens in, 100 out, none of the cache. */
  readonly usage?: Partial<ReplyTokens>;
  /** Entries of `usage.iterations`, as the API gives them. */
  readonly iterations?: readonly unknown[];
  /** The model that the reply names; by default the one that was asked for. */
  readonly model?: string;
  /** What happens once so many events have been sent, in place of the rest. */
  readonly fault?: { readonly after: number } & (
    | { readonly type: 'cut' | 'end' | 'malformed' }
    | { readonly type: 'error'; readonly error: string; readonly message?: string }
  );
  /** The stream stands still before the event of this number until the promise is settled; pings go on. */
  readonly wait?: { readonly before: number; readonly until: Promise<unknown> };
  /** Bytes that are sent at a time, so that events and characters are torn apart. */
  readonly pieceBytes?: number;
}

export interface FailureReply {
  readonly status: number;
  readonly error: { readonly type: string; readonly message: string; readonly errorCode?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export type Reply =
  | MessageReply
  | FailureReply
  /** The connection is closed without an answer. */
  | { readonly drop: true }
  /** Answered with this body and status 200, whatever it is. */
  | { readonly body: string; readonly contentType: string };

type Rest = Partial<Omit<MessageReply, 'content'>>;

export const text = (said: string): ReplyBlock => ({ type: 'text', text: said });
export const thinking = (thought: string): ReplyBlock => ({ type: 'thinking', thinking: thought });

let calls = 0;
/** A call of a tool. */
export const toolUse = (name: string, input: unknown, id = `toolu_${++calls}`): ReplyBlock => ({ type: 'tool_use', id, name, input });

export const reply = (content: readonly ReplyBlock[], rest: Rest = {}): MessageReply => ({ content, ...rest });
/** A reply of text. */
export const says = (said: string, rest: Rest = {}): MessageReply => reply([text(said)], rest);
/** A reply that calls one tool. */
export const uses = (name: string, input: unknown, rest: Rest = {}): MessageReply => reply([toolUse(name, input)], rest);
/** A structured answer. */
export const answers = (value: unknown, rest: Rest = {}): MessageReply => says(JSON.stringify(value), rest);

/** An error of the API. `retryAfter` is the header, in seconds; without it the client is told to try again at once where it wants to. */
export function fails(
  status: number,
  options: {
    readonly type?: string;
    readonly message?: string;
    readonly errorCode?: string;
    readonly headers?: Record<string, string>;
  } = {},
): FailureReply {
  const { type = ERROR_TYPES[status] ?? 'api_error', message = `It failed with ${status}.`, errorCode } = options;
  const headers = options.headers ?? { 'retry-after-ms': '1' };
  return { status, error: { type, message, ...(errorCode === undefined ? {} : { errorCode }) }, headers };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const ORDINARY: ReplyTokens = { input: 1_000, output: 100, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
/** Characters of one delta. */
const DELTA_CHARS = 12;

interface MessageEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The message as the API gives it where nothing is streamed. */
export function messageOf(given: MessageReply, requested: string, id: string): Record<string, unknown> {
  const content = given.content.map((block) => (block.type === 'thinking' ? { ...block, signature: 'c2lnbmVk' } : block));
  return { ...startOf(given, requested, id), content, ...endOf(given), usage: usageOf(given) };
}

/** The message as the events of a stream. */
export function eventsOf(given: MessageReply, requested: string, id: string): MessageEvent[] {
  const usage = usageOf(given);
  return [
    { type: 'message_start', message: { ...startOf(given, requested, id), usage: { ...usage, output_tokens: 1, iterations: null } } },
    ...given.content.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: endOf(given),
      usage: { output_tokens: usage['output_tokens'], ...(given.iterations === undefined ? {} : { iterations: given.iterations }) },
    },
    { type: 'message_stop' },
  ];
}

function startOf(given: MessageReply, requested: string, id: string): Record<string, unknown> {
  const model = given.model ?? requested;
  return { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null };
}

function endOf({ content, stopReason, stopDetails }: MessageReply): Record<string, unknown> {
  const usual = content.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn';
  const details = stopDetails === undefined ? null : { type: 'refusal', ...stopDetails };
  return { stop_reason: stopReason === undefined ? usual : stopReason, stop_sequence: null, stop_details: details };
}

function usageOf(given: MessageReply): Record<string, unknown> {
  const tokens = { ...ORDINARY, ...given.usage };
  return {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cache_read_input_tokens: tokens.cacheRead,
    cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite5m, ephemeral_1h_input_tokens: tokens.cacheWrite1h },
    iterations: given.iterations ?? null,
    service_tier: 'standard',
  };
}

function blockEvents(block: ReplyBlock, index: number): MessageEvent[] {
  const delta = (fields: object): MessageEvent => ({ type: 'content_block_delta', index, delta: fields });
  const start = (empty: object): MessageEvent => ({ type: 'content_block_start', index, content_block: empty });
  const stop: MessageEvent = { type: 'content_block_stop', index };
  switch (block.type) {
    case 'text':
      return [start({ type: 'text', text: '' }), ...pieces(block.text).map((piece) => delta({ type: 'text_delta', text: piece })), stop];
    case 'thinking':
      return [
        start({ type: 'thinking', thinking: '', signature: '' }),
        ...pieces(block.thinking).map((piece) => delta({ type: 'thinking_delta', thinking: piece })),
        delta({ type: 'signature_delta', signature: 'c2lnbmVk' }),
        stop,
      ];
    case 'tool_use':
      return [
        start({ type: 'tool_use', id: block.id, name: block.name, input: {} }),
        ...['', ...pieces(JSON.stringify(block.input))].map((piece) => delta({ type: 'input_json_delta', partial_json: piece })),
        stop,
      ];
  }
}

function pieces(whole: string): string[] {
  const characters = Array.from(whole);
  return Array.from({ length: Math.ceil(characters.length / DELTA_CHARS) }, (_, at) =>
    characters.slice(at * DELTA_CHARS, (at + 1) * DELTA_CHARS).join(''),
  );
}
