/** A foreign list as a new plan: what it would be, and the file in its first commit. */
import { realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { Loss } from '../core/import/imported.ts';
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { redactionOf, secretsOf } from '../core/redact.ts';
import { EditRefused, PlanInvalid } from './authoring.ts';
import type { Caller } from './control.ts';
import { planFrom, type ForeignList } from './import.ts';
import { newPlanPlace, PlanExists, type NewPlanPlace } from './new-plan.ts';
import { landNewPlan, type Landed } from './planner/land.ts';
import type { Workspace } from './workspace.ts';

/** A plan that a list makes. */
export interface ImportedPlan {
  readonly place: NewPlanPlace;
  readonly text: string;
  readonly plan: Plan;
  /** Every line that did not become part of it. */
  readonly losses: readonly Loss[];
}

/**
 * The absolute path of a file or folder of the repository, as a caller names it who may see nothing else. A {@link Problem} where it leads out of
 * it, or into what git and Plans keep there.
 */
export function pathWithin({ root }: Pick<Workspace, 'root'>, named: string): string {
  const outside = new Problem(
    `"${named}" is not a file or folder of this repository. Name it from its root, such as "specs/001-login/tasks.md".`,
  );
  if (named.includes('\0')) throw outside;
  const path = resolve(root, named);
  let real: string;
  try {
    real = relative(realpathSync(root), realpathSync(path));
  } catch {
    throw new Problem(`There is no file or folder "${named}" in this repository.`);
  }
  const stat = statSync(resolve(root, real));
  // What is neither may never come to its end.
  if (!stat.isFile() && !stat.isDirectory()) throw outside;
  const [first = ''] = real.split(sep);
  if (first === '..' || first === '.git' || first === '.plans' || resolve(root, real) === real) throw outside;
  return path;
}

/** The plan that a list makes: nothing is written. An {@link EditRefused} or a {@link PlanInvalid} says why it makes none. */
export function importedPlan(
  workspace: Workspace,
  list: ForeignList,
  named: { readonly title?: string | undefined; readonly slug?: string | undefined },
): ImportedPlan {
  const place = newPlanPlace(workspace, { title: named.title ?? list.title, slug: named.slug });
  const made = planFrom(list, workspace, place);
  if ('refused' in made) throw new EditRefused(made.refused);
  const { text, plan, losses, valid, diagnostics } = made;
  if (!valid) throw new PlanInvalid(diagnostics);
  return { place, text, plan, losses };
}

/** Writes it and commits it. A {@link PlanExists} where a plan has its name already; that is not touched then. */
export async function landImport(workspace: Workspace, { place, text }: ImportedPlan, env: Caller['env'], from: string): Promise<Landed> {
  if ((await workspace.files.readText(place.file)).type === 'text') throw new PlanExists(place.path);
  return landNewPlan({
    caller: { workspace, planId: place.id, env },
    place,
    text,
    what: `import the plan from ${from}`,
    evidence: (planId) => ({ plan: planId, iteration: 'user_edit', changedBy: 'user', prompt: null }),
    redaction: redactionOf(secretsOf(env, workspace.config.redact)),
  });
}
