/** An agent's session from its start to its end: what it says is posted, and it is stopped where the run, a ceiling or a clock says so. */
import type { Agent, AgentEvent, AgentJob, AgentResult } from '../adapters/agents/agent.ts';
import { durationMs } from '../core/frontmatter.ts';
import { startTime } from '../adapters/process/identity.ts';
import { writeJournal } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { watchProgress, type ProgressWatch } from './progress-watch.ts';

/** Starts an agent on a job, and waits until it is done. */
export async function supervise(context: RunContext, work: TaskWork, agent: Agent, job: AgentJob): Promise<AgentResult> {
  const step = { task: job.taskId, attempt: job.attempt };
  const { progressTimeout } = context.workspace.config;
  const reason = `${agent.name} went on printing, but said nothing new and changed no file for ${progressTimeout} (no progress), and was stopped.`;
  // A command does what it does: no judgement is expected of it, and the wall clock is enough.
  const watch =
    job.run === undefined
      ? watchProgress(work.place.git, durationMs(progressTimeout), () => context.post({ type: 'agent-stalled', ...step, reason }))
      : null;
  const session = agent.start(job, (event) => hear(context, work, step, event, watch));
  nameProcess(context, work, session.pid);
  const abort = () => session.abort();
  work.stop = abort;
  context.abort.signal.addEventListener('abort', abort, { once: true });
  if (context.abort.signal.aborted || work.halted !== null) abort();
  const result = await session.done;
  context.abort.signal.removeEventListener('abort', abort);
  work.stop = null;
  delete work.process;
  watch?.end();
  // What was finished in spite of it is finished.
  return work.halted !== null && result.outcome === 'cancelled' ? { ...result, ...work.halted } : result;
}

/** A killed runner leaves its agent at work, and spending. On Linux what it left is found by a mark in its environment; elsewhere by its pid. */
function nameProcess(context: RunContext, work: TaskWork, pid: number | undefined): void {
  if (pid === undefined || process.platform === 'linux') return;
  work.process = { pid, started: startTime(pid) ?? '' };
  writeJournal(context);
}

function hear(
  context: RunContext,
  work: TaskWork,
  step: { readonly task: string; readonly attempt: number },
  event: AgentEvent,
  watch: ProgressWatch | null,
): void {
  switch (event.type) {
    case 'output':
      watch?.printed(event.text);
      return context.post({ type: 'agent-output', ...step, stream: event.stream, text: event.text });
    case 'session':
      work.session = event.id;
      return;
    case 'usage':
      watch?.used(event.usage.inputTokens + event.usage.outputTokens);
      return context.post({ type: 'agent-usage', ...step, usage: event.usage });
  }
}
