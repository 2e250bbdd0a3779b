/** The start of an attempt: its place, its agent, and what the agent is told. */
import type { AgentJob, AgentResult } from '../adapters/agents/agent.ts';
import { openAgent } from '../adapters/agents/open.ts';
import { shellAgent } from '../adapters/agents/shell.ts';
import { childEnvironment } from '../adapters/environment.ts';
import { agentOf } from '../core/assignment.ts';
import type { Effect } from '../core/effect.ts';
import { spendingOf } from '../core/budget.ts';
import { durationMs } from '../core/frontmatter.ts';
import type { Outcome } from '../core/outcome.ts';
import { phaseOf } from '../core/progress.ts';
import { withCost } from '../core/unrecorded.ts';
import { brief } from './briefing.ts';
import type { EarlierAttempt } from '../core/prompt.ts';
import { armGuard, checkGuard, reflogMark } from './guard.ts';
import { supervise } from './supervise.ts';
import { logFile, taskOf, transcriptFile, workOf, writeJournal } from './context.ts';
import type { Place, RunContext, TaskWork } from './context.ts';
import { earlierOf, type Elsewhere } from './elsewhere.ts';
import { bringFrom } from './integrate.ts';
import { bringBack } from './retry.ts';
import { crashPoint } from './crash.ts';
import { refreshed, type Snapshot } from './snapshot.ts';

type Start = Extract<Effect, { type: 'start-attempt' }>;
type Step = { readonly task: string; readonly attempt: number };

/** Starts the agent; `agent-finished` follows. */
export async function startAttempt(context: RunContext, effect: Start): Promise<void> {
  const made = context.elsewhere.get(effect.task);
  if (made !== undefined) return joinAttempt(context, effect, made);
  const { workspace } = context;
  const { plan } = context.plan;
  const task = taskOf(context, effect.task);
  const phase = phaseOf(plan, task.id);
  const name = agentOf(workspace.config, phase, task);
  const begun = await begin(context, effect, name);
  if ('reason' in begun) return finished(context, effect, { ...failedResult(begun.reason), outcome: begun.outcome, tail: begun.tail });
  const { work } = begun;
  if (effect.failure === null) context.post({ type: 'task-started', task: task.id, phase: phase?.id ?? '', title: task.title });
  await armGuard(context, effect);
  writeJournal(context);
  crashPoint(context.env, 'after-journal');
  context.post({ type: 'attempt-started', task: task.id, attempt: effect.attempt, maxAttempts: effect.maxAttempts, agent: name });
  const opened =
    task.run === undefined
      ? openAgent(name, workspace.config, { environment: context.env, agents: context.agents })
      : { type: 'agent' as const, agent: shellAgent() };
  if (opened.type === 'unknown') return finished(context, effect, failedResult(opened.message));
  const job: AgentJob = {
    runId: context.runId,
    planId: context.planId,
    taskId: task.id,
    taskTitle: task.title,
    phaseId: phase?.id ?? '',
    attempt: effect.attempt,
    maxAttempts: effect.maxAttempts,
    cwd: work.place.root,
    ...(await brief(context, effect, opened.agent, begun)),
    run: task.run,
    model: task.model ?? workspace.config.model,
    env: childEnvironment(context.env, workspace.config.env, { GIT_REFLOG_ACTION: reflogMark(context) }),
    wallTimeoutMs: task.timeout ?? durationMs(workspace.config.timeout),
    idleTimeoutMs: durationMs(workspace.config.idleTimeout),
    maxBudgetUsd: effect.ceiling?.usd,
    maxTokens: effect.ceiling?.tokens,
    logFile: logFile(context, task.id, effect.attempt, 'agent'),
    transcriptFile: transcriptFile(context, task.id, effect.attempt),
    redaction: context.redaction,
    sandbox: context.sandbox,
  };
  context.lock.check();
  const result = await supervise(context, work, opened.agent, job);
  refusedByMachine(result);
  crashPoint(context.env, 'after-agent');
  // A command has no model; what else was asked for one had it, unless it says that it was another.
  const model = task.run === undefined ? (result.model ?? job.model ?? null) : null;
  finished(context, effect, { ...(await guarded(context, effect, result)), model });
}

/** An agent that the system could not start has failed at nothing: no other try would fare better, and the run stops. */
function refusedByMachine({ outcome, exitCode, reason }: AgentResult): void {
  const code = outcome === 'agent_failed' && exitCode === null ? /\b(?:EMFILE|ENFILE|EAGAIN|ENOMEM)\b/.exec(reason)?.[0] : undefined;
  if (code !== undefined) throw Object.assign(new Error(reason), { code });
}

/** An attempt in which something was done that decides what is run has failed, whatever the agent says. */
async function guarded(context: RunContext, step: Step, result: AgentResult): Promise<Result> {
  const check = () => checkGuard(context, step);
  // In the checkout HEAD is everybody's.
  const found = await (workOf(context, step.task).place.slot === null ? context.inTurn(check) : check());
  return found === null || result.outcome !== 'finished' ? result : { ...result, ...found };
}

/** Keeps what an attempt has cost so far for a run that finds it interrupted. */
export function journalUsage(context: RunContext, { task, attempt, usage }: Extract<Effect, { type: 'journal-usage' }>): void {
  const work = context.tasks.get(task);
  if (work === undefined || work.attempt !== attempt) return;
  work.usage = usage;
  writeJournal(context);
}

type Begun =
  | { readonly work: TaskWork; readonly keepsWork: boolean; readonly earlier: EarlierAttempt | null }
  | { readonly outcome: AgentResult['outcome'] | 'setup_failed'; readonly reason: string; readonly tail: string };

/** Finds the place for an attempt, and puts it into the state that the attempt begins on. */
async function begin(context: RunContext, effect: Start, agent: string): Promise<Begun> {
  const now = performance.now();
  const { task, attempt } = effect;
  const known = context.tasks.get(task);
  if (known === undefined) {
    // A person goes on working on what was dirty before: each task starts from how that is now.
    if (!effect.apart && context.base.dirty.size > 0) context.base = await refreshed(context.workspace.git, context.base);
    const place = await placeFor(context, effect);
    if ('reason' in place) {
      context.tasks.set(task, newWork(context, now, effect, agent, checkout(context)));
      return { outcome: 'setup_failed', ...place };
    }
    const work = newWork(context, now, effect, agent, place);
    context.tasks.set(task, work);
    const earlier = place.slot === null ? (context.left.get(task) ?? null) : await bringBack(context, task, place.slot);
    return { work, keepsWork: earlier !== null, earlier };
  }
  Object.assign(known, {
    attempt,
    attemptStartedAt: now,
    attemptBeganAt: context.now().getTime(),
    agent,
    usage: null,
    gates: [],
    halted: null,
  });
  const { slot } = known.place;
  const anew = context.workspace.config.retryFrom === 'base' || (slot !== null && effect.failure?.outcome === 'conflict');
  if (!anew) return { work: known, keepsWork: true, earlier: context.left.get(task) ?? null };
  if (slot === null) await context.workspace.git.restore(context.head.commit, known.paths);
  else {
    // What the failed attempt did is kept already: the new one begins on what has landed meanwhile.
    await slot.git.restore(slot.base, known.paths);
    await context.inTurn(() => context.pool.reset(slot, context.head.commit, `${context.planId}/${task}`));
    known.before = slot.before;
  }
  known.paths = [];
  return { work: known, keepsWork: false, earlier: null };
}

/** An attempt that another machine has made: its work is put on top of what is here, and judged as any other. */
async function joinAttempt(context: RunContext, effect: Start, made: Elsewhere): Promise<void> {
  const task = taskOf(context, effect.task);
  const phase = phaseOf(context.plan.plan, task.id);
  const agent = agentOf(context.workspace.config, phase, task);
  const { attempt, maxAttempts } = effect;
  const work = newWork(context, performance.now() - made.durationMs, effect, agent, checkout(context));
  context.tasks.set(task.id, work);
  context.unrecorded.set(task.id, earlierOf(made));
  context.post({ type: 'task-started', task: task.id, phase: phase?.id ?? '', title: task.title });
  await armGuard(context, effect);
  writeJournal(context);
  context.post({ type: 'attempt-started', task: task.id, attempt, maxAttempts, agent });
  const failure = made.failure ?? (await bringFrom(context, made));
  const { session: sessionId, usage, durationMs, model } = made;
  const result = {
    outcome: 'finished',
    reason: '',
    exitCode: null,
    tail: '',
    durationMs,
    sessionId,
    usage,
    model,
    resetsAt: null,
  } as const;
  finished(context, effect, failure === null ? result : { ...result, ...failure, resetsAt: failure.resetsAt ?? null });
}

async function placeFor(context: RunContext, { task, apart }: Start): Promise<Place | { readonly reason: string; readonly tail: string }> {
  if (!apart) return checkout(context);
  const acquired = await context.pool.acquire(() => context.head.commit, `${context.planId}/${task}`);
  if (acquired.type === 'failed') return acquired;
  return { root: acquired.slot.root, git: acquired.slot.git, slot: acquired.slot };
}

function checkout({ workspace }: RunContext): Place {
  return { root: workspace.root, git: workspace.git, slot: null };
}

/** A task goes on from what it has left itself; that is not a person's. */
function without({ head, dirty }: Snapshot, paths: readonly string[]): Snapshot {
  const own = new Set(paths);
  return { head, dirty: new Map([...dirty].filter(([path]) => !own.has(path))) };
}

function newWork(context: RunContext, now: number, { task, attempt }: Step, agent: string, place: Place): TaskWork {
  const before = place.slot?.before ?? without(context.base, context.left.get(task)?.paths ?? []);
  return {
    startedAt: now,
    attemptStartedAt: now,
    attemptBeganAt: context.now().getTime(),
    attempt,
    place,
    before,
    agent,
    session: null,
    model: undefined,
    usage: null,
    halted: null,
    stop: null,
    landing: null,
    paths: [],
    gates: [],
  };
}

type Result = Omit<AgentResult, 'outcome'> & { readonly outcome: AgentResult['outcome'] | Outcome };

function finished(context: RunContext, step: Step, result: Result): void {
  const work = workOf(context, step.task);
  work.session = result.sessionId ?? work.session;
  work.model = result.model ?? undefined;
  work.usage = result.usage ?? work.usage;
  const { usage } = work;
  if (usage !== null) context.unrecorded.set(step.task, withCost(context.unrecorded.get(step.task), spendingOf(usage)));
  const { reason, exitCode, tail, resetsAt } = result;
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
    ...(resetsAt === null ? {} : { resetsAt }),
  });
}

function failedResult(reason: string): AgentResult {
  return { outcome: 'agent_failed', reason, exitCode: null, tail: '', durationMs: 0, sessionId: null, usage: null, resetsAt: null };
}
