/** What a session of Claude Code came to. */
import type { ProcessResult } from '../../process.ts';
import type { Judgement } from '../session.ts';
import { numberIn, recordsIn, textIn, type Json } from './json.ts';

/** Calls that a reason names. */
const MAX_NAMED = 3;

/** What of a session decides. */
export interface Said {
  /** The last one: work in the background can bring a second. */
  result: Json | null;
  /** The message in which the API's error stands. */
  error: Json | null;
  /** Of a limit that is reached. */
  resetsAt: string | null;
  /** Calls of tools that change or run something, by their id, as text. */
  readonly calls: Map<string, string>;
  /** The key was refused again and again, so that we ended it. */
  refused: boolean;
  /** It did not end after its result, so that we ended it. */
  lingered: boolean;
}

interface Context {
  readonly name: string;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly known: (result: ProcessResult) => Judgement | null;
}

/** Null where nothing that the session said decides, so that the process's end does. */
export function judgeResult(said: Said, ended: ProcessResult, context: Context): Judgement | null {
  const { name } = context;
  const { result } = said;
  if (said.refused)
    return judgement('auth', `${name}: the key or the login is refused. Sign in with "claude", or correct ANTHROPIC_API_KEY.`);
  if (result === null) {
    const missing = `${name} ended without a result. It needs a Claude Code that knows "--output-format stream-json".`;
    return ended.ended === 'exit' && ended.exitCode === 0 ? judgement('agent_failed', missing) : null;
  }
  const verdict = verdictOf(said, result, ended, context);
  // Of a session that was stopped, what it says of the stop is no news.
  return ended.ended === 'exit' || said.lingered || verdict.outcome === 'finished' ? verdict : null;
}

function verdictOf(said: Said, result: Json, ended: ProcessResult, context: Context): Judgement {
  const { name } = context;
  const subtype = textIn(result, 'subtype') ?? '';
  if (subtype === 'error_max_budget_usd') return judgement('budget', `${name} has used what the attempt may cost, and stopped.`);
  if (subtype === 'error_max_turns') return judgement('agent_failed', `${name} stopped after ${numberIn(result, 'num_turns')} turns.`);
  const failed = result['is_error'] === true || subtype !== 'success' || (ended.ended === 'exit' && ended.exitCode !== 0);
  return failed ? apiFailure(said, result, ended, context) : denial(said, result, context);
}

function apiFailure({ error, resetsAt }: Said, result: Json, ended: ProcessResult, { name, redact, known }: Context): Judgement {
  const kind = error === null ? null : textIn(error, 'error');
  const status = numberIn(result, 'api_error_status');
  // First as a whole: a secret may have several lines.
  const [detail = ''] = redact(textIn(result, 'result') ?? firstError(result) ?? 'it did not say why')
    .trim()
    .split('\n');
  const reason = `${name} says: ${detail}`;
  if (result['stop_reason'] === 'refusal') return judgement('refused', reason);
  if (kind === 'authentication_failed' || status === 401 || status === 403) return judgement('auth', reason);
  if (kind === 'billing_error' || status === 402) return judgement('budget', reason);
  if (kind === 'rate_limit' || status === 429) return { outcome: 'rate_limited', reason, resetsAt };
  return known(ended) ?? judgement('agent_failed', reason);
}

/** A session in which every tool that could have done something was denied says that it went well. */
function denial({ calls }: Said, result: Json, { name }: Context): Judgement {
  const denied = new Set(recordsIn(result, 'permission_denials').map((entry) => textIn(entry, 'tool_use_id') ?? ''));
  if (calls.size === 0 || ![...calls.keys()].every((id) => denied.has(id))) return judgement('finished', '');
  const named = [...calls.values()].slice(0, MAX_NAMED);
  const more = calls.size > named.length ? ` and ${calls.size - named.length} more` : '';
  return judgement(
    'denied',
    `${name} was not permitted to do anything: ${named.join('; ')}${more}. Allow it under "permissions" in .claude/settings.json, or describe an agent of your own in the config.`,
  );
}

function firstError(result: Json): string | null {
  const { errors } = result;
  return Array.isArray(errors) && typeof errors[0] === 'string' ? errors[0] : null;
}

function judgement(outcome: Judgement['outcome'], reason: string): Judgement {
  return { outcome, reason, resetsAt: null };
}
