/** `runPlan`: checks, takes the lock, mends what a crash left, runs, and sums up. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Agent } from '../adapters/agents/agent.ts';
import { childEnvironment } from '../adapters/environment.ts';
import { newLedger, within, type Amount } from '../core/budget.ts';
import type { Failure } from '../core/effect.ts';
import type { PublishedEvent, RunEvent } from '../core/event.ts';
import { durationMs } from '../core/frontmatter.ts';
import { allDone, findTask } from '../core/progress.ts';
import { Problem } from '../core/problem.ts';
import { redactionOf, redactTexts, secretsOf } from '../core/redact.ts';
import type { RunSummary } from '../core/summary.ts';
import { isProtected } from './context.ts';
import { turns } from './turns.ts';
import type { RunContext } from './context.ts';
import { refuseBeside } from './beside.ts';
import { begin, runStarted, sayFirst, waitingFor } from './begin.ts';
import { forgetDecisions } from './decisions.ts';
import type { Elsewhere } from './elsewhere.ts';
import { execute, Inbox } from './executor.ts';
import { openJournal } from './journal.ts';
import { nameOf, pauseOf, takeLock } from './lock.ts';
import type { Holder, Lock } from './lock.ts';
import { mend } from './mend.ts';
import { PlanFile } from './plan-file.ts';
import { WorktreePool } from './pool.ts';
import { rateLimited } from './rate-limit.ts';
import { recorder } from './recorder.ts';
import { heedRequests } from './requests.ts';
import { spentSoFar, type SpentSoFar } from './spending.ts';
import { checkAgents, checkedHead, checkStatus, select } from './start.ts';
import type { Selection } from './start.ts';
import { sandboxOf } from './sandbox.ts';
import { checkConfig, recover, wasCutOff } from './recover.ts';
import { settingsRecord } from './settings.ts';
import { syncFiles } from './sync.ts';
import { releaseLease, takeLease } from './take-lease.ts';
import { Tally } from './tally.ts';
import { upkeepOf } from './upkeep.ts';
import type { Workspace } from './workspace.ts';

/** What a task is expected to take where nothing is known. */
const UNKNOWN_MS = 60_000;

/** How a plan is run, and who hears of it. */
export interface RunOptions extends Selection {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now?: () => Date;
  /**
   * Agents of the caller's own, in place of those of the same names: of one that is built in, or that the config names, so that whatever else reads
   * the plan knows it too.
   */
  readonly agents?: ReadonlyMap<string, Agent>;
  /** Hears every event, in order, as it is published. */
  readonly publish?: (event: PublishedEvent) => void;
  /** Called once the run can be asked to stop: `pause(false)` after the current task, `pause(true)` at once. */
  readonly control?: (pause: (now: boolean) => void) => void;
  /** Runs the plan from the remote, though the config does not say so. */
  readonly remote?: boolean | undefined;
  /** The part of it in a wave of tasks that several machines do at once; see {@link Wave}. It is not run from the remote then. */
  readonly wave?: WaveOptions;
  /** Told what is waited for before the run begins. */
  readonly notice?: (text: string) => void;
}

type WaveOptions =
  | { readonly type: 'work'; readonly task: string; readonly earlier: Failure | null; readonly ceiling: Amount | null }
  | { readonly type: 'join'; readonly elsewhere: ReadonlyMap<string, Elsewhere> };

/** Runs a plan to its end or its next pause. A {@link Problem} says why it did not begin; then nothing has changed. */
export async function runPlan(workspace: Workspace, planId: string, options: RunOptions): Promise<RunSummary> {
  const runId = `${(options.now?.() ?? new Date()).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
  const leased = options.wave === undefined && (options.remote === true || workspace.config.remote?.lease === true);
  // Others' commits may bring what is missing here, and what a killed runner left is put in order: looked at once that is done.
  const early = leased || wasCutOff(workspace, planId) ? null : await prepare(workspace, planId, options);
  const lock = takeLock(workspace.git, planId, runId);
  if ('holder' in lock) throw new Problem(held(workspace, planId, lock.holder));
  try {
    const known = secretsOf(options.env, workspace.config.redact);
    const recovered = await recover(workspace, planId, redactionOf(known));
    await checkConfig(workspace, planId);
    const lease = leased ? await takeLease(workspace, planId, runId, options.notice) : null;
    try {
      const { plan, secrets, ...ready } = early ?? (await prepare(workspace, planId, options));
      await refuseBeside(workspace, plan.plan, ready.scope);
      const redaction = redactionOf([...known, ...secrets]);
      const sandbox = await sandboxOf(workspace);
      const begun = { ...options, ...ready, planId, runId, lock, lease, sandbox, redaction, recovered };
      const summary = await runLocked(workspace, plan, begun).finally(() => sandbox?.close());
      // Our own writes are nothing that the next look should report as somebody's edits.
      await syncFiles(workspace);
      return summary;
    } finally {
      if (lease !== null) await releaseLease(workspace, lease);
    }
  } finally {
    lock.release();
  }
}

/** What a run begins on, checked. */
async function prepare(workspace: Workspace, planId: string, options: RunOptions) {
  const plan = await PlanFile.open(workspace, planId);
  if ('message' in plan) throw new Problem(plan.message);
  checkStatus(plan.plan);
  const selected = options.wave === undefined ? select(plan.plan, options) : { scope: scopeOf(options.wave), approved: new Set<string>() };
  const head = await checkedHead(workspace);
  const secrets = options.wave?.type === 'join' ? [] : await checkAgents(workspace, plan.plan, selected.scope, options);
  return { plan, ...selected, head, secrets };
}

/** A wave with nothing in it looks at all of the plan: at what it waits for. */
function scopeOf(wave: WaveOptions): ReadonlySet<string> | null {
  if (wave.type === 'work') return new Set([wave.task]);
  return wave.elsewhere.size === 0 ? null : new Set(wave.elsewhere.keys());
}

function fromElsewhere(wave: WaveOptions | undefined): Pick<RunContext, 'elsewhere' | 'earlier'> {
  const earlier = wave?.type === 'work' ? wave.earlier : null;
  return {
    elsewhere: wave?.type === 'join' ? wave.elsewhere : new Map(),
    earlier: wave?.type === 'work' && earlier !== null ? new Map([[wave.task, earlier]]) : new Map(),
  };
}

interface Begun extends RunOptions {
  readonly planId: string;
  readonly runId: string;
  readonly head: RunContext['head'];
  readonly lock: Lock;
  readonly lease: RunContext['lease'];
  readonly sandbox: RunContext['sandbox'];
  readonly redaction: RunContext['redaction'];
  /** What a killed runner's attempt had changed, and was put back. */
  readonly recovered: readonly string[];
  readonly scope: ReadonlySet<string> | null;
  readonly approved: ReadonlySet<string>;
}

/** Events as they are published: numbered, with the time. */
function numbered({ planId, runId, now }: RunContext): (event: RunEvent) => PublishedEvent {
  let seq = 0;
  return (event) => ({ schema: 1, seq: ++seq, at: now().toISOString(), plan: planId, run: runId, event });
}

async function runLocked(workspace: Workspace, plan: PlanFile, options: Begun): Promise<RunSummary> {
  const { planId, runId, env, head, lock, lease, redaction, wave } = options;
  const now = options.now ?? (() => new Date());
  const inbox = new Inbox();
  const { base, putBack, left } = await mend(workspace, plan, { head: head.commit, redaction });
  const spent = await spentSoFar(workspace, planId, now());
  const abort = new AbortController();
  const context: RunContext = {
    workspace,
    plan,
    planId,
    runId,
    env,
    now,
    redaction,
    sandbox: options.sandbox,
    // The plan is a person's text, and what is written into its file is made from it.
    post: (fact) => inbox.post(fact.type === 'plan-read' ? fact : redactTexts(fact, redaction)),
    head,
    commits: 0,
    approved: options.approved,
    base,
    left: new Map(left),
    limits: limitsOf(workspace, plan, spent, wave?.type === 'work' ? wave.ceiling : null),
    unrecorded: spent.unrecorded,
    agents: options.agents ?? new Map(),
    ...fromElsewhere(wave),
    journal: openJournal(workspace.git.commonDir, planId, lock),
    settings: settingsRecord(workspace.git.commonDir, planId, runId),
    pool: poolOf(workspace, { env, signal: abort.signal, runId, redaction }),
    lock,
    lease,
    inTurn: turns(lock.check),
    guarded: null,
    tasks: new Map(),
    outside: new Set(),
    abort,
  };
  heedLosses(context, options, inbox);
  const heedLast = heedRequests(context);
  const record = recorder(workspace, { id: runId, planId, startedAt: now().toISOString() });
  const tally = new Tally(plan.plan, head);
  const published = numbered(context);
  const upkeep = upkeepOf(context);
  const listen = (event: RunEvent) => {
    const message = published(event);
    tally.add(event);
    record.add(message);
    options.publish?.(message);
    upkeep.hear(event);
  };
  let outcome = 'broken';
  try {
    context.post(runStarted(context));
    sayFirst(context, [...options.recovered, ...putBack], options.scope);
    const idle = (await rateLimited(workspace, plan, now())) ?? (await waitingFor(context, options));
    if (idle !== null) context.post(idle);
    else if (!allDone(plan.plan) || plan.plan.status !== 'completed') await begin(context, options.task ?? null);
    options.control?.((at) => inbox.post({ type: 'pause-requested', by: 'signal', now: at }));
    const end = await execute(context, inbox, { scope: options.scope, approved: options.approved, wave: wave?.type ?? null, listen });
    await heedLast();
    outcome = end.type;
    return tally.summary({ plan: context.plan.plan, end, head: context.head, commits: context.commits });
  } finally {
    record.close(now().toISOString(), outcome);
    if (outcome === 'broken') context.journal.abandon();
    else forget(context);
    await upkeep.end();
    await context.pool.close();
  }
}

/** What only the next run would have needed, had this one broken off. */
function forget({ journal, settings, workspace, planId }: RunContext): void {
  journal.close();
  settings.close();
  forgetDecisions(workspace.git.commonDir, planId);
}

/** Where the lock is lost, everything ends at once; where the lease or the remote is, the machine says how. */
function heedLosses(context: RunContext, { lock, lease }: Begun, inbox: Inbox): void {
  context.plan.heldBy(lock);
  lock.watch((loss) => inbox.fail(loss));
  lease?.watch(({ type, detail }) => context.post({ type: 'remote-lost', detail, now: type === 'taken' }));
}

/** What the machine has to know of the config, and of how long tasks took before. */
function limitsOf(workspace: Workspace, plan: PlanFile, spent: SpentSoFar, ceiling: Amount | null): RunContext['limits'] {
  const { maxAttempts, maxConcurrency } = workspace.config;
  const budget = ceiling === null ? workspace.config.budget : within(workspace.config.budget, spent.plan, ceiling);
  const median = workspace.store().medianDurationMs() ?? UNKNOWN_MS;
  const { crashed } = spent;
  return {
    maxAttempts,
    maxConcurrency,
    ledger: newLedger(budget, spent),
    crashed,
    estimate: (id) => findTask(plan.plan, id)?.estimate ?? median,
  };
}

function poolOf(
  workspace: Workspace,
  { env, signal, runId, redaction }: Pick<RunContext, 'env' | 'runId' | 'redaction'> & { readonly signal: AbortSignal },
): WorktreePool {
  const { setup, timeout } = workspace.config.worktree;
  return new WorktreePool({
    git: workspace.git,
    folder: join(workspace.stateFolder, 'worktrees'),
    setup: setup === undefined ? null : { run: setup, timeoutMs: durationMs(timeout) },
    env: childEnvironment(env, workspace.config.env, { PLANS_RUN_ID: runId }),
    runId,
    signal,
    redaction,
    ignore: (path) => isProtected(workspace, path),
  });
}

function held({ root }: Workspace, planId: string, holder: Holder): string {
  return `The plan "${planId}" is being run by ${nameOf(holder, root)}. Wait for it, or let it pause: ${pauseOf(holder, planId, root)}`;
}
