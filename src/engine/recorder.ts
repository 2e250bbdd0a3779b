/** Writes what happens in a run into the cache: live data, lost with it. A cache that cannot be written costs nothing but that. */
import { startTime } from '../adapters/process/identity.ts';
import type { Store } from '../adapters/store/store.ts';
import { spendingOf } from '../core/budget.ts';
import type { PublishedEvent, RunEvent } from '../core/event.ts';
import type { Workspace } from './workspace.ts';

export interface Recorder {
  add(event: PublishedEvent): void;
  close(at: string, outcome: string): void;
}

/** Bytes of events that are kept of one run; beyond it the older half goes. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/** Milliseconds. */
const USAGE_MS = 1_000;

/** Records a run. Output is in the logs and only passes through here. */
export function recorder(
  workspace: Workspace,
  run: { readonly id: string; readonly planId: string; readonly startedAt: string },
): Recorder {
  const store = workspace.store();
  store.startRun({ ...run, pid: process.pid, pidStart: startTime(process.pid) ?? '' });
  const begun = new Map<
    string,
    { agent: string; startedAt: string; session: string | null; tokens: number | null; costUsd: number | null }
  >();
  /** When what an attempt has used was last written. */
  const used = new Map<string, number>();
  let kept: { readonly seq: number; readonly bytes: number }[] = [];
  let bytes = 0;
  const forgetHalf = () => {
    let at = 0;
    for (; bytes > MAX_EVENT_BYTES / 2; at += 1) bytes -= kept[at]?.bytes ?? bytes;
    store.forgetEvents(run.id, kept[at - 1]?.seq ?? 0);
    kept = kept.slice(at);
  };
  return {
    add: (published) => {
      const { event } = published;
      if (event.type === 'agent-output' || event.type === 'gate-output') return;
      if (event.type === 'agent-usage' && !isDue(used, published.at, `${event.task} ${event.attempt}`)) return;
      const json = JSON.stringify(published);
      store.appendEvent(run.id, published.seq, json);
      kept.push({ seq: published.seq, bytes: json.length });
      bytes += json.length;
      if (bytes > MAX_EVENT_BYTES) forgetHalf();
      if ('attempt' in event) attempt(store, run, published, event, begun);
    },
    close: (at, outcome) => store.endRun(run.id, at, outcome),
  };
}

/** What is used is said with every message of an agent; who looks on is served by one a second. */
function isDue(last: Map<string, number>, at: string, attempt: string): boolean {
  const now = Date.parse(at);
  if (now - (last.get(attempt) ?? -Infinity) < USAGE_MS) return false;
  last.set(attempt, now);
  return true;
}

function attempt(
  store: Store,
  run: { readonly id: string; readonly planId: string },
  { at }: PublishedEvent,
  event: Extract<RunEvent, { attempt: number }>,
  begun: Map<string, { agent: string; startedAt: string; session: string | null; tokens: number | null; costUsd: number | null }>,
): void {
  const key = { runId: run.id, planId: run.planId, taskId: event.task, attempt: event.attempt };
  const known = begun.get(`${event.task} ${event.attempt}`);
  switch (event.type) {
    case 'attempt-started':
      begun.set(`${event.task} ${event.attempt}`, { agent: event.agent, startedAt: at, session: null, tokens: null, costUsd: null });
      return store.recordAttempt({ ...key, agent: event.agent, startedAt: at });
    case 'agent-finished': {
      const { usage } = event;
      if (known === undefined) return;
      known.session = event.session;
      known.tokens = usage === null ? null : usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
      known.costUsd = usage?.costUsd ?? null;
      return;
    }
    case 'gate-finished':
      return store.recordGate({ runId: run.id, taskId: event.task, attempt: event.attempt, result: event.gate });
    case 'attempt-finished':
    case 'task-completed': {
      if (known === undefined) return;
      const { session, ...rest } = known;
      const passed = event.type === 'task-completed';
      const end = passed
        ? { outcome: 'passed' as const, reason: '', commitSha: event.commit }
        : { outcome: event.outcome, reason: event.reason };
      return store.recordAttempt({ ...key, ...rest, sessionId: session, endedAt: at, durationMs: event.durationMs, ...end });
    }
    case 'message-asked': {
      if (known === undefined) return;
      const { tokens, usd, unpriced } = spendingOf(event.usage);
      known.tokens = (known.tokens ?? 0) + tokens;
      known.costUsd = known.costUsd === null || unpriced > 0 ? null : known.costUsd + usd;
      return;
    }
    case 'agent-output':
    case 'agent-usage':
    case 'gate-started':
    case 'gate-output':
  }
}
