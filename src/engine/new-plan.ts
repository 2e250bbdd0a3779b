/** Where a new plan goes: its title, its name, and its file, which must not be there yet. */
import { relative, sep } from 'node:path';
import { createText } from '../adapters/files.ts';
import { formatPlan } from '../core/format.ts';
import { parsePlan } from '../core/parse.ts';
import { Problem } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import { behindLink } from './plan-file.ts';
import type { Workspace } from './workspace.ts';

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const SLUG = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{M}\p{N}._-]{0,79}$/u;

export interface NewPlanPlace {
  readonly id: string;
  /** On one line. */
  readonly title: string;
  /** Absolute path of the file. */
  readonly file: string;
  /** As git has it, relative to the root. */
  readonly path: string;
}

/** The place of a new plan. A {@link Problem} says why a title or a slug cannot be used. Whether the file is there already is not looked at. */
export function newPlanPlace(workspace: Workspace, given: { readonly title: string; readonly slug?: string | undefined }): NewPlanPlace {
  const title = given.title.replaceAll(UNPRINTABLE, ' ').trim();
  if (title === '') throw new Problem('A plan needs a title, such as "Add user authentication".');
  const trial = formatPlan({ title, phases: [] });
  if ('refused' in trial || parsePlan(trial.text, 'x').plan.title !== title)
    throw new Problem(`"${title}" cannot be a title: it would read differently in a plan file. Say it in plainer words.`);
  const id = given.slug ?? slugOf(title, 'plan');
  if (!SLUG.test(id))
    throw new Problem(
      `"${id.replaceAll(UNPRINTABLE, ' ')}" cannot be a slug: lower-case letters, digits, "-", "." and "_", at most 80. From the title it would be "${slugOf(title, 'plan')}".`,
    );
  const file = workspace.planPath(id);
  return { id, title, file, path: relative(workspace.root, file).split(sep).join('/') };
}

/** Writes it, if nothing has its name; false where something has. A {@link Problem} says why it cannot be written. */
export function writeNewPlan(workspace: Workspace, { file, path }: Pick<NewPlanPlace, 'file' | 'path'>, text: string): boolean {
  const linked = behindLink(workspace.root, file);
  if (linked !== null) throw new Problem(linked);
  const made = createText(file, text);
  if (made.type === 'failed') throw new Problem(`${path} could not be written. ${made.message}`);
  return made.type === 'created';
}

/** A plan of that name is there already. */
export class PlanExists extends Problem {
  constructor(path: string) {
    super(`${path} exists already and was not touched. Give the plan another title, or another name with --slug.`);
  }
}
