/**
 * What an agent did that it may not do: it moved HEAD, changed what git runs, or changed files that are not its work. Everything is put
 * back, kept where a person can find it, and reported; the attempt fails only where that would have decided what is run.
 */
import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { CONFIG_FILES } from '../adapters/config.ts';
import type { Change, Git } from '../adapters/git/git.ts';
import { hiddenPaths } from '../adapters/git/hidden.ts';
import { readSettings } from '../adapters/git/settings.ts';
import { isPlanOrConfig, logFile, note, taskOf } from './context.ts';
import type { Guard, RunContext, TaskWork } from './context.ts';
import { putBackHead, whereLeft } from './head.ts';
import { preservedRef } from './kept.ts';
import { reportOutside } from './outside.ts';
import { putBackPlansKey } from './package-key.ts';
import { scrub } from './scrub.ts';
import { commonSettings, putBack } from './settings.ts';
import { hookFolders } from './work-hooks.ts';
import { listed } from './work.ts';

type Step = { readonly task: string; readonly attempt: number };

/** How the agent's own git names itself in the reflog, so that its hand can be told from a person's. */
export function reflogMark({ runId }: Pick<RunContext, 'runId'>): string {
  return `plans-agent ${runId}`;
}

/** Takes note of what an attempt begins on. */
export async function armGuard(context: RunContext, { task }: Pick<Step, 'task'>): Promise<void> {
  const work = context.tasks.get(task);
  if (work === undefined) return;
  context.lock.check();
  const { git } = work.place;
  const others = [...context.tasks].flatMap(([id, other]) => (id === task || other.guard === undefined ? [] : [other.guard]));
  // While others are at work, what they began on counts: one of them may have changed it by now.
  // A worktree's hooks are run by nobody: what lands of them is looked at before.
  const hooks = work.place.slot === null ? await hookFolders(git, taskOf(context, task)) : [];
  const folders = { commonDir: git.commonDir, gitDir: git.gitDir, hooks };
  const settings = new Map([...readSettings(folders, context.guarded?.settings), ...commonSettings(git, others[0]?.settings ?? new Map())]);
  context.settings.write(folders, settings);
  const prints = protectedPrints(context, work);
  const known = work.place.slot === null && context.guarded?.prints === prints ? context.guarded.dirty : null;
  const dirty = known ?? new Set(work.place.slot === null ? (await protectedChanges(context, work)).map(({ path }) => path) : []);
  const hidden = settings.has(join(git.gitDir, 'info/sparse-checkout')) ? null : hiddenPaths(git.gitDir, context.head.commit);
  work.guard = { settings, hooks, reflog: sizeOf(reflogOf(git)), dirty, prints, hidden };
  if (work.place.slot === null) context.guarded = work.guard;
}

/** Puts back what the agent may not have changed. Null, or why the attempt fails. */
export async function checkGuard(
  context: RunContext,
  step: Step,
): Promise<{ readonly outcome: 'denied' | 'conflict'; readonly reason: string } | null> {
  const work = context.tasks.get(step.task);
  if (work?.guard === undefined) return null;
  // What is different here may be another runner's by now.
  context.lock.check();
  const isThere = await standsThere(context, work);
  let denied = putBackSettings(context, step, isThere);
  await showHidden(context, step, work);
  const { guard, place } = work;
  const conflict = place.git.name === 'git' ? await checkHead(context, step, work, guard) : null;
  if (conflict === null && !isThere) denied = putBackSettings(context, step) ?? denied;
  if (conflict === null) await putBackProtected(context, step, work);
  reportOutside(context, step.task, work);
  if (denied !== null) return { outcome: 'denied', reason: denied };
  return conflict === null ? null : { outcome: 'conflict', reason: conflict };
}

/** The same once the gates have run: all that they may move is HEAD, which whoever looks at the work sees. Null, or why the attempt fails. */
export async function checkGates(context: RunContext, step: Step): Promise<string | null> {
  const work = context.tasks.get(step.task);
  if (work?.guard === undefined) return null;
  context.lock.check();
  const denied = putBackSettings(context, step, await standsThere(context, work));
  await showHidden(context, step, work);
  await putBackProtected(context, step, work);
  return denied;
}

/** Whether the files of the checkout are those of the branch that the run is on. */
async function standsThere({ head }: RunContext, { place }: TaskWork): Promise<boolean> {
  if (place.slot !== null) return true;
  const now = await place.git.head();
  return now.branch === head.branch && now.commit === head.commit;
}

/**
 * Puts back git's own settings, and the hooks of the checkout where `isThere`: elsewhere they are another branch's. Null, or what would have
 * changed what is run.
 */
export function putBackSettings(context: RunContext, { task, attempt }: Step, isThere = true): string | null {
  const work = context.tasks.get(task);
  if (work?.guard === undefined) return null;
  const { settings, hooks } = work.guard;
  const { commonDir, gitDir } = work.place.git;
  const isMeant = (file: string) => isThere || !hooks.some((folder) => file.startsWith(join(folder, sep)));
  const before = new Map([...settings].filter(([file]) => isMeant(file)));
  const { names, running } = putBack(
    [{ commonDir, gitDir, hooks: isThere ? hooks : [] }],
    before,
    logFile(context, task, attempt, 'git'),
    context.redaction,
  );
  if (names.length === 0) return null;
  note(context, task, `The attempt changed what git does in this repository: ${names.join('; ')}. It has been put back.`);
  if (running.length === 0) return null;
  const but = hooks.length === 0 ? '' : ', but for hooks in the work tree that its "files" name';
  return `The attempt changed what git runs in this repository (${running.join('; ')}), which no task may do${but}. It has been put back.`;
}

/** What git was told not to look at would be in no commit, and pass every gate. Files that went with it (a sparse checkout) come back. */
async function showHidden(context: RunContext, { task }: Step, { place, guard }: TaskWork): Promise<void> {
  const known = guard?.hidden ?? null;
  if (known === null) return;
  const { git, slot } = place;
  const base = slot?.base ?? context.head.commit;
  const fresh = [...hiddenPaths(git.gitDir, base)].filter((path) => !known.has(path));
  if (fresh.length === 0) return;
  const gone = fresh.filter((path) => lstatSync(join(git.root, path), { throwIfNoEntry: false }) === undefined);
  await git.show(fresh);
  await git.restore(base, gone);
  note(context, task, `The attempt had git overlook changes of ${listed(fresh)} (git update-index). They are looked at again.`);
}

/** Puts HEAD back where the agent has moved it. Null, or why the task's work cannot be told any more. */
async function checkHead(context: RunContext, { task }: Step, work: TaskWork, guard: Guard): Promise<string | null> {
  const { planId, redaction } = context;
  const { place, before, attemptBeganAt: since } = work;
  const { git, slot } = place;
  const expected = slot === null ? context.head : { branch: null, commit: slot.base };
  // In a worktree nobody else works.
  const isAgents = slot !== null || movedBy(git, reflogMark(context), guard.reflog);
  const found = await putBackHead({ git, planId, task, expected, before, since, redaction }, isAgents);
  if (found === null) return null;
  if (found.unkept !== null) note(context, task, found.unkept);
  const kept = found.ref === null ? '' : ` Its commits are kept under ${found.ref}.`;
  note(context, task, `The attempt left HEAD at ${whereLeft(found, expected)}; it is back, and what it changed counts as its work.${kept}`);
  const [first, ...others] = found.mixed;
  if (first === undefined) return null;
  return `The attempt switched to ${found.from.commit.slice(0, 12)} and changed files there that are different here (${first}${others.length > 0 ? ` and ${others.length} more` : ''}), so that its work cannot be told.${kept}`;
}

/** Whether all that has moved HEAD since its reflog had so many bytes was started by an agent that goes by `mark`. */
export function movedBy(git: Git, mark: string, reflog: number): boolean {
  try {
    const lines = readFileSync(reflogOf(git)).subarray(reflog).toString('utf8').split('\n').filter(Boolean);
    return lines.length > 0 && lines.every((line) => line.includes(`\t${mark}`));
  } catch {
    return false;
  }
}

const reflogOf = ({ gitDir }: Pick<Git, 'gitDir'>): string => join(gitDir, 'logs/HEAD');

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * What the file system says of the plans and configs, without asking git: times of change cannot be set by hand, and no file is
 * written twice in the moment before an agent starts. Left out is what {@link protectedChanges} leaves out.
 */
function protectedPrints({ workspace, plan }: RunContext, { place }: TaskWork): string {
  const folder = join(place.root, workspace.config.plans);
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => isPlanOrConfig(workspace, `${workspace.config.plans}/${name}`))
    : [];
  const files = [...CONFIG_FILES.map((name) => join(place.root, name)), ...names.map((name) => join(folder, name))];
  const own = place.slot === null ? join(place.root, plan.path) : null;
  return files
    .filter((file) => file !== own)
    .map((file) => {
      const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? '' : `${file} ${stat.ino} ${stat.size} ${stat.mode} ${stat.mtimeNs} ${stat.ctimeNs}`;
    })
    .join('\n');
}

/** Plans, reviews and configs that differ from HEAD, but for the run's own plan file: that one is read at each boundary. */
async function protectedChanges(context: RunContext, { place }: TaskWork): Promise<readonly Change[]> {
  const { workspace, plan } = context;
  const { changes } = await place.git.status([plan.path.slice(0, plan.path.lastIndexOf('/')), ...CONFIG_FILES]);
  return changes.filter(({ path }) => isPlanOrConfig(workspace, path) && !(path === plan.path && place.slot === null));
}

/** Plan files and configs are nobody's work: what was clean before goes back to that, kept under a ref first. */
async function putBackProtected(context: RunContext, { task }: Step, work: TaskWork): Promise<void> {
  const { git, slot } = work.place;
  const base = slot?.base ?? context.head.commit;
  // Looked at once the agent has ended, and again once the gates have.
  if (work.guard?.prints === protectedPrints(context, work)) return;
  const changes = (await protectedChanges(context, work)).filter(({ path }) => work.guard?.dirty.has(path) !== true);
  const isNewPlan = ({ path, kind }: Change) => slot === null && kind === 'untracked' && /\.(?:plan|review)\.md$/.test(path);
  const fresh = changes.filter(isNewPlan).map(({ path }) => path);
  const paths = changes.filter((change) => !isNewPlan(change)).map(({ path }) => path);
  if (fresh.length > 0) {
    note(context, task, `${listed(fresh)} appeared while the attempt ran. It is not committed; look at it before you do.`);
  }
  if (paths.length > 0) {
    let where = '';
    if (slot === null) {
      scrub(git.root, paths, context.redaction);
      const kept = await git.keep({ paths, parent: base, message: `${context.planId}/${task}: plans and config as they were changed` });
      const ref = preservedRef(context.planId, task, kept);
      if ((await git.resolve(ref)) === null) await git.updateRef(ref, kept, null);
      where = ` What it said is under ${ref}.`;
    }
    await git.restore(base, paths);
    note(context, task, `${listed(paths)} changed while the attempt ran; plans and config are not its work. Put back.${where}`);
  }
  if (!work.before.dirty.has('package.json') && (await putBackPlansKey(git, base))) {
    note(context, task, 'The attempt changed "plans" in package.json; the config is not its work. Put back.');
  }
  const dirty = new Set([...(work.guard?.dirty ?? []), ...fresh]);
  if (work.guard !== undefined) work.guard = { ...work.guard, dirty, prints: protectedPrints(context, work) };
}
