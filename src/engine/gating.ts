/** The gates of an attempt: run by us, where the work is. */
import { childEnvironment } from '../adapters/environment.ts';
import { runGate } from '../adapters/gates.ts';
import type { Change } from '../adapters/git/git.ts';
import { gatesOf } from '../core/assignment.ts';
import type { GateConfig } from '../core/config.ts';
import type { Failure } from '../core/effect.ts';
import type { GateResult } from '../core/outcome.ts';
import { findTask, phaseOf } from '../core/progress.ts';
import { logFile, note, workOf } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { checkGates } from './guard.ts';
import { printsOf, workDigest } from './snapshot.ts';
import { failureOf, leavesBounds, listed, lookAtWork } from './work.ts';

type Step = { readonly task: string; readonly attempt: number };

/** Runs the gates; `gates-finished` follows. */
export async function runGates(context: RunContext, step: Step): Promise<void> {
  const refused = await passGates(context, step);
  if (refused === null && context.workspace.config.commit.message === 'claude') {
    // Imported only where it is asked for, and not in turn: others may land meanwhile.
    const { writeMessage } = await import('./commit-message.ts');
    await writeMessage(context, step);
  }
  const failure = refused === null ? null : failureOf(workOf(context, step.task), refused);
  context.post({ type: 'gates-finished', task: step.task, attempt: step.attempt, failure });
}

/** The gates a task has to pass, in the config's order. */
export function gatesFor(context: RunContext, id: string): readonly GateConfig[] {
  const { plan } = context.plan;
  const task = findTask(plan, id);
  return task === undefined ? [] : gatesOf(context.workspace.config, phaseOf(plan, id), task);
}

/** Runs the gates one after another until one fails. Null, or why the attempt does not pass. */
export async function passGates(
  context: RunContext,
  { task, attempt }: Step,
): Promise<Pick<Failure, 'outcome' | 'reason' | 'tail'> | null> {
  const step = { task, attempt };
  const work = workOf(context, task);
  const gates = gatesFor(context, task);
  const before = gates.length === 0 ? '' : workDigest(work.place.root, work.paths);
  const results: GateResult[] = [];
  let failed: GateResult | null = null;
  for (const gate of gates) {
    const result: GateResult = failed === null ? await oneGate(context, step, gate, work) : skippedAfter(gate, failed);
    context.post({ type: 'gate-finished', ...step, gate: result });
    results.push(result);
    if (result.status === 'failed') failed = result;
  }
  work.gates = results;
  // A gate runs what the attempt wrote.
  const check = () => checkGates(context, step);
  const denied = await (work.place.slot === null ? context.inTurn(check) : check());
  if (context.abort.signal.aborted) return { outcome: 'cancelled', reason: 'Stopped while its gates ran.', tail: '' };
  if (failed !== null) return { outcome: 'gate_failed', reason: `Gate "${failed.name}" failed: ${failed.reason}`, tail: failed.tail };
  if (denied !== null) return { outcome: 'denied', reason: denied, tail: '' };
  return gates.length === 0 ? null : afterGates(context, task, work, before);
}

async function oneGate(context: RunContext, step: Step, gate: GateConfig, work: TaskWork): Promise<GateResult> {
  context.post({ type: 'gate-started', ...step, gate: gate.name });
  return runGate(gate, {
    cwd: work.place.root,
    // The mark by which a later runner finds what outlived this one.
    env: childEnvironment(context.env, context.workspace.config.env, { PLANS_RUN_ID: context.runId }),
    changedPaths: work.paths,
    signal: context.abort.signal,
    redaction: context.redaction,
    sandbox: context.sandbox,
    logFile: logFile(context, step.task, step.attempt, gate.name),
    onOutput: (text) => context.post({ type: 'gate-output', ...step, gate: gate.name, text }),
  });
}

function skippedAfter(gate: GateConfig, failed: GateResult): GateResult {
  return { name: gate.name, status: 'skipped', durationMs: 0, exitCode: null, reason: `Not run: "${failed.name}" had failed.`, tail: '' };
}

/** A gate that formats or generates is part of the work where it touches known files; what else it leaves lying about is not. */
async function afterGates(
  context: RunContext,
  id: string,
  work: TaskWork,
  digest: string,
): Promise<Pick<Failure, 'outcome' | 'reason' | 'tail'> | null> {
  const seen = new Set(work.paths);
  const { contested, moved, nested } = await lookAtWork(context, work);
  if (moved !== null || contested.length > 0) {
    const reason =
      moved === null
        ? `A gate changed ${listed(contested)}, which had uncommitted changes before the task began.`
        : `${moved}: it moved while the gates ran.`;
    return { outcome: 'conflict', reason, tail: '' };
  }
  const fresh = work.paths.filter((path) => !seen.has(path));
  const isLitter = ({ path, kind }: Change) => kind === 'untracked' || nested.includes(path);
  const litter = fresh.length === 0 ? [] : (await work.place.git.status(fresh)).changes.filter(isLitter);
  if (litter.length > 0) {
    const prints = printsOf(work.place.root, litter);
    work.paths = work.paths.filter((path) => !prints.has(path));
    work.before = { ...work.before, dirty: new Map([...work.before.dirty, ...prints]) };
    if (work.place.slot === null) context.base = { ...context.base, dirty: new Map([...context.base.dirty, ...prints]) };
    note(context, null, `The gates left ${listed([...prints.keys()])}; not committed. Name it in .gitignore if it belongs there.`);
  }
  const task = findTask(context.plan.plan, id);
  const outOfBounds = task === undefined ? null : leavesBounds(context, work, task, 'A gate');
  if (outOfBounds !== null) return { outcome: 'files_violation', reason: outOfBounds, tail: '' };
  if (work.paths.length === 0 && seen.size > 0 && task?.allowNoChanges === false) {
    const reason = 'The gates took back all that the attempt had changed. A task that may change nothing says "allowNoChanges: true".';
    return { outcome: 'no_changes', reason, tail: '' };
  }
  if (workDigest(work.place.root, [...seen]) !== digest) {
    note(context, null, 'A gate changed files of the task; the commit has them as the gates left them.');
  }
  return null;
}
