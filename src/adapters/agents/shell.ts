/** Does a task by its `run:` command: a step that needs no judgement. */
import type { Agent } from './agent.ts';
import { failedSession, startSession } from './session.ts';

/** The agent of tasks with `run:`. Exit code 0 is finished. `graceMs` stands between INT, TERM and KILL. */
export function shellAgent(options: { readonly graceMs?: number } = {}): Agent {
  return {
    name: 'shell',
    unavailable: () => Promise.resolve(null),
    start(job, emit) {
      if (job.run === undefined) return failedSession('The task has no "run" command.');
      return startSession(job, { command: { shell: job.run }, env: {}, graceMs: options.graceMs }, emit);
    },
  };
}
