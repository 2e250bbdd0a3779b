/** The last look at what a task is about to land: no secret in it, and what it does to the checks it has passed. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import type { Failure } from '../core/effect.ts';
import type { PauseReason } from '../core/outcome.ts';
import { flagWords, weakened, type FileVersions, type Flag } from '../core/weakened.ts';
import { note, taskOf } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { putBackSettings } from './guard.ts';
import { leaksIn } from './scrub.ts';
import { hooksInTree, mayChangeHooks } from './work-hooks.ts';
import type { Workspace } from './workspace.ts';

/** Files beyond so many, and larger ones, are not looked into for weakened checks. */
const MAX_FILES = 1_000;
const MAX_FILE_BYTES = 1024 * 1024;

export type Vetted =
  | { readonly flags: readonly Flag[] }
  | { readonly refusal: Pick<Failure, 'outcome' | 'reason' | 'tail'> & { readonly waits?: PauseReason } };

/** Looks at a task's work before it is committed: may it land, and what has to be said of it? */
export async function vet(context: RunContext, task: string, work: TaskWork): Promise<Vetted> {
  const denied = putBackSettings(context, { task, attempt: work.attempt });
  if (denied !== null) return { refusal: { outcome: 'denied', reason: denied, tail: '' } };
  const hooks = await hooksChanged(context, task, work);
  if (hooks !== null) return { refusal: { outcome: 'denied', reason: hooks, tail: '' } };
  const [leak] = leaksIn(work.place.root, work.paths, context.redaction);
  if (leak !== undefined) {
    const reason = `The attempt wrote the value of ${leak.names.join(' and ')} into "${leak.path}". Read it from the environment there; the value has been taken out.`;
    return { refusal: { outcome: 'denied', reason, tail: '' } };
  }
  const { onWeakened } = context.workspace.config.qa;
  const flags = await flagsOf(context.workspace, work.place.root, work.paths, work.place.slot?.base ?? context.head.commit);
  if (flags.length === 0) return { flags };
  if (onWeakened === 'pause' && !context.approved.has(task)) {
    const reason = `The attempt weakens what is checked (${flagWords(flags)}), and the config asks a person first. Look at its changes in ${work.place.slot === null ? 'the checkout' : 'its kept attempt'}; "plans run ${context.planId} --task ${task}" does the task and lets it land.`;
    return { refusal: { outcome: 'denied', reason, tail: '', waits: 'manual_approval_required' } };
  }
  note(context, task, `This task weakens what is checked: ${flagWords(flags)}. Look at its commit.`);
  return { flags };
}

/** Hooks that stand in the work tree would run at this very commit. */
async function hooksChanged(context: RunContext, id: string, { place, paths }: TaskWork): Promise<string | null> {
  const folder = paths.length === 0 ? null : await hooksInTree(place.git);
  if (folder === null) return null;
  const changed = paths.find((path) => path.startsWith(folder));
  if (changed === undefined || mayChangeHooks(taskOf(context, id), folder)) return null;
  return `The attempt changed "${changed}", which git would run at the commit. A task may do that where its "files" name "${folder}".`;
}

/** What a change of a work tree since `base` does to the checks. */
export async function flagsOf(workspace: Workspace, root: string, paths: readonly string[], base: string): Promise<readonly Flag[]> {
  const { config, git } = workspace;
  const files = await versionsOf(git, root, paths, base);
  return weakened(
    files,
    config.qa.gates.map(({ run }) => run),
  );
}

/** Files as they were and as they are. */
export async function versionsOf(git: Git, root: string, paths: readonly string[], base: string): Promise<readonly FileVersions[]> {
  const files: FileVersions[] = [];
  for (const path of paths.slice(0, MAX_FILES)) {
    const old = await git.readFile(base, path);
    const was = old === null ? null : old.length > MAX_FILE_BYTES ? '' : Buffer.from(old).toString('utf8');
    files.push({ path, before: was, after: textOf(join(root, path)) });
  }
  return files;
}

/** Null where there is no file; empty where it is not looked into. */
function textOf(file: string): string | null {
  try {
    const stat = lstatSync(file);
    if (!stat.isFile()) return '';
    return stat.size > MAX_FILE_BYTES ? '' : readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
