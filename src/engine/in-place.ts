/** `plans run --in-place`: a workspace in which one foreign list is a plan, where it stands. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { detectFormat } from '../core/import/formats.ts';
import { readInPlace, type InPlaceList } from '../core/import/in-place.ts';
import { Problem } from '../core/problem.ts';
import { shellWord } from '../core/shell.ts';
import { listName } from './list-history.ts';
import type { Workspace } from './workspace.ts';

/**
 * The workspace with the list in `file` (absolute) as one of its plans, named by its folder. A {@link Problem} says why it cannot be one.
 */
export function withListInPlace(workspace: Workspace, file: string): { readonly workspace: Workspace; readonly planId: string } {
  if (!existsSync(file)) throw new Problem(`There is no file ${shellWord(file)}.`);
  const path = relative(realpathSync(workspace.root), realpathSync(file)).split(sep).join('/');
  if (path.startsWith('../')) throw new Problem(`${shellWord(file)} is not in this repository, and its ticks could not be committed.`);
  const word = shellWord(path);
  if (workspace.config.remote?.lease === true)
    throw new Problem(
      `${word} cannot be carried out where it is while plans are run from the remote (config: remote). Import it: plans import ${word}`,
    );
  const text = readFileSync(file, 'utf8');
  const format = detectFormat({ path, text });
  if (!format.inPlace)
    throw new Problem(
      `${word} is a ${format.title}; only the lists of spec-kit, OpenSpec and Kiro can be carried out where they are. Import it: plans import ${word}`,
    );
  const planId = listName(path);
  if (existsSync(workspace.planPath(planId)))
    throw new Problem(`There is a plan "${planId}" already, and ${word} would go by the same name. Run that plan: plans run ${planId}`);
  const inPlace: InPlaceList = { planId, path, format };
  const reading = readInPlace(inPlace, text, null);
  if ('message' in reading) throw new Problem(reading.message);
  return { planId, workspace: { ...workspace, inPlace, planPath: (id) => (id === planId ? file : workspace.planPath(id)) } };
}
