/** What every agent that is a process has in common: its environment, and how the process's end reads as an outcome. */
import { basename } from 'node:path';
import { startProcess, type ProcessOptions, type ProcessResult, type Translation } from '../process.ts';
import { ownRedaction } from '../redact.ts';
import { runSandboxed } from '../sandbox.ts';
import type { AgentEvent, AgentJob, AgentResult, AgentSession } from './agent.ts';

/** What the end of a process says about the job. */
export type Judgement = Pick<AgentResult, 'outcome' | 'reason' | 'resetsAt'>;

/** Reads a program's output that is made for programs; the text it makes of it takes the output's place. */
export interface OutputReader extends Translation {
  conclude(result: ProcessResult): Reading;
  /** How it all came out, for what it keeps of the session. */
  ended(result: AgentResult): void;
}

/** What was read. */
export interface Reading extends Pick<AgentResult, 'usage' | 'sessionId' | 'model'> {
  /** Null where the process's end says it. */
  readonly judgement: Judgement | null;
}

/** How a program is started for a job. */
export interface Launch {
  readonly command: ProcessOptions['command'];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | undefined;
  readonly graceMs?: number | undefined;
  /** Reads more out of a failed exit than its code; null where it cannot be told for certain. */
  readonly judge?: (result: ProcessResult) => Judgement | null;
  /** Made for each session; `stop` ends the program. */
  readonly reader?: ((stop: () => void) => OutputReader) | undefined;
}

/** What a job's program learns about its task. */
export function jobEnvironment(job: AgentJob): Record<string, string> {
  return {
    PLANS_RUN_ID: job.runId,
    PLANS_PLAN: job.planId,
    PLANS_PHASE: job.phaseId,
    PLANS_TASK: job.taskId,
    PLANS_TASK_TITLE: job.taskTitle,
    PLANS_ATTEMPT: String(job.attempt),
    PLANS_MAX_ATTEMPTS: String(job.maxAttempts),
  };
}

/** Starts a job's program; output becomes events, the process's end the result. */
export function startSession(job: AgentJob, launch: Launch, emit: (event: AgentEvent) => void): AgentSession {
  const abort = new AbortController();
  const reader = launch.reader?.(() => abort.abort());
  const options: ProcessOptions = {
    command: launch.command,
    cwd: job.cwd,
    env: { ...job.env, ...launch.env, ...jobEnvironment(job) },
    input: launch.input,
    wallTimeoutMs: job.wallTimeoutMs,
    idleTimeoutMs: job.idleTimeoutMs,
    logFile: job.logFile,
    redaction: job.redaction,
    graceMs: launch.graceMs,
    signal: abort.signal,
    translation: reader,
    onOutput: (stream, text) => emit({ type: 'output', stream, text }),
  };
  // In a sandbox the program's own process is not ours to name.
  const { pid, done } = job.sandbox ? { pid: null, done: runSandboxed(job.sandbox, options) } : startProcess(options);
  const session = { abort: () => abort.abort(), done: done.then((result) => judged(job, launch, result, reader)) };
  return pid === null ? session : { ...session, pid };
}

/** A session that could not begin. */
export function failedSession(reason: string): AgentSession {
  return { done: Promise.resolve(agentResult('agent_failed', reason)), abort() {} };
}

function judged(job: AgentJob, launch: Launch, result: ProcessResult, reader: OutputReader | undefined): AgentResult {
  const { judgement = null, ...read } = reader?.conclude(result) ?? {};
  const { outcome, reason, resetsAt } = judgement ?? judge(job, launch, result);
  const { exitCode, tail, durationMs } = result;
  const said = (job.redaction ?? ownRedaction()).text(reason);
  const whole = { ...agentResult(outcome, said), ...read, exitCode, tail, durationMs, resetsAt };
  reader?.ended(whole);
  return whole;
}

function agentResult(outcome: AgentResult['outcome'], reason: string): AgentResult {
  return { outcome, reason, exitCode: null, tail: '', durationMs: 0, sessionId: null, usage: null, resetsAt: null };
}

function failed(reason: string): Judgement {
  return { outcome: 'agent_failed', reason, resetsAt: null };
}

function judge(job: AgentJob, launch: Launch, result: ProcessResult): Judgement {
  const name = 'file' in launch.command ? basename(launch.command.file) : 'The command';
  switch (result.ended) {
    case 'timeout_wall':
      return {
        outcome: 'timeout_wall',
        reason: `${name} did not end within ${seconds(job.wallTimeoutMs)} and was stopped.`,
        resetsAt: null,
      };
    case 'timeout_idle':
      return {
        outcome: 'timeout_idle',
        reason: `${name} printed nothing for ${seconds(job.idleTimeoutMs)} and was stopped.`,
        resetsAt: null,
      };
    case 'aborted':
      return { outcome: 'cancelled', reason: `${name} was stopped.`, resetsAt: null };
    case 'not-found':
      return failed(`The program "${name}" was not found. Install it, or choose another agent.`);
    case 'spawn-failed':
      return failed(`${name} could not be started: ${result.problem ?? 'unknown reason'}.`);
    case 'exit':
      if (result.exitCode === 0) return { outcome: 'finished', reason: '', resetsAt: null };
      if (result.signal !== null) return failed(`${name} was ended by ${result.signal}.`);
      if (result.exitCode === 127 && 'shell' in launch.command) {
        return failed('The command ended with exit code 127: a program was not found. The output names it.');
      }
      return launch.judge?.(result) ?? failed(`${name} ended with exit code ${result.exitCode}.`);
  }
}

function seconds(ms: number): string {
  if (ms >= 120_000) return `${Math.round(ms / 60_000)} minutes`;
  return ms >= 1_000 ? `${Math.round(ms / 1_000)} seconds` : `${ms} ms`;
}
