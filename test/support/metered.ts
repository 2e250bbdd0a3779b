/** An agent without a program: each of its steps writes a file or says what it has cost so far, and a test decides when the next one comes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, AgentJob, AgentResult, Usage } from '../../src/adapters/agents/agent.ts';

/** Usage of so many dollars (null: unknown) and tokens. */
export function usage(costUsd: number | null, tokens = 1_000): Usage {
  return { inputTokens: tokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd };
}

export type MeteredStep =
  | { readonly write: string }
  | { readonly say: string }
  | { readonly usage: Usage }
  /** Waits until it is stopped, or this settles. */
  | { readonly until: Promise<unknown> }
  | { readonly end: Partial<AgentResult> };

/** An agent that does what `script` answers for a job. Nothing is a clock in it: it ends after its last step. */
export function meteredAgent(name: string, script: (job: AgentJob) => readonly MeteredStep[]): Agent & { readonly jobs: AgentJob[] } {
  const jobs: AgentJob[] = [];
  return {
    name,
    jobs,
    unavailable: () => Promise.resolve(null),
    start(job, emit) {
      jobs.push(job);
      const stop = Promise.withResolvers<void>();
      const aborted = { now: false };
      const perform = async (): Promise<AgentResult> => {
        let reported: Usage | null = null;
        for (const step of script(job)) {
          // What is posted is looked at before the next step.
          await new Promise(setImmediate);
          if (aborted.now) break;
          if ('write' in step) writeFileSync(join(job.cwd, step.write), `${job.attempt}\n`);
          else if ('say' in step) emit({ type: 'output', stream: 'stdout', text: step.say });
          else if ('usage' in step) emit({ type: 'usage', usage: (reported = step.usage) });
          else if ('until' in step) await Promise.race([step.until, stop.promise]);
          else return { ...NOTHING_SAID, usage: reported, ...step.end };
        }
        return { ...NOTHING_SAID, usage: reported, ...(aborted.now ? { outcome: 'cancelled', reason: 'Stopped.' } : {}) };
      };
      return {
        done: perform(),
        abort: () => {
          aborted.now = true;
          stop.resolve();
        },
      };
    },
  };
}

/** Of an agent that has done its task and says nothing of it. */
export const NOTHING_SAID: AgentResult = {
  outcome: 'finished',
  reason: '',
  exitCode: 0,
  tail: '',
  durationMs: 1,
  sessionId: null,
  usage: null,
  resetsAt: null,
};
