/** What can go wrong with Claude's API, by what has to be done about it. Every failure is a sentence for people. */
import type AnthropicModule from '@anthropic-ai/sdk';
import type { APIError } from '@anthropic-ai/sdk';
import type { Redaction } from '../../core/redact.ts';

type Sdk = typeof AnthropicModule;

export interface ClaudeFailure {
  readonly kind:
    /** The key is refused, or may not do this. */
    | 'auth'
    /** No credit, or a spend limit of the account. */
    | 'spend'
    | 'rate-limited'
    /** The API has a failure of its own. It has been tried again, and may well work later. */
    | 'overloaded'
    | 'network'
    /** The model would not. */
    | 'refused'
    | 'max-tokens'
    | 'context-exceeded'
    /** The API takes no such request: what was asked for does not exist, or is not allowed. */
    | 'bad-request'
    /** It has answered, and what it answered cannot be used. It can be asked again in the same conversation. */
    | 'unusable'
    | 'aborted';
  /** One sentence or two: what happened, and what to do. */
  readonly message: string;
  /** When a limit resets, ISO 8601; null where nobody said. */
  readonly resetsAt: string | null;
}

/** Spend limits come as 402, 403 and 429, with codes that name them. */
const SPEND_CODE = /spend_limit_reached$|billing_unavailable$|^ramp_limit_exceeded$|not_billable$|billing_not_authorized$/;
/** Older answers have no code. */
const NO_CREDIT = /credit balance is too low/i;
const TOO_LONG = /prompt is too long|exceed.{0,40}context (?:window|limit)/i;
/** Characters of the API's own words in a message. */
const MAX_QUOTED = 300;

/** What an error that the SDK threw means. `keyName` is where the key comes from; `redaction` takes it out of the API's own words. */
export function failureOf(
  sdk: Sdk,
  error: unknown,
  { keyName, redaction }: { readonly keyName: string; readonly redaction: Redaction },
): ClaudeFailure {
  if (error instanceof sdk.APIUserAbortError || (error instanceof Error && error.name === 'AbortError')) return aborted();
  if (error instanceof sdk.APIConnectionError) {
    return failure(
      'network',
      `Claude's API could not be reached: ${quoted(redaction, causeOf(error))}. Check the network, ANTHROPIC_BASE_URL and the proxy.`,
    );
  }
  if (error instanceof sdk.APIError) return statusFailure(error, keyName, redaction);
  return failure('network', `The answer of Claude's API was broken off or could not be read: ${quoted(redaction, causeOf(error))}.`);
}

export function aborted(): ClaudeFailure {
  return failure('aborted', 'It was stopped.');
}

/** A failure of something that can be asked about again. */
export function unusable(message: string): ClaudeFailure {
  return failure('unusable', message);
}

/** Why a reply that has ended is no answer; null where it is one. A reason that nobody knows yet is taken for the end of a turn. */
export function stopFailure(
  reply: {
    readonly stop_reason: string | null;
    readonly stop_details?: { readonly category: string | null; readonly explanation: string | null } | null;
  },
  maxTokens: number,
): ClaudeFailure | null {
  switch (reply.stop_reason) {
    case 'max_tokens':
      return failure(
        'max-tokens',
        `The reply was cut off at ${maxTokens.toLocaleString('en')} tokens. Ask for less at once, or raise "claude.maxTokens" in the config.`,
      );
    case 'model_context_window_exceeded':
      return tooLong();
    case 'refusal': {
      const { category = null, explanation = null } = reply.stop_details ?? {};
      const why = [category, explanation].filter((part) => part !== null).join(': ');
      return failure('refused', `Claude refused this${why === '' ? '' : ` (${why})`}. Say it differently, or do it yourself.`);
    }
    case null:
      return failure('network', "The answer of Claude's API ended before it was complete.");
    default:
      return null;
  }
}

function statusFailure(error: APIError, keyName: string, redaction: Redaction): ClaudeFailure {
  const said = quoted(redaction, error.apiMessage ?? error.message);
  const { status, type, errorCode } = error;
  if (status === 402 || type === 'billing_error' || SPEND_CODE.test(errorCode ?? '') || NO_CREDIT.test(said)) {
    return failure(
      'spend',
      `Anthropic's account has nothing left to spend: ${said}. Add credit or raise its limit at platform.claude.com, then run again.`,
    );
  }
  if (status === 401 || type === 'authentication_error') {
    return failure('auth', `Claude's API refused the key of ${keyName}: ${said}. Set one that is valid, then run again.`);
  }
  if (status === 403 || type === 'permission_error') {
    return failure('auth', `The key of ${keyName} may not do this: ${said}. Use one that may, then run again.`);
  }
  if (status === 429 || type === 'rate_limit_error') {
    const resetsAt = resetOf(error.headers);
    return { kind: 'rate-limited', message: `Claude's API has limited the rate of requests: ${said}.`, resetsAt };
  }
  if (status === 413 || TOO_LONG.test(said)) return tooLong();
  if (status === 408 || status === undefined || status >= 500 || type === 'overloaded_error' || type === 'api_error') {
    const what = status === 529 || type === 'overloaded_error' ? 'is overloaded' : 'failed';
    return failure('overloaded', `Claude's API ${what}${status === undefined ? '' : ` (${status})`}: ${said}. Try again later.`);
  }
  return failure('bad-request', `Claude's API did not take the request${status === undefined ? '' : ` (${status})`}: ${said}.`);
}

function tooLong(): ClaudeFailure {
  return failure('context-exceeded', "The conversation has become longer than the model's context. Ask for less at once.");
}

/** When the limit that was met resets: the server's word on when to come back, else the latest of the limits that are used up. */
function resetOf(headers: Headers | undefined): string | null {
  if (headers === undefined) return null;
  const after = headers.get('retry-after');
  const seconds = Number(headers.get('retry-after-ms') ?? NaN) / 1_000 || Number(after ?? NaN);
  if (seconds > 0) return new Date(Date.now() + seconds * 1_000).toISOString();
  const at = [after === null ? NaN : Date.parse(after)];
  for (const limit of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    if (headers.get(`anthropic-ratelimit-${limit}-remaining`) === '0')
      at.push(Date.parse(headers.get(`anthropic-ratelimit-${limit}-reset`) ?? ''));
  }
  const latest = Math.max(...at.filter((time) => !Number.isNaN(time)));
  return Number.isFinite(latest) ? new Date(latest).toISOString() : null;
}

const failure = (kind: ClaudeFailure['kind'], message: string): ClaudeFailure => ({ kind, message, resetsAt: null });

function quoted(redaction: Redaction, said: string): string {
  const line = redaction.text(said).replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line;
}

/** The innermost cause says most: "connect ECONNREFUSED 127.0.0.1:1", where the error itself says "Connection error." */
function causeOf(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  if (!(innermost instanceof Error)) return String(innermost);
  const code = 'code' in innermost && typeof innermost.code === 'string' ? innermost.code : '';
  return innermost.message || code || innermost.name;
}
