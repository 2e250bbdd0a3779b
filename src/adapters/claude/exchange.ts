/** One exchange with Claude: a prompt, the tools it calls, and its last reply, or why there is none. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BetaMessageStream } from '@anthropic-ai/sdk/lib/BetaMessageStream';
import type { BetaToolRunner } from '@anthropic-ai/sdk/lib/tools/BetaToolRunner';
import type { BetaContentBlock, BetaMessage, BetaRawMessageStreamEvent } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { Usage } from '../../core/event.ts';
import type { Claude } from './client.ts';
import { aborted, stopFailure, unusable, type ClaudeFailure } from './failure.ts';
import type { Meter } from './meter.ts';

/** Replies that are asked for again in a row because they broke off. The SDK tries again only until a reply has begun. */
const MAX_BROKEN_REPLIES = 3;
/** Before the first of them; the next waits twice as long. */
const BROKEN_PAUSE_MS = 200;
/** A reply of which nothing comes for so long has broken off, though its connection stands. */
export const SILENCE_MS = 10 * 60_000;
/** Characters of a reply between two words on what it has used. */
const USAGE_EVERY_CHARS = 4_000;

/** What is heard of an exchange while it goes on. */
export type ExchangeEvent =
  | { readonly type: 'thinking' | 'text'; readonly text: string }
  /** A block is whole: a paragraph of text, a thought, or a call of a tool with its input. */
  | { readonly type: 'block'; readonly block: BetaContentBlock }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** A reply is whole. */
  | { readonly type: 'reply'; readonly reply: BetaMessage }
  /** It goes on after something that took time: a sentence. */
  | { readonly type: 'notice'; readonly text: string };

export type Exchange =
  | { readonly type: 'ended'; readonly reply: BetaMessage }
  | { readonly type: 'failed'; readonly failure: ClaudeFailure };

export interface ExchangeOptions {
  readonly meter: Meter;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** Requests at most; null where the caller has other bounds. */
  readonly maxReplies: number | null;
  /** See {@link SILENCE_MS}; null where the caller has a clock of its own. */
  readonly silenceMs: number | null;
  readonly emit: (event: ExchangeEvent) => void;
}

/** Drives a tool runner to the end of Claude's turn. Never rejects: a failure is a value, and the meter knows what was used. */
export async function exchange(claude: Claude, runner: BetaToolRunner<true>, options: ExchangeOptions): Promise<Exchange> {
  const { signal, emit } = options;
  let broken = 0;
  let replies = 0;
  for (;;) {
    let reply: BetaMessage | null = null;
    let silent = false;
    try {
      // After a failure the runner goes on where it was: only the reply that broke off is asked for again.
      for await (const stream of runner) {
        reply = await listen(stream, options, () => (silent = true));
        // The runner throws what went wrong with it, once it is asked for the next.
        if (reply === null) continue;
        broken = 0;
        emit({ type: 'reply', reply });
        if (options.maxReplies !== null && ++replies >= options.maxReplies && reply.stop_reason === 'tool_use') {
          return failed(unusable(`Claude was still calling tools after ${replies} replies.`));
        }
      }
      if (signal.aborted) return failed(aborted());
      if (reply === null) return failed(unusable('Claude did not answer.'));
      const stopped = stopFailure(reply, options.maxTokens);
      return stopped === null ? { type: 'ended', reply } : failed(stopped);
    } catch (error) {
      if (signal.aborted) return failed(aborted());
      const failure = silent ? silence(options) : claude.failureOf(error);
      if (!(silent || isBroken(error, failure)) || broken >= MAX_BROKEN_REPLIES) return failed(failure);
      broken += 1;
      emit({ type: 'notice', text: `${failure.message} Asking again (${broken} of ${MAX_BROKEN_REPLIES}).` });
      await delay(BROKEN_PAUSE_MS * 2 ** (broken - 1), undefined, { signal }).catch(() => {});
      if (signal.aborted) return failed(aborted());
    }
  }
}

/** A failure in the middle of a reply: those before it the SDK has tried again itself. They alone have no HTTP status. */
function isBroken(error: unknown, { kind }: ClaudeFailure): boolean {
  if (kind !== 'network' && kind !== 'overloaded') return false;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return status === undefined && !(error instanceof Error && /Connection(?:Timeout)?Error$/.test(error.name));
}

function silence({ silenceMs }: ExchangeOptions): ClaudeFailure {
  const seconds = Math.round((silenceMs ?? 0) / 1_000);
  return { kind: 'network', message: `Nothing was heard of Claude's API for ${seconds} seconds.`, resetsAt: null };
}

/** Hears a reply to its end; null where it broke off. `onSilence` is called where that is because nothing came of it. */
async function listen(
  stream: BetaMessageStream,
  { meter, emit, silenceMs }: ExchangeOptions,
  onSilence: () => void,
): Promise<BetaMessage | null> {
  const clock =
    silenceMs === null
      ? null
      : setTimeout(() => {
          onSilence();
          stream.abort();
        }, silenceMs);
  let unsaid = 0;
  const used = (): void => {
    unsaid = 0;
    emit({ type: 'usage', usage: meter.usage() });
  };
  const read = (event: BetaRawMessageStreamEvent, reply: BetaMessage): void => {
    clock?.refresh();
    switch (event.type) {
      case 'message_start':
        meter.begin(reply);
        return used();
      case 'message_delta':
        meter.end(reply);
        return used();
      case 'content_block_delta': {
        const chars = charsOf(event);
        meter.grow(chars);
        unsaid += chars;
        if (unsaid >= USAGE_EVERY_CHARS) used();
        if (event.delta.type === 'text_delta') emit({ type: 'text', text: event.delta.text });
        if (event.delta.type === 'thinking_delta') emit({ type: 'thinking', text: event.delta.thinking });
        return;
      }
      case 'content_block_stop': {
        const block = reply.content[event.index];
        if (block !== undefined) emit({ type: 'block', block });
        return;
      }
      case 'content_block_start':
      case 'message_stop':
        return;
    }
  };
  stream.on('streamEvent', read);
  try {
    return await stream.finalMessage();
  } catch {
    return null;
  } finally {
    if (clock !== null) clearTimeout(clock);
  }
}

function charsOf({ delta }: Extract<BetaRawMessageStreamEvent, { type: 'content_block_delta' }>): number {
  if (delta.type === 'text_delta') return delta.text.length;
  if (delta.type === 'thinking_delta') return delta.thinking.length;
  return delta.type === 'input_json_delta' ? delta.partial_json.length : 0;
}

const failed = (failure: ClaudeFailure): Exchange => ({ type: 'failed', failure });
