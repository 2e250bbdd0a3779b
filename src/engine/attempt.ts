/** One attempt at a task, from its start to the judgement: the agent, the work it left, the gates. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentResult, Usage } from '../adapters/agents/agent.ts';
import { openAgent } from '../adapters/agents/open.ts';
import { shellAgent } from '../adapters/agents/shell.ts';
import { childEnvironment } from '../adapters/environment.ts';
import { matchesPath, runGate } from '../adapters/gates.ts';
import { agentOf, gatesOf } from '../core/assignment.ts';
import type { GateConfig } from '../core/config.ts';
import { durationMs } from '../core/frontmatter.ts';
import type { GateResult, Outcome } from '../core/outcome.ts';
import type { Plan, Task } from '../core/plan.ts';
import { findTask, phaseOf } from '../core/progress.ts';
import { taskPrompt } from '../core/prompt.ts';
import type { Effect, Failure } from '../core/effect.ts';
import { isProtected, note, workOf } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { changesSince, workDigest } from './snapshot.ts';

type Start = Extract<Effect, { type: 'start-attempt' }>;
type Step = { readonly task: string; readonly attempt: number };

/** Starts the agent; `agent-finished` follows. */
export async function startAttempt(context: RunContext, effect: Start): Promise<void> {
  const { workspace } = context;
  const { plan } = context.plan;
  const task = taskOf(plan, effect.task);
  const phase = phaseOf(plan, task.id);
  const name = agentOf(workspace.config, phase, task) ?? '';
  const work = begin(context, task.id, name);
  if (effect.failure === null) {
    context.post({ type: 'task-started', task: task.id, phase: phase?.id ?? '', title: task.title });
  } else if (workspace.config.retryFrom === 'base') {
    await workspace.git.restore(context.head.commit, work.paths);
  }
  context.journal.write({
    run: context.runId,
    task: task.id,
    attempt: effect.attempt,
    before: work.before,
  });
  context.post({ type: 'attempt-started', task: task.id, attempt: effect.attempt, maxAttempts: effect.maxAttempts, agent: name });
  const opened =
    task.run === undefined
      ? openAgent(name, workspace.config, { environment: context.env })
      : { type: 'agent' as const, agent: shellAgent() };
  if (opened.type === 'unknown') return finished(context, effect, failedResult(opened.message));
  const session = opened.agent.start(
    {
      runId: context.runId,
      planId: context.planId,
      taskId: task.id,
      taskTitle: task.title,
      phaseId: phase?.id ?? '',
      attempt: effect.attempt,
      maxAttempts: effect.maxAttempts,
      cwd: workspace.root,
      prompt: taskPrompt({
        plan,
        task,
        attempt: effect.attempt,
        maxAttempts: effect.maxAttempts,
        gates: gatesOf(workspace.config, phase, task),
        failure: effect.failure,
        keepsWork: workspace.config.retryFrom === 'attempt',
      }),
      run: task.run,
      model: task.model ?? workspace.config.model,
      env: childEnvironment(context.env, workspace.config.env, {}),
      wallTimeoutMs: task.timeout ?? durationMs(workspace.config.timeout),
      idleTimeoutMs: durationMs(workspace.config.idleTimeout),
      maxBudgetUsd: task.maxBudgetUsd,
      logFile: logFile(context, task.id, effect.attempt, 'agent'),
    },
    (event) => {
      if (event.type === 'output')
        context.post({ type: 'agent-output', task: task.id, attempt: effect.attempt, stream: event.stream, text: event.text });
      else if (event.type === 'session') work.session = event.id;
    },
  );
  const stop = () => session.abort();
  context.abort.signal.addEventListener('abort', stop, { once: true });
  if (context.abort.signal.aborted) stop();
  const result = await session.done;
  context.abort.signal.removeEventListener('abort', stop);
  finished(context, effect, result);
}

function begin(context: RunContext, task: string, agent: string): TaskWork {
  const now = context.now().getTime();
  let work = context.tasks.get(task);
  if (work === undefined) {
    work = { startedAt: now, attemptStartedAt: now, before: context.base, agent, session: null, usage: null, paths: [], gates: [] };
    context.tasks.set(task, work);
  }
  work.attemptStartedAt = now;
  work.agent = agent;
  work.gates = [];
  return work;
}

function finished(context: RunContext, step: Step, result: AgentResult): void {
  const work = workOf(context, step.task);
  work.session = result.sessionId ?? work.session;
  work.usage = sumUsage(work.usage, result.usage);
  const { reason, exitCode, usage, tail } = result;
  const outcome: Outcome = result.outcome === 'finished' ? 'passed' : result.outcome;
  context.post({
    type: 'agent-finished',
    task: step.task,
    attempt: step.attempt,
    outcome,
    reason,
    exitCode,
    durationMs: result.durationMs,
    usage,
    session: work.session,
    tail,
  });
}

/** Looks at what the agent changed; `work-checked` follows. */
export async function checkWork(context: RunContext, step: Step): Promise<void> {
  const work = workOf(context, step.task);
  const task = taskOf(context.plan.plan, step.task);
  const failure = await judgeWork(context, work, task);
  context.post({ type: 'work-checked', ...step, failure });
}

/** Takes note of what is different now, for the commit or for what is kept of a failed attempt. */
export async function lookAtWork(context: RunContext, work: TaskWork): Promise<{ contested: readonly string[]; moved: string | null }> {
  const ignore = (path: string) => isProtected(context.workspace, path);
  const changes = await changesSince(context.workspace.git, work.before, ignore);
  work.paths = changes.work;
  const { branch, commit } = changes.head;
  const moved =
    branch === context.head.branch && commit === context.head.commit
      ? null
      : `HEAD is at ${commit?.slice(0, 12) ?? 'no commit'} on ${branch ?? 'no branch'}`;
  return { contested: changes.contested, moved };
}

async function judgeWork(context: RunContext, work: TaskWork, task: Task): Promise<Failure | null> {
  const { contested, moved } = await lookAtWork(context, work);
  const fail = (outcome: Outcome, reason: string) => failureOf(context, work, { outcome, reason, tail: '' });
  if (moved !== null) {
    return fail(
      'conflict',
      `${moved}, but the run is at ${context.head.commit.slice(0, 12)} on ${context.head.branch}: somebody has committed or switched branches meanwhile.`,
    );
  }
  if (contested.length > 0) {
    return fail(
      'conflict',
      `The attempt changed ${listed(contested)}, which had uncommitted changes before it began. Commit them or put them aside, then run again.`,
    );
  }
  const { files } = task;
  const outside = files === undefined ? [] : work.paths.filter((path) => !files.some((glob) => matchesPath(path, glob)));
  if (outside.length > 0)
    return fail('files_violation', `The attempt changed ${listed(outside)}, outside the task's files (${files?.join(', ')}).`);
  if (work.paths.length === 0 && !task.allowNoChanges)
    return fail('no_changes', 'The attempt changed no file. A task that may do so says "allowNoChanges: true".');
  return null;
}

/** Runs the gates one after another until one fails; `gates-finished` follows. */
export async function runGates(context: RunContext, step: Step): Promise<void> {
  const { workspace } = context;
  const { plan } = context.plan;
  const task = taskOf(plan, step.task);
  const work = workOf(context, task.id);
  const gates = gatesOf(workspace.config, phaseOf(plan, task.id), task);
  const before = gates.length === 0 ? '' : workDigest(workspace.root, work.paths);
  const results: GateResult[] = [];
  let failed: GateResult | null = null;
  for (const gate of gates) {
    const result: GateResult = failed === null ? await oneGate(context, step, gate, work.paths) : skippedAfter(gate, failed);
    context.post({ type: 'gate-finished', ...step, gate: result });
    results.push(result);
    if (result.status === 'failed') failed = result;
  }
  work.gates = results;
  if (context.abort.signal.aborted)
    return context.post({
      type: 'gates-finished',
      ...step,
      failure: failureOf(context, work, { outcome: 'cancelled', reason: 'Stopped while its gates ran.', tail: '' }),
    });
  if (failed !== null) {
    const failure = failureOf(context, work, {
      outcome: 'gate_failed',
      reason: `Gate "${failed.name}" failed: ${failed.reason}`,
      tail: failed.tail,
    });
    return context.post({ type: 'gates-finished', ...step, failure });
  }
  const failure = gates.length === 0 ? null : await afterGates(context, work, before);
  context.post({ type: 'gates-finished', ...step, failure });
}

async function oneGate(context: RunContext, step: Step, gate: GateConfig, changedPaths: readonly string[]): Promise<GateResult> {
  context.post({ type: 'gate-started', ...step, gate: gate.name });
  return runGate(gate, {
    cwd: context.workspace.root,
    // The mark by which a later runner finds what outlived this one.
    env: childEnvironment(context.env, context.workspace.config.env, { PLANS_RUN_ID: context.runId }),
    changedPaths,
    signal: context.abort.signal,
    logFile: logFile(context, step.task, step.attempt, gate.name),
    onOutput: (text) => context.post({ type: 'gate-output', ...step, gate: gate.name, text }),
  });
}

function skippedAfter(gate: GateConfig, failed: GateResult): GateResult {
  return { name: gate.name, status: 'skipped', durationMs: 0, exitCode: null, reason: `Not run: "${failed.name}" had failed.`, tail: '' };
}

/** A gate that formats or generates is part of the work where it touches known files; what else it leaves lying about is not. */
async function afterGates(context: RunContext, work: TaskWork, before: string): Promise<Failure | null> {
  const seen = new Set(work.paths);
  const { contested, moved } = await lookAtWork(context, work);
  if (moved !== null || contested.length > 0) {
    const reason =
      moved === null
        ? `A gate changed ${listed(contested)}, which had uncommitted changes before the task began.`
        : `${moved}: it moved while the gates ran.`;
    return failureOf(context, work, { outcome: 'conflict', reason, tail: '' });
  }
  const tracked = new Set(
    (await context.workspace.git.status(work.paths)).changes.filter(({ kind }) => kind !== 'untracked').map(({ path }) => path),
  );
  const litter = work.paths.filter((path) => !seen.has(path) && !tracked.has(path));
  work.paths = work.paths.filter((path) => !litter.includes(path));
  if (litter.length > 0) note(context, null, `The gates left ${listed(litter)}; not committed. Name it in .gitignore if it belongs there.`);
  if (workDigest(context.workspace.root, [...seen]) !== before)
    note(context, null, 'A gate changed files of the task; the commit has them as the gates left them.');
  return null;
}

/** A failure with the print by which two alike are recognised: what failed, how, and on what work. */
export function failureOf(context: RunContext, work: TaskWork, failure: Pick<Failure, 'outcome' | 'reason' | 'tail'>): Failure {
  // Times, sizes, pids and addresses differ from run to run and say nothing.
  const said = `${failure.outcome} ${failure.reason} ${failure.tail}`.replaceAll(/[0-9a-f]{7,}|\d+(?:[.:]\d+)*/g, '#');
  const fingerprint = createHash('sha256').update(said).update(workDigest(context.workspace.root, work.paths)).digest('hex');
  return { ...failure, fingerprint, gates: work.gates };
}

/** Where the output of one attempt is kept. */
function logFile(context: RunContext, task: string, attempt: number, what: string): string {
  const folder = join(context.workspace.stateFolder, 'logs', context.runId);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${task}.${attempt}.${what}.log`);
}

function taskOf(plan: Plan, id: string): Task {
  const task = findTask(plan, id);
  if (task === undefined) throw new Error(`task ${id} is not in the plan`);
  return task;
}

function failedResult(reason: string): AgentResult {
  return { outcome: 'agent_failed', reason, exitCode: null, tail: '', durationMs: 0, sessionId: null, usage: null, resetsAt: null };
}

function sumUsage(a: Usage | null, b: Usage | null): Usage | null {
  if (a === null || b === null) return a ?? b;
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}

/** Names a few paths and counts the rest. */
function listed(paths: readonly string[]): string {
  const some = paths.slice(0, 3).map((path) => `"${path}"`);
  return paths.length > 3 ? `${some.join(', ')} and ${paths.length - 3} more` : some.join(' and ');
}
