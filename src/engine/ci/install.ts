/** Puts the workflows into a repository, and says what only a person can do besides. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMAND, fitWorkflow, MATRIX, repositoryPage, REVIEW, RUN } from '../../core/ci/workflow-files.ts';
import { settingsOf } from '../../core/git-config.ts';
import { Problem } from '../../core/problem.ts';
import type { Workspace } from '../workspace.ts';
import { folderOf } from './plan-commit.ts';

/** Only in the package: there the code stands elsewhere. */
declare const PLANS_BUILD: string | undefined;

/** From the root of a repository. */
export const WORKFLOW_FOLDER = '.github/workflows';

export interface Installed {
  /** The branch that they execute plans for. */
  readonly branch: string;
  /** The page of the repository; null where no remote says it. */
  readonly page: string | null;
  /** The one that executes plans, from the root. */
  readonly runs: string;
  /** The command that they install what gates need with; null where a person has to say it. */
  readonly install: string | null;
  /** The other one that executes plans, where it is there too. */
  readonly rival: string | null;
  readonly files: readonly { readonly file: string; readonly written: boolean }[];
}

/** Writes what is not there yet; what is there stays as it is. `many`: a machine for each task. A {@link Problem} where one cannot be written. */
export async function installWorkflows(workspace: Workspace, { many }: { readonly many: boolean }): Promise<Installed> {
  const { root, git, config } = workspace;
  const branch = await baseBranchOf(workspace);
  // The others' programs are not on every machine.
  const install = existsSync(join(root, 'package-lock.json')) ? 'npm ci' : null;
  const runs = many ? MATRIX : RUN;
  const files = [];
  for (const name of [REVIEW, runs, COMMAND]) {
    const file = `${WORKFLOW_FOLDER}/${name}`;
    const text = await readFile(join(shippedFolder(), name), 'utf8');
    files.push({ file, written: await writeNew(join(root, file), file, fitWorkflow(text, { branch, plans: folderOf(config), install })) });
  }
  const remote = settingsOf(textOf(join(git.commonDir, 'config'))).find(({ key }) => key === 'remote.origin.url')?.value;
  const other = `${WORKFLOW_FOLDER}/${many ? RUN : MATRIX}`;
  const rival = existsSync(join(root, other)) ? other : null;
  return { install, rival, branch, page: remote === undefined ? null : repositoryPage(remote), runs: `${WORKFLOW_FOLDER}/${runs}`, files };
}

/** Where the package, and a checkout of it, has what is to be copied. */
function shippedFolder(): string {
  const root = typeof PLANS_BUILD === 'string' ? '../' : '../../../';
  return fileURLToPath(new URL(`${root}plans-example/${WORKFLOW_FOLDER}/`, import.meta.url));
}

/** What a clone gets; where git does not know it, the usual name that the remote has, or the branch that is checked out. */
export async function baseBranchOf({ git }: Workspace): Promise<string> {
  const [, said] = /^ref: refs\/remotes\/origin\/(\S+)/.exec(textOf(join(git.commonDir, 'refs/remotes/origin/HEAD'))) ?? [];
  if (said !== undefined) return said;
  const refs = await git.refs('refs/remotes/origin/');
  const usual = ['main', 'master'].find((name) => refs.has(`refs/remotes/origin/${name}`));
  return usual ?? (await git.head()).branch ?? 'main';
}

async function writeNew(path: string, file: string, text: string): Promise<boolean> {
  if (existsSync(path)) return false;
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    throw new Problem(`${file} could not be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
