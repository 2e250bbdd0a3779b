/** A conversation with Claude that ends in structured answers: it may read the repository, and change nothing. */
import type { BetaContentBlock, BetaMessageParam } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { z } from 'zod';
import type { Usage } from '../../core/event.ts';
import type { Prices } from '../../core/price.ts';
import { answerSchema } from './answer-schema.ts';
import type { Claude } from './client.ts';
import { exchange, SILENCE_MS, type ExchangeEvent } from './exchange.ts';
import { unusable, type ClaudeFailure } from './failure.ts';
import { Meter } from './meter.ts';
import { readingTools, type Repository } from './repository.ts';

/** Replies to one question: most of them read files. */
const MAX_REPLIES = 60;
/** Problems of an answer that are named. */
const MAX_PROBLEMS = 10;
/** Characters of an answer that is quoted because it is no JSON. */
const MAX_QUOTED = 200;

export interface ConversationOptions {
  /** What Claude is and does here. */
  readonly system: string;
  /** By default the config's model and its tokens of one reply. */
  readonly model?: string | undefined;
  readonly maxTokens?: number | undefined;
  /** What Claude may read; without it there are no tools. */
  readonly repository?: Repository | undefined;
  /** Prices that go before the built-in ones. */
  readonly prices?: Prices | undefined;
  /** A reply of which nothing comes for so long is asked for again; ten minutes by default. */
  readonly silenceMs?: number | undefined;
}

interface Question<T> {
  readonly prompt: string;
  /** The shape of the answer. Its JSON Schema is what Claude is bound to, so far as structured outputs can say it; all of it is checked here. */
  readonly answer: z.ZodType<T>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What can be shown while an answer is awaited. */
export type Progress =
  /** More of a thought or of the answer's own text (JSON), as it comes. */
  | { readonly type: 'thinking' | 'text'; readonly text: string }
  /** Claude looks at something: `read src/cli.ts`. */
  | { readonly type: 'tool'; readonly name: string; readonly detail: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'notice'; readonly text: string };

export type Answer<T> = { readonly type: 'answered'; readonly value: T } | { readonly type: 'failed'; readonly failure: ClaudeFailure };

export interface Conversation {
  readonly model: string;
  /**
   * Asks, and waits for the answer. Asked again, it is the same conversation: whatever was read and said before is known, also after an answer
   * that could not be used. One question at a time. Never rejects.
   */
  ask<T>(question: Question<T>): Promise<Answer<T>>;
  /** What all questions have cost so far, those included that failed. */
  usage(): Usage;
}

/** Opens a conversation. Nothing is sent before the first question. */
export function openConversation(claude: Claude, options: ConversationOptions): Conversation {
  const model = options.model ?? claude.model;
  const maxTokens = options.maxTokens ?? claude.maxTokens;
  const { silenceMs = SILENCE_MS } = options;
  const meter = new Meter(options.prices ?? {});
  const tools = options.repository === undefined ? [] : readingTools(options.repository);
  let messages: readonly BetaMessageParam[] = [];
  const ask = async <T>({
    prompt,
    answer,
    signal = new AbortController().signal,
    onProgress = () => {},
  }: Question<T>): Promise<Answer<T>> => {
    const format = { type: 'json_schema' as const, schema: await answerSchema(answer) };
    const emit = (event: ExchangeEvent): void => report(event, onProgress);
    const sdk = claude.sdk((text) => onProgress({ type: 'notice', text }));
    const runner = sdk.beta.messages.toolRunner(
      {
        model,
        max_tokens: maxTokens,
        system: [{ type: 'text', text: options.system, cache_control: { type: 'ephemeral' } }],
        messages: [...messages, { role: 'user', content: prompt }],
        tools,
        output_config: { format },
        // Marks the end of each request, so that the next one, and a question about a bad answer, pay a tenth for what was said before.
        cache_control: { type: 'ephemeral' },
        stream: true,
        thread: false,
      },
      { signal },
    );
    const ended = await exchange(claude, runner, { meter, maxTokens, signal, maxReplies: MAX_REPLIES, silenceMs, emit });
    messages = continuable(runner.params.messages);
    if (ended.type === 'failed') return ended;
    return read(ended.reply.content, answer);
  };
  return { model, ask, usage: () => meter.usage() };
}

/** A history that another question can follow: a call that nobody answered, and a reply without content, are left out. */
function continuable(messages: readonly BetaMessageParam[]): readonly BetaMessageParam[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || typeof last.content === 'string') return messages;
  const open = last.content.length === 0 || last.content.some(({ type }) => type === 'tool_use');
  return open ? messages.slice(0, -1) : messages;
}

function read<T>(content: readonly BetaContentBlock[], answer: z.ZodType<T>): Answer<T> {
  // What stands before it is what Claude said on its way.
  const text = content.findLast((block) => block.type === 'text')?.text ?? '';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const begins = text.trim() === '' ? 'it is empty' : `it begins "${text.trim().slice(0, MAX_QUOTED)}"`;
    return { type: 'failed', failure: unusable(`The answer is no JSON: ${begins}.`) };
  }
  const parsed = answer.safeParse(value);
  if (parsed.success) return { type: 'answered', value: parsed.data };
  const problems = parsed.error.issues
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
  const more = parsed.error.issues.length - problems.length;
  return {
    type: 'failed',
    failure: unusable(`The answer has the wrong shape: ${problems.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`),
  };
}

function report(event: ExchangeEvent, onProgress: (progress: Progress) => void): void {
  switch (event.type) {
    case 'thinking':
    case 'text':
    case 'usage':
    case 'notice':
      return onProgress(event);
    case 'block': {
      const { block } = event;
      if (block.type === 'tool_use') onProgress({ type: 'tool', name: block.name, detail: detailOf(block.input) });
      return;
    }
    case 'reply':
      return;
  }
}

/** What of a call says what it is about: a path, or what is searched for. */
function detailOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const { pattern, path } = input as { readonly pattern?: unknown; readonly path?: unknown };
  return [pattern, path].filter((part) => typeof part === 'string' && part !== '').join(' in ');
}
