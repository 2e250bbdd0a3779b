/** A task that a person has done: its gates run on the checkout, then their changes and the ticked box are committed as the task's commit. */
import { randomBytes } from 'node:crypto';
import { childEnvironment } from '../adapters/environment.ts';
import { matchesPath, runGate } from '../adapters/gates.ts';
import { gatesOf } from '../core/assignment.ts';
import type { GateConfig } from '../core/config.ts';
import { setPlanFields, setTaskStatus } from '../core/edit.ts';
import type { GateResult } from '../core/outcome.ts';
import type { Flag } from '../core/weakened.ts';
import { isDone, type Plan, type Task } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { phaseOf } from '../core/progress.ts';
import { redactionOf, secretsOf } from '../core/redact.ts';
import { commit, whyRefused } from './commits.ts';
import { isProtected } from './context.ts';
import { openPlan, taskNamed, withPlan } from './control.ts';
import { crashPoint } from './crash.ts';
import { openJournal } from './journal.ts';
import { attemptedOf } from './kept.ts';
import { leftoversOf } from './leftovers.ts';
import { checkConfig } from './recover.ts';
import { sandboxOf } from './sandbox.ts';
import { leaksIn } from './scrub.ts';
import { takeSnapshot } from './snapshot.ts';
import { flagsOf } from './vetting.ts';
import { listed } from './work.ts';
import type { Caller, Held } from './control.ts';
import { joined } from './edits.ts';
import { STATUS_KEYS } from './landing.ts';
import { COMMAND, type Lock } from './lock.ts';
import type { PlanFile } from './plan-file.ts';
import { checkHeld } from './take-lease.ts';

/** What a person has done in place of a run: which task, and what of the work tree goes into its commit. */
export interface ByHand {
  readonly task: string;
  /** Globs of what goes in; null for all that is dirty. */
  readonly files: readonly string[] | null;
  /** False: the gates are not run, and the commit says so. */
  readonly gates: boolean;
  /** Asked with the paths that would go in, before a gate runs. */
  readonly confirm: (paths: readonly string[]) => Promise<boolean>;
  /** Hears each gate as it ends. */
  readonly listen: (gate: GateResult) => void;
  readonly signal: AbortSignal;
}

/** What came of it. Nothing is committed where a gate failed, or the person declined. */
export type DoneByHand =
  | {
      readonly type: 'committed';
      readonly commit: string;
      readonly files: readonly string[];
      readonly plan: Plan;
      /** What the commit does to the checks. */
      readonly flags: readonly Flag[];
    }
  | { readonly type: 'declined' }
  | { readonly type: 'gate-failed'; readonly gate: GateResult };

/** Commits a person's work as a task's. A {@link Problem} says why it cannot be; then the task is as it was. */
export async function doneByHand(caller: Caller, request: ByHand): Promise<DoneByHand> {
  const plan = await openPlan(caller);
  return withPlan(caller, plan, async (held) => {
    await checkConfig(caller.workspace, caller.planId);
    const task = checkOpen(plan.plan, request.task);
    const paths = request.files === null ? await notOfOthers(caller, plan.plan, task) : await dirtyPaths(caller, request.files);
    refuseLeaks(held, paths);
    if (!(await request.confirm(paths))) return { type: 'declined' };
    const gates = gatesOf(caller.workspace.config, phaseOf(plan.plan, task.id), task);
    return journaled(caller, held.lock, task, async (run) => {
      const results = request.gates ? await runGates(caller, run, gates, paths, request) : gates.map(notRun);
      const failed = results.find(({ status }) => status === 'failed');
      if (request.signal.aborted) throw new Problem('Stopped; nothing was committed.');
      if (failed !== undefined) return { type: 'gate-failed', gate: failed };
      // Once more: a gate may have written it.
      refuseLeaks(held, paths);
      return tickAndCommit(held, plan, task, paths, results);
    });
  });
}

/** A person's file is theirs to change: where a secret stands in it nothing is committed, and nothing is taken out either. */
function refuseLeaks({ committer: { workspace, redaction } }: Held, paths: readonly string[]): void {
  const [leak] = leaksIn(workspace.root, paths, redaction);
  if (leak === undefined) return;
  throw new Problem(
    `The value of ${leak.names.join(' and ')} stands in "${leak.path}", and a commit would keep it. Read it from the environment there, or leave the file out (--files). Nothing was committed.`,
  );
}

function checkOpen(plan: Plan, id: string): Task {
  const task = taskNamed(plan, id);
  if (isDone(task)) throw new Problem(`The task "${id}" is ${task.status} already. To do it anew, clear its box in the plan.`);
  const open = task.dependsOn.filter((other) => !isDone(taskNamed(plan, other)));
  if (open.length > 0)
    throw new Problem(
      `The task "${id}" depends on ${open.map((other) => `"${other}"`).join(', ')}, which ${open.length === 1 ? 'is' : 'are'} not done.`,
    );
  return task;
}

/** What goes into the commit: all that is dirty, or what the globs name; plan files, the config and what is Plans' own never. */
async function dirtyPaths({ workspace }: Caller, files: readonly string[] | null): Promise<readonly string[]> {
  const { changes } = await workspace.git.status();
  const conflicted = changes.find(({ kind }) => kind === 'conflicted');
  if (conflicted !== undefined) throw new Problem(`"${conflicted.path}" has a merge conflict. Resolve it, then run this again.`);
  const all = changes.map(({ path }) => path).filter((path) => !isProtected(workspace, path));
  if (files === null) return all;
  const unmet = files.find((glob) => !all.some((path) => matchesPath(path, glob)));
  if (unmet !== undefined) throw new Problem(`Nothing that is changed matches "${unmet}". "git status" shows what is.`);
  return all.filter((path) => files.some((glob) => matchesPath(path, glob)));
}

/** All that is dirty, but for what attempts at other open tasks have left there. */
async function notOfOthers(caller: Caller, plan: Plan, task: Task): Promise<readonly string[]> {
  const { workspace, planId, notice } = caller;
  let paths = await dirtyPaths(caller, null);
  if (paths.length === 0) return paths;
  const own = new Set((await leftoversOf(workspace.git, planId, task.id))?.files);
  const others = plan.phases.flatMap(({ tasks }) => tasks.filter(({ id, status }) => id !== task.id && !isDone({ status })));
  const tried = await attemptedOf(
    workspace.git,
    planId,
    others.map(({ id }) => id),
  );
  for (const other of tried) {
    const left = (await leftoversOf(workspace.git, planId, other))?.files.filter((path) => !own.has(path) && paths.includes(path)) ?? [];
    if (left.length === 0) continue;
    paths = paths.filter((path) => !left.includes(path));
    notice?.(`Left out, as the last attempt at "${other}" has left it: ${listed(left)}. To take it along, name it (--files).`);
  }
  return paths;
}

async function runGates(
  { workspace, env }: Caller,
  run: string,
  gates: readonly GateConfig[],
  paths: readonly string[],
  { signal, listen }: ByHand,
): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  const sandbox = await sandboxOf(workspace);
  try {
    for (const gate of gates) {
      const result = await runGate(gate, {
        cwd: workspace.root,
        // The mark by which whoever comes next finds what outlived this command.
        env: childEnvironment(env, workspace.config.env, { PLANS_RUN_ID: run }),
        changedPaths: paths,
        redaction: redactionOf(secretsOf(env, workspace.config.redact)),
        sandbox,
        signal,
      });
      results.push(result);
      listen(result);
      if (result.status === 'failed') break;
    }
  } finally {
    await sandbox?.close();
  }
  return results;
}

function notRun(gate: GateConfig): GateResult {
  return { name: gate.name, status: 'skipped', durationMs: 0, exitCode: null, reason: 'Not run, as asked.', tail: '' };
}

/**
 * A tick without its commit is nobody's word: with this on the disk, whoever comes next after a crash puts it back, and ends the gates that
 * `work` began under the name that it is given.
 */
async function journaled<T>(
  { workspace, planId }: Caller,
  lock: Lock,
  { id, attempts }: Task,
  work: (run: string) => Promise<T>,
): Promise<T> {
  const before = await takeSnapshot(workspace.git, (path) => isProtected(workspace, path));
  const journal = openJournal(workspace.git.commonDir, planId, lock);
  try {
    const run = `${COMMAND}${process.pid}-${randomBytes(3).toString('hex')}`;
    const entry = { run, task: id, attempt: attempts + 1, folder: null, landing: null, usage: null };
    journal.write([{ ...entry, before, guarded: null }]);
    return await work(run);
  } finally {
    journal.close();
  }
}

async function tickAndCommit(
  { committer }: Held,
  plan: PlanFile,
  task: Task,
  paths: readonly string[],
  gates: readonly GateResult[],
): Promise<DoneByHand> {
  checkHeld(committer.lease);
  const { workspace, head } = committer;
  const flags = await flagsOf(workspace, workspace.root, paths, head.commit);
  const before = plan.text;
  const others = plan.plan.phases.flatMap((phase) => phase.tasks).filter(({ id }) => id !== task.id);
  const last = others.every(isDone) && plan.plan.status !== 'failed' && plan.plan.status !== 'draft';
  const writing = await plan.edit(
    (text, now) =>
      joined(
        setTaskStatus(text, now, task.id, { status: 'completed' }),
        last ? setPlanFields(text, now, { status: 'completed' }) : { edits: [] },
      ),
    { only: { plan: ['status'], task: { id: task.id, keys: STATUS_KEYS } } },
  );
  crashPoint(committer.env, 'after-tick');
  if (writing.type === 'failed') throw new Problem(`The box could not be ticked: ${writing.message}`);
  const attempt = task.attempts + 1;
  const outcome = await commit(committer, [...paths, plan.path], task.title, {
    plan: committer.planId,
    phase: phaseOf(plan.plan, task.id)?.id ?? '',
    task: task.id,
    attempt,
    maxAttempts: Math.max(attempt, task.maxAttempts ?? workspace.config.maxAttempts),
    agent: 'human',
    session: null,
    durationMs: 0,
    tokens: null,
    costUsd: null,
    gates,
    flags,
  });
  if (outcome.type === 'committed') return { type: 'committed', commit: outcome.commit, files: paths, plan: plan.plan, flags };
  const back = await plan.takeBack(before);
  const box = back.type === 'written' ? 'its box is open again' : `its box is ticked still, as ${back.message} Clear it by hand`;
  throw new Problem(`The task was not committed, and ${box}: ${whyRefused(outcome)}`);
}
