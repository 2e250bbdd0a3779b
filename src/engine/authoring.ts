/** What a person makes of a plan through a form: each change is checked as the linter would, made as splices, and is a commit. */
import { EDIT } from '../core/edit-subject.ts';
import { applyEdits, spliceTo } from '../core/edit.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { formatPlan, type NewPlan } from '../core/format.ts';
import { checkPlan } from '../core/lint.ts';
import { mergeTexts } from '../core/merge.ts';
import { parsePlan } from '../core/parse.ts';
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { redactionOf, secretsOf } from '../core/redact.ts';
import { numberedSlug } from '../core/slug.ts';
import { createText, removeText } from '../adapters/files.ts';
import { commit, whyRefused, type Committer } from './commits.ts';
import { holdPlan, runnerOf, steer, type Caller, type Change, type Steered } from './control.ts';
import { newPlanPlace, PlanExists, type NewPlanPlace } from './new-plan.ts';
import { blobId } from './plan-content.ts';
import { landNewPlan } from './planner/land.ts';
import { reviewPlace } from './planner/review-file.ts';
import { checkedHead } from './start.ts';
import { planFolderPath } from './sync.ts';
import type { Workspace } from './workspace.ts';

/** A change that would make errors; nothing was changed. */
export class PlanInvalid extends Problem {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    super(`The plan would have errors, and was not changed. Line ${errors[0]?.line}: ${errors[0]?.message}${more}`);
    this.diagnostics = errors;
  }
}

/** The file is not the one that the change was meant for; nothing was changed. */
export class PlanMoved extends Problem {
  /** Of the file as it is now. */
  readonly revision: string;

  constructor(planId: string, revision: string) {
    super(`The plan "${planId}" has been changed meanwhile. Look at it again, then make your change.`);
    this.revision = revision;
  }
}

/** What is asked for cannot stand in a plan: a title without text, a description with headings; nothing was changed. */
export class EditRefused extends Problem {}

/** Names the bytes of a plan's file: git's id of them. */
export function revisionOf(text: string): string {
  return blobId(Buffer.from(text));
}

/**
 * Makes a change of a plan and commits it, as {@link steer} does. A {@link PlanInvalid} where it would make errors; with `revision` a
 * {@link PlanMoved} where the file is another one by now. Nothing has changed then.
 */
export async function changePlan(caller: Caller, change: Change, revision: string | null = null): Promise<Steered> {
  const { known, cache } = caller.workspace;
  let problem: Problem | null = null;
  let isMade = false;
  const checked: Change = (text, plan) => {
    problem = null;
    // Made again after a save from an older text, it is the same change still.
    if (!isMade && revision !== null && revisionOf(text) !== revision) {
      problem = new PlanMoved(caller.planId, revisionOf(text));
      return { refused: problem.message };
    }
    const edit = change(text, plan);
    if ('refused' in edit) {
      problem = new EditRefused(edit.refused);
      return edit;
    }
    if (edit.edits.length === 0) return edit;
    const { valid, diagnostics } = checkPlan(applyEdits(text, edit.edits), caller.planId, { known, cache });
    if (valid) return edit;
    problem = new PlanInvalid(diagnostics);
    return { refused: problem.message };
  };
  try {
    return await steer(caller, checked);
  } catch (error) {
    throw problem ?? error;
  } finally {
    isMade = true;
  }
}

/** What became of a text that was written whole. */
export interface Rewritten {
  readonly plan: Plan;
  readonly text: string;
  /** Null where the file says so already, or where a runner will commit it. */
  readonly commit: string | null;
}

/** Puts a text in the place of the plan's whole file. As {@link changePlan}, also where the file has errors now. */
export async function rewritePlan(caller: Caller, text: string, revision: string | null = null): Promise<Rewritten> {
  const { workspace, planId } = caller;
  const { known, cache } = workspace;
  const check = checkPlan(text, planId, { known, cache });
  if (!check.valid) throw new PlanInvalid(check.diagnostics);
  const file = workspace.planPath(planId);
  const read = await workspace.files.readText(file);
  if (read.type === 'failed') throw new Problem(read.message);
  const base = read.text;
  if (revision !== null && revisionOf(base) !== revision) throw new PlanMoved(planId, revisionOf(base));
  if (base === text) return { plan: check.plan, text, commit: null };
  if (checkPlan(base, planId, { known, cache }).valid) {
    // On any other text than the one it was made for it would undo what somebody else has written.
    const change: Change = (now) =>
      now === base || now === text ? { edits: spliceTo(now, text) } : { refused: new PlanMoved(planId, revisionOf(now)).message };
    const { commit: made } = await changePlan(caller, change, revisionOf(base));
    return { plan: check.plan, text, commit: made };
  }
  const edited = await workspace.files.editText(file, (now) => (now === base ? text : null), { once: true });
  if (edited.type === 'failed') throw new Problem(edited.message);
  if (edited.text !== text) throw new PlanMoved(planId, revisionOf(edited.text));
  // Now that it can be read, what is written is committed as any edit is: the runner does it where one waits.
  if (runnerOf(workspace, planId) !== null) return { plan: check.plan, text, commit: null };
  await steer(caller, () => ({ edits: [] }));
  return { plan: check.plan, text, commit: (await workspace.git.head()).commit };
}

/** A plan to be written: its title, description, and phases with their tasks. */
export interface NewPlanRequest extends Omit<NewPlan, 'createdBy'> {
  /** The file's name, where the title's does not serve. */
  readonly slug?: string | undefined;
  readonly createdBy: NonNullable<NewPlan['createdBy']>;
}

/** The plan as it was written, and where. */
export interface CreatedPlan {
  readonly place: NewPlanPlace;
  readonly plan: Plan;
  /** Null where the file is written and not committed; `reason` says why. */
  readonly commit: string | null;
  readonly reason: string;
}

/**
 * Writes a new plan and commits it. `dependsOn` of a task names tasks by their ids or by their titles. A {@link Problem} says why it cannot be:
 * {@link PlanExists}, {@link PlanInvalid}.
 */
export async function createPlan(workspace: Workspace, request: NewPlanRequest, env: Caller['env']): Promise<CreatedPlan> {
  const place = newPlanPlace(workspace, request);
  if ((await workspace.files.readText(place.file)).type === 'text') throw new PlanExists(place.path);
  const text = formatted({ ...request, title: place.title, phases: namedTasks(request, place.id) });
  const { plan, valid, diagnostics } = checkPlan(text, place.id, { known: workspace.known });
  if (!valid) throw new PlanInvalid(diagnostics);
  const landed = await landNewPlan({
    caller: { workspace, planId: place.id, env },
    place,
    text,
    what: 'create the plan',
    evidence: (planId) => ({ plan: planId, iteration: 'user_edit', changedBy: 'user', prompt: null }),
    redaction: redactionOf(secretsOf(env, workspace.config.redact)),
  });
  return { ...landed, plan: { ...plan, id: landed.place.id } };
}

function formatted(plan: NewPlan): string {
  const made = formatPlan(plan);
  if ('refused' in made) throw new EditRefused(made.refused);
  return made.text;
}

/** The same phases, with the tasks that others depend on by title named by their ids, and no two with the same id. */
function namedTasks(request: NewPlanRequest, planId: string): NewPlan['phases'] {
  const without = request.phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => ({ ...task, fields: { ...task.fields, dependsOn: undefined } })),
  }));
  const parsed = parsePlan(formatted({ ...request, phases: without }), planId).plan;
  const taken = new Set<string>();
  const ids = parsed.phases.flatMap((phase) => phase.tasks.map((task) => ({ title: task.title, id: free(task.id, taken) })));
  const byTitle = new Map(ids.toReversed().map(({ title, id }) => [title, id]));
  let index = 0;
  return request.phases.map((phase, at) => ({
    ...phase,
    tasks: phase.tasks.map((task, within) => {
      const id = ids[index]?.id ?? '';
      index += 1;
      const derived = parsed.phases[at]?.tasks[within]?.id;
      const dependsOn = task.fields?.['dependsOn'];
      const names = Array.isArray(dependsOn) ? (dependsOn as readonly string[]) : [];
      const named = names.map((name) => (taken.has(name) ? name : (byTitle.get(name.trim()) ?? name)));
      return {
        ...task,
        fields: { ...(id === derived ? {} : { id }), ...task.fields, dependsOn: named.length === 0 ? undefined : named },
      };
    }),
  }));
}

function free(id: string, taken: Set<string>): string {
  let name = id;
  for (let number = 2; taken.has(name); number += 1) name = numberedSlug(id, number);
  taken.add(name);
  return name;
}

/** Takes back what one commit changed in a plan's text: what was changed since stays. A {@link Problem} where the two do not go together. */
export async function undoChange(caller: Caller, taken: string, revision: string | null = null): Promise<Steered> {
  const { workspace, planId } = caller;
  const path = pathOf(workspace, planId);
  const textAt = async (at: string): Promise<string | null> => {
    const bytes = await workspace.git.readFile(at, path);
    return bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
  const [after, before] = [await textAt(taken), await textAt(`${taken}^`)];
  if (after === null || before === null || after === before)
    throw new Problem(`The commit ${taken.slice(0, 12)} changed nothing in the plan "${planId}" that could be taken back.`);
  const change: Change = (text) => {
    const merged = mergeTexts(after, text, before);
    if (merged === null)
      throw new Problem(`What ${taken.slice(0, 12)} changed in "${planId}" has been changed again since. Edit it by hand.`);
    return { edits: spliceTo(text, merged) };
  };
  return changePlan(caller, change, revision);
}

/** Takes a plan's file and its review away, in a commit: what they said stays in git. A {@link Problem} says why it cannot be. */
export async function removePlan(caller: Caller, revision: string | null = null): Promise<{ readonly commit: string }> {
  const { workspace, planId, env } = caller;
  const { git, files } = workspace;
  const runner = runnerOf(workspace, planId);
  if (runner !== null) throw new Problem(`The plan "${planId}" is being run by process ${runner.pid}. Let it pause first.`);
  return holdPlan(caller, async (lease) => {
    const head = await checkedHead(workspace);
    const redaction = redactionOf(secretsOf(env, workspace.config.redact));
    const committer: Omit<Committer, 'plan'> = { workspace, planId, env, head, commits: 0, redaction, lease };
    const evidence = { plan: planId, iteration: 'user_edit', changedBy: 'user', prompt: null } as const;
    const plan = { file: workspace.planPath(planId), path: pathOf(workspace, planId) };
    const texts: { readonly file: string; readonly path: string; readonly text: string }[] = [];
    for (const place of [plan, reviewPlace(workspace, planId)]) {
      const read = await files.readText(place.file);
      if (read.type === 'text') texts.push({ ...place, text: read.text });
      else if (place === plan) throw new Problem(read.message);
    }
    const now = revisionOf(texts[0]?.text ?? '');
    if (revision !== null && now !== revision) throw new PlanMoved(planId, now);
    const paths = texts.map(({ path }) => path);
    const { changes } = await git.status(paths);
    if (changes.length > 0) {
      const kept = await commit(
        committer,
        changes.map(({ path }) => path),
        EDIT,
        evidence,
      );
      if (kept.type !== 'committed') throw new Problem(`What no commit has yet could not be kept: ${whyRefused(kept)}`);
    }
    const gone = texts.filter(({ file, text }) => removeText(file, text).type === 'removed');
    const outcome = gone.length < texts.length ? null : await commit(committer, paths, 'remove the plan', evidence);
    if (outcome?.type === 'committed') return { commit: outcome.commit };
    for (const { file, text } of gone) createText(file, text);
    if (outcome === null) throw new PlanMoved(planId, now);
    throw new Problem(`The plan was not removed: ${whyRefused(outcome)}`);
  });
}

/** As git has it. */
function pathOf(workspace: Workspace, planId: string): string {
  return `${planFolderPath(workspace)}${planId}.plan.md`;
}
