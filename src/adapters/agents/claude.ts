/** Claude through its API, as an agent. Nothing of the SDK is loaded before it is asked to work. */
import { DEFAULT_AGENT } from '../../core/assignment.ts';
import type { Config } from '../../core/config.ts';
import type { Agent, AgentSession } from './agent.ts';

export interface ClaudeAgentOptions {
  readonly config: Pick<Config, 'claude' | 'prices'>;
  /** Where the key comes from; see `adapters/claude/key.ts`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Between INT, TERM and KILL of a command. */
  readonly graceMs?: number | undefined;
}

/** The agent `claude`. */
export function claudeAgent({ config, environment, graceMs }: ClaudeAgentOptions): Agent {
  return {
    name: DEFAULT_AGENT,
    bare: true,
    async unavailable() {
      const { openClaude } = await import('../claude/client.ts');
      const opened = await openClaude(config.claude, environment);
      return opened.type === 'unavailable' ? opened.message : null;
    },
    async secrets() {
      const { findKey } = await import('../claude/key.ts');
      const key = await findKey(config.claude, environment);
      return key.type === 'key' ? [key.secret] : [];
    },
    start(job, emit) {
      let session: AgentSession | null = null;
      let aborted = false;
      const options = { name: DEFAULT_AGENT, settings: config.claude, prices: config.prices, environment, graceMs };
      const done = import('../claude/session.ts').then(({ startClaude }) => {
        session = startClaude(job, options, emit);
        if (aborted) session.abort();
        return session.done;
      });
      return {
        done,
        abort() {
          aborted = true;
          session?.abort();
        },
      };
    },
  };
}
