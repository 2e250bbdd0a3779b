/** What most commands begin with: the repository, and a plan of it by its slug. */
import { basename, relative, sep } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Plan } from '../core/plan.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, type CommandContext } from './context.ts';

export const SUFFIX = '.plan.md';
export const REVIEW_SUFFIX = '.review.md';

/** A plan file as it stands. */
export interface LoadedPlan {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
  /** As people are shown it: relative to the root. */
  readonly path: string;
  readonly text: string;
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  readonly valid: boolean;
}

/** Opens the repository for the length of `work`. */
export async function inWorkspace<T>(context: CommandContext, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const { openWorkspace } = await import('../engine/workspace.ts');
  const workspace = await openWorkspace(context.cwd);
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

/** `add-auth`, `add-auth.plan.md` and `plans/add-auth.plan.md` all mean the plan `add-auth`, and so does its review's file. */
export function slugOfArgument(argument: string): string {
  const name = basename(argument);
  const suffix = [SUFFIX, REVIEW_SUFFIX].find((each) => name.endsWith(each));
  return suffix === undefined ? argument : name.slice(0, -suffix.length);
}

/** A path for people: relative to the repository's root, with `/`. */
export function shownPath(workspace: Workspace, file: string): string {
  const path = relative(workspace.root, file).split(sep).join('/');
  return path.startsWith('../') ? file : path;
}

/** Reads and checks a plan; a slug that names none is a {@link CommandError}. */
export async function loadPlan(workspace: Workspace, argument: string): Promise<LoadedPlan> {
  const id = slugOfArgument(argument);
  const loaded = await readPlanFile(workspace, workspace.planPath(id), id);
  if (loaded !== undefined) return loaded;
  throw await unknownPlan(workspace, argument);
}

/** Reads and checks the plan in a file; undefined where there is none. */
export async function readPlanFile(workspace: Workspace, file: string, id: string): Promise<LoadedPlan | undefined> {
  const { checkText } = await import('../engine/kept-reading.ts');
  const read = await workspace.files.readText(file);
  if (read.type === 'failed') {
    if (read.reason === 'missing') return undefined;
    throw new CommandError(read.message);
  }
  const checked = checkText(workspace, read.text, id);
  return { id, file, path: shownPath(workspace, file), text: read.text, ...checked };
}

/** That there is no such plan, with the slugs that may have been meant. `looked` ends the sentence: where else it was looked for. */
export async function unknownPlan(workspace: Workspace, argument: string, looked?: string): Promise<CommandError> {
  const { didYouMean, suggestIds } = await import('../core/suggest.ts');
  const ids = await planIds(workspace);
  const where = shownPath(workspace, workspace.plansFolder);
  if (ids.length === 0)
    return new CommandError(`There is no plan "${argument}": ${where}/ has no plans yet. Write one: plans new "TITLE".`);
  const hint = didYouMean(suggestIds(slugOfArgument(argument), ids)) ?? '"plans list" shows those there are.';
  return new CommandError(`There is no plan "${argument}"${looked ?? ` in ${where}/`}. ${hint}`);
}

/** The slugs of all plan files, in order. */
export async function planIds(workspace: Workspace): Promise<readonly string[]> {
  const { listPlanFiles } = await import('../adapters/files.ts');
  const folder = listPlanFiles(workspace.plansFolder, workspace.root);
  if (folder.type === 'failed') throw new CommandError(folder.message);
  return folder.files.map((file) => file.id);
}

/** JSON for programs, one document on standard output. */
export function writeJson(context: CommandContext, value: unknown): void {
  context.out.write(`${JSON.stringify(value, null, 2)}\n`);
}
