/** A conversation with Claude about a plan: what it may read, what it may cost, and what is heard of it. */
import type { z } from 'zod';
import { openClaude } from '../../adapters/claude/client.ts';
import { openConversation, type Progress } from '../../adapters/claude/conversation.ts';
import type { ClaudeFailure } from '../../adapters/claude/failure.ts';
import { childEnvironment } from '../../adapters/environment.ts';
import { roomFor, newLedger, nothingLeft, spendingOf, type Amount } from '../../core/budget.ts';
import type { PlannerEvent, PublishedPlannerEvent, Usage } from '../../core/event.ts';
import type { PlannerOutcome } from '../../core/outcome.ts';
import { Problem } from '../../core/problem.ts';
import { redactionOf, redactTexts, secretsOf, type Redaction } from '../../core/redact.ts';
import { spentSoFar } from '../spending.ts';
import type { Workspace } from '../workspace.ts';
import { openCostJournal } from './cost-journal.ts';

export interface ConsultationRequest {
  readonly planId: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly system: string;
  /** In place of the config's `claude.model`. */
  readonly model?: string | undefined;
  /** Stops it at any moment; what has been used until then is known. */
  readonly signal?: AbortSignal | undefined;
  readonly publish?: ((event: PublishedPlannerEvent) => void) | undefined;
}

/** Why there is no answer. */
export interface Unanswered {
  readonly type: 'failed';
  readonly outcome: PlannerOutcome;
  /** A sentence or two for people. */
  readonly reason: string;
  readonly resetsAt: string | null;
  /** Whether Claude can be asked again in the same conversation. */
  readonly canRepeat: boolean;
}

/** Why the planner has written nothing, though it asked. */
export interface Stopped {
  readonly type: 'stopped';
  readonly outcome: PlannerOutcome;
  readonly reason: string;
  /** What is wrong with the last answer. */
  readonly problems: readonly string[];
  readonly resetsAt: string | null;
}

export interface Consultation {
  readonly model: string;
  readonly redaction: Redaction;
  report(event: PlannerEvent): void;
  /** One question at a time; a further one knows all that was read and said before. Never rejects. */
  ask<T>(prompt: string, answer: z.ZodType<T>): Promise<{ readonly type: 'answered'; readonly value: T } | Unanswered>;
  /** What it has cost so far, whatever came of it. */
  usage(): Usage;
  /** What it has cost is recorded. Until then a killed process leaves it to the next. */
  settled(): void;
}

/** Opens it. A {@link Problem} says why not: no key, or no money left for today. Nothing is spent by that. */
export async function openConsultation(workspace: Workspace, request: ConsultationRequest): Promise<Consultation> {
  const { config, root } = workspace;
  const { env, planId } = request;
  if (workspace.git.name !== 'git')
    throw new Problem(
      'Claude reads the repository by means of git, which was not found here. Install it (https://git-scm.com), then run this again.',
    );
  const ceiling = await ceilingOf(workspace, planId);
  const opened = await openClaude(config.claude, env);
  if (opened.type === 'unavailable') throw new Problem(opened.message);
  const { claude } = opened;
  const redaction = redactionOf(secretsOf(env, config.redact));
  const conversation = openConversation(claude, {
    system: request.system,
    model: request.model,
    repository: { root, env: childEnvironment(env, config.env, {}), redaction },
    prices: config.prices,
  });
  let seq = 0;
  const report = (event: PlannerEvent): void => {
    const clean = redactTexts(redactTexts(event, redaction), claude.redaction);
    request.publish?.({ schema: 1, seq: ++seq, at: new Date().toISOString(), plan: planId, event: clean });
  };
  const hear = listener(report, redaction);
  const journal = openCostJournal(workspace, planId);
  return {
    model: conversation.model,
    redaction,
    report,
    usage: () => conversation.usage(),
    settled: () => journal.close(),
    async ask(prompt, answer) {
      if (isBeyond(conversation.usage(), ceiling)) return tooDear(ceiling);
      const overdrawn = new AbortController();
      const signal = AbortSignal.any([overdrawn.signal, ...(request.signal === undefined ? [] : [request.signal])]);
      let beyond = false;
      const onProgress = (progress: Progress): void => {
        hear(progress);
        if (progress.type === 'usage') journal.write(conversation.usage());
        // Not at the word that reaches the ceiling, which may be the answer's last, and is paid for: at the next.
        if (beyond) overdrawn.abort();
        beyond = isBeyond(conversation.usage(), ceiling);
      };
      const result = await conversation.ask({ prompt, answer, signal, onProgress });
      hear(null);
      if (result.type === 'answered') return result;
      return overdrawn.signal.aborted && request.signal?.aborted !== true ? tooDear(ceiling) : unanswered(result.failure);
    },
  };
}

/** What it may cost: as much as an attempt at a task, and no more than is left of the day. */
async function ceilingOf(workspace: Workspace, planId: string): Promise<Amount> {
  const { plan, day } = await spentSoFar(workspace, planId, new Date());
  const ledger = newLedger(workspace.config.budget, { plan, day, tasks: new Map() });
  const narrower = { attempt: undefined, plan: undefined };
  const room = roomFor(ledger, '', narrower);
  if (room === null) throw new Problem(nothingLeft(ledger, '', narrower));
  return room.ceiling;
}

function isBeyond(usage: Usage, { usd, tokens }: Amount): boolean {
  const spent = spendingOf(usage);
  return spent.usd >= usd || spent.tokens >= tokens;
}

function tooDear({ usd, tokens }: Amount): Unanswered {
  const reason = `It has used all that it may: $${usd.toFixed(2)} or ${tokens.toLocaleString('en')} tokens. Ask for less, or raise "budget" in the config.`;
  return { type: 'failed', outcome: 'budget', reason, resetsAt: null, canRepeat: false };
}

/** Turns what is heard into events. Text comes in pieces, and a secret may lie across their borders. */
function listener(report: (event: PlannerEvent) => void, redaction: Redaction): (progress: Progress | null) => void {
  let open: { readonly type: 'thinking' | 'text'; readonly stream: ReturnType<Redaction['stream']> } | null = null;
  const say = (stream: 'thinking' | 'text', text: string): void => {
    if (text !== '') report({ type: 'planner-output', stream, text });
  };
  const close = (): void => {
    if (open !== null) say(open.type, open.stream.end());
    open = null;
  };
  return (progress) => {
    switch (progress?.type) {
      case undefined:
        return close();
      case 'thinking':
      case 'text':
        if (open?.type !== progress.type) {
          close();
          open = { type: progress.type, stream: redaction.stream() };
        }
        return say(progress.type, open.stream.push(progress.text));
      case 'tool':
        close();
        return report({ type: 'repository-read', tool: progress.name, detail: progress.detail });
      case 'usage':
        return report({ type: 'planner-usage', usage: progress.usage });
      case 'notice':
        return report({ type: 'note', task: null, text: progress.text });
    }
  };
}

function unanswered({ kind, message, resetsAt }: ClaudeFailure): Unanswered {
  return { type: 'failed', outcome: OUTCOME_OF[kind], reason: message, resetsAt, canRepeat: kind === 'unusable' || kind === 'max-tokens' };
}

const OUTCOME_OF: Readonly<Record<ClaudeFailure['kind'], PlannerOutcome>> = {
  auth: 'auth',
  spend: 'auth',
  'rate-limited': 'rate_limited',
  overloaded: 'unreachable',
  network: 'unreachable',
  refused: 'refused',
  'max-tokens': 'too_long',
  'context-exceeded': 'too_long',
  'bad-request': 'bad_request',
  unusable: 'unusable',
  aborted: 'cancelled',
};
