/** Boxes against trailers, at HEAD: a box that is ticked has a commit that says so, and the other way round. */
import { listPlanFiles } from '../../adapters/files.ts';
import { parsePlan } from '../../core/parse.ts';
import type { Plan } from '../../core/plan.ts';
import { readTrailers } from '../../core/trailer.ts';
import { planFolderPath } from '../sync.ts';
import type { Workspace } from '../workspace.ts';
import { some, type Finding } from './finding.ts';

/** Commits of one plan that are read. */
const MAX_COMMITS = 5_000;

/** Looks at every plan that is committed. */
export async function checkEvidence(workspace: Workspace): Promise<readonly Finding[]> {
  const listed = listPlanFiles(workspace.plansFolder, workspace.root);
  if (listed.type === 'failed') return [{ area: 'evidence', severity: 'error', text: listed.message, todo: null }];
  const found: Finding[] = [];
  let ticked = 0;
  for (const { id, name } of listed.files) {
    const path = `${planFolderPath(workspace)}${name}`;
    const plan = await planAt(workspace, 'HEAD', path, id);
    if (plan === null) continue;
    const commits = await commitsOf(workspace, path, id);
    const tasks = plan.phases.flatMap((phase) => phase.tasks);
    ticked += tasks.filter(({ status }) => status === 'completed').length;
    const byHand = tasks.filter((task) => task.status === 'completed' && !commits.has(task.id)).map((task) => task.id);
    if (byHand.length > 0) {
      const text = `${id}: ticked without a commit of Plans: ${some(byHand)}.`;
      found.push({
        area: 'evidence',
        severity: 'note',
        text,
        todo: 'Somebody ticked them by hand, or renamed them since; no gate stands behind these boxes.',
      });
    }
    const lying: string[] = [];
    for (const { id: task, status } of tasks) {
      const commit = commits.get(task);
      if (status === 'completed' || commit === undefined) continue;
      // Ticked in its own commit and open now: it was taken back, by a revert or by a person.
      const then = await planAt(workspace, commit, path, id);
      if (then?.phases.flatMap((phase) => phase.tasks).find((each) => each.id === task)?.status !== 'completed')
        lying.push(`${task} (${commit.slice(0, 10)})`);
    }
    if (lying.length > 0) {
      const text = `${id}: commits say that a task is done and do not tick it: ${some(lying)}.`;
      found.push({
        area: 'evidence',
        severity: 'error',
        text,
        todo: 'Not made by Plans, or changed since. Look at them, and tick or do the tasks again.',
      });
    }
  }
  const text =
    ticked === 0
      ? 'No box is ticked at HEAD.'
      : `${ticked} ticked boxes at HEAD${found.length === 0 ? ', each with the commit that did it' : ''}.`;
  return [{ area: 'evidence', severity: 'ok', text, todo: null }, ...found];
}

/** The newest commit that landed each task. */
async function commitsOf({ git }: Workspace, path: string, plan: string): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>();
  if ((await git.head()).commit === null) return commits;
  for (const commit of await git.log({ paths: [path], limit: MAX_COMMITS })) {
    const evidence = readTrailers(commit.trailers);
    if (evidence === null || !('attempt' in evidence) || evidence.plan !== plan) continue;
    if (!commits.has(evidence.task)) commits.set(evidence.task, commit.id);
  }
  return commits;
}

async function planAt(workspace: Workspace, revision: string, path: string, id: string): Promise<Plan | null> {
  const bytes = await workspace.git.readFile(revision, path);
  return bytes === null ? null : parsePlan(new TextDecoder().decode(bytes), id, workspace.cache).plan;
}
