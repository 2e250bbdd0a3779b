/** Claude does a task: one session of the SDK's tool runner, from its first request to its last word. */
import type { AgentEvent, AgentJob, AgentResult, AgentSession } from '../agents/agent.ts';
import { openTranscript, type Transcript } from '../agents/transcript.ts';
import { callSummary } from '../../core/call-summary.ts';
import type { Config } from '../../core/config.ts';
import type { Redaction } from '../../core/redact.ts';
import { openClaude, type Claude } from './client.ts';
import { exchange, type Exchange, type ExchangeEvent } from './exchange.ts';
import type { ClaudeFailure } from './failure.ts';
import { Meter } from './meter.ts';
import { SessionOutput } from './output.ts';

/** When a request has grown to so many tokens, results of old tool calls are left out of it, but for the latest ones. */
const CLEAR_AT_TOKENS = 100_000;
const KEPT_TOOL_USES = 10;
/** Less is not worth what it costs to write the provider's cache anew. */
const CLEAR_LEAST_TOKENS = 20_000;
const CLEARING_BETA = 'context-management-2025-06-27';
/** An API that is overloaded, tried again by the SDK for half a minute, is left alone for so long. */
const OVERLOADED_PAUSE_MS = 5 * 60_000;
/** The longest delay a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ClaudeSessionOptions {
  readonly name: string;
  readonly settings: Config['claude'];
  readonly prices: Config['prices'];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Between INT, TERM and KILL of a command. */
  readonly graceMs: number | undefined;
}

type Ending = Pick<AgentResult, 'outcome' | 'reason' | 'resetsAt'>;

/** Starts a session. */
export function startClaude(job: AgentJob, options: ClaudeSessionOptions, emit: (event: AgentEvent) => void): AgentSession {
  const abort = new AbortController();
  const startedAt = performance.now();
  let stopped: Ending | null = null;
  const stop = (outcome: 'cancelled' | 'timeout_wall' | 'timeout_idle', reason: string): void => {
    stopped ??= { outcome, reason, resetsAt: null };
    abort.abort();
  };
  const wall = setTimeout(
    () => stop('timeout_wall', `${options.name} did not finish within ${spoken(job.wallTimeoutMs)} and was stopped.`),
    Math.min(job.wallTimeoutMs, MAX_TIMER_MS),
  );
  const idle = setTimeout(
    () => stop('timeout_idle', `Nothing was heard of ${options.name} for ${spoken(job.idleTimeoutMs)}, and it was stopped.`),
    Math.min(job.idleTimeoutMs, MAX_TIMER_MS),
  );
  const work = perform(job, options, { signal: abort.signal, emit, alive: () => idle.refresh() });
  const done = work.then(({ ending, ...rest }): AgentResult => {
    clearTimeout(wall);
    clearTimeout(idle);
    return { exitCode: null, durationMs: performance.now() - startedAt, ...rest, ...(stopped ?? ending) };
  });
  return { done, abort: () => stop('cancelled', `${options.name} was stopped.`) };
}

interface Work extends Pick<AgentResult, 'tail' | 'sessionId' | 'usage' | 'model'> {
  readonly ending: Ending;
}

interface Hooks {
  readonly signal: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
  /** Something was heard. */
  readonly alive: () => void;
}

async function perform(job: AgentJob, options: ClaudeSessionOptions, hooks: Hooks): Promise<Work> {
  const opened = await openClaude(options.settings, options.environment);
  if (opened.type === 'unavailable') {
    return { ending: { outcome: 'auth', reason: opened.message, resetsAt: null }, tail: '', sessionId: null, usage: null };
  }
  const { claude } = opened;
  const meter = new Meter(options.prices);
  const redaction = redactionOf(job, claude);
  const transcript = openTranscript(job.transcriptFile, redaction);
  const output = new SessionOutput(job, redaction, (text) => hooks.emit({ type: 'output', stream: 'stdout', text }));
  let ending: Ending;
  try {
    ending = endingOf(await converse(job, options, { claude, meter, transcript, output, hooks }));
  } catch (error) {
    // Whatever this is, the session is over and what it has used is known.
    ending = {
      outcome: 'agent_failed',
      reason: redaction.text(`${options.name} failed: ${error instanceof Error ? error.message : String(error)}`),
      resetsAt: null,
    };
  }
  const usage = meter.usage();
  output.end();
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  transcript.add({ type: 'end', outcome: ending.outcome, reason: ending.reason, tokens, costUsd: usage.costUsd });
  return { ending, tail: output.tail(), sessionId: output.sessionId, usage, model: job.model ?? claude.model };
}

interface Parts {
  readonly claude: Claude;
  readonly meter: Meter;
  readonly transcript: Transcript;
  readonly output: SessionOutput;
  readonly hooks: Hooks;
}

async function converse(job: AgentJob, options: ClaudeSessionOptions, parts: Parts): Promise<Exchange> {
  const { claude, meter, transcript, output, hooks } = parts;
  const model = job.model ?? claude.model;
  transcript.add({ type: 'begin', agent: options.name, model });
  for (const text of job.frame ?? []) transcript.add({ type: 'system', text });
  transcript.add({ type: 'prompt', text: job.prompt });
  const hear = (event: ExchangeEvent): void => {
    hooks.alive();
    listen(event, parts);
  };
  const { workTools } = await import('./work-tools.ts');
  const tools = workTools({
    job,
    graceMs: options.graceMs,
    redaction: claude.redaction,
    onOutput: (text) => {
      hooks.alive();
      output.print(text);
    },
    onCall: (tool, input) => output.line(callSummary(tool, input)),
    onResult: (id, text, failed) => {
      hooks.alive();
      output.result(text, failed);
      transcript.add({ type: 'result', id, failed, text });
    },
  });
  const sdk = claude.sdk((text) => hear({ type: 'notice', text }));
  const runner = sdk.beta.messages.toolRunner(
    {
      model,
      max_tokens: claude.maxTokens,
      system: (job.frame ?? []).map((text) => ({ type: 'text', text, cache_control: { type: 'ephemeral' } })),
      messages: [{ role: 'user', content: job.prompt }],
      tools,
      // Marks the end of each request: the next one pays a tenth for all that was said before.
      cache_control: { type: 'ephemeral' },
      context_management: {
        edits: [
          {
            type: 'clear_tool_uses_20250919',
            trigger: { type: 'input_tokens', value: CLEAR_AT_TOKENS },
            keep: { type: 'tool_uses', value: KEPT_TOOL_USES },
            clear_at_least: { type: 'input_tokens', value: CLEAR_LEAST_TOKENS },
          },
        ],
      },
      betas: [CLEARING_BETA],
      stream: true,
      thread: false,
    },
    { signal: hooks.signal },
  );
  return exchange(claude, runner, {
    meter,
    maxTokens: claude.maxTokens,
    signal: hooks.signal,
    maxReplies: null,
    silenceMs: null,
    emit: hear,
  });
}

function listen(event: ExchangeEvent, { output, transcript, hooks }: Parts): void {
  switch (event.type) {
    case 'text':
      return output.print(event.text);
    case 'thinking':
      return;
    case 'notice':
      output.line(event.text);
      return transcript.add({ type: 'notice', text: event.text });
    case 'usage':
      return hooks.emit({ type: 'usage', usage: event.usage });
    case 'reply':
      if (output.sessionId === null) {
        output.sessionId = event.reply.id;
        hooks.emit({ type: 'session', id: event.reply.id });
      }
      return;
    case 'block': {
      const { block } = event;
      if (block.type === 'text') {
        output.paragraph(block.text);
        transcript.add({ type: 'text', text: block.text });
      }
      if (block.type === 'thinking' && block.thinking !== '') transcript.add({ type: 'thinking', text: block.thinking });
      if (block.type === 'tool_use') transcript.add({ type: 'call', id: block.id, tool: block.name, input: JSON.stringify(block.input) });
    }
  }
}

/** What the end of the exchange says about the attempt. */
function endingOf(ended: Exchange): Ending {
  if (ended.type === 'ended') return { outcome: 'finished', reason: '', resetsAt: null };
  const { failure } = ended;
  return { outcome: OUTCOMES[failure.kind], reason: failure.message, resetsAt: resetOf(failure) };
}

const OUTCOMES: Readonly<Record<ClaudeFailure['kind'], AgentResult['outcome']>> = {
  auth: 'auth',
  spend: 'auth',
  'rate-limited': 'rate_limited',
  // Nothing is wrong with the task: it is better waited for than tried again at once.
  overloaded: 'rate_limited',
  network: 'agent_failed',
  refused: 'refused',
  'max-tokens': 'agent_failed',
  'context-exceeded': 'agent_failed',
  'bad-request': 'agent_failed',
  unusable: 'agent_failed',
  aborted: 'cancelled',
};

function resetOf({ kind, resetsAt }: ClaudeFailure): string | null {
  return kind === 'overloaded' ? new Date(Date.now() + OVERLOADED_PAUSE_MS).toISOString() : resetsAt;
}

/** The run's secrets and the key, which the run may not know of. */
function redactionOf(job: AgentJob, { redaction: key }: Claude): Redaction {
  const run = job.redaction;
  if (run === undefined) return key;
  return {
    text: (text) => key.text(run.text(text)),
    values: (text) => key.values(run.values(text)),
    mayChange: (text) => run.mayChange(text) || key.mayChange(text),
    named: (text) => [...run.named(text), ...key.named(text)],
    stream: () => {
      const [first, second] = [run.stream(), key.stream()];
      return { push: (text) => second.push(first.push(text)), end: () => second.push(first.end()) + second.end() };
    },
  };
}

function spoken(ms: number): string {
  if (ms >= 120_000) return `${Math.round(ms / 60_000)} minutes`;
  return ms >= 1_000 ? `${Math.round(ms / 1_000)} seconds` : `${ms} ms`;
}
