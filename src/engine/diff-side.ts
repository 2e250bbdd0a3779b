/** The plan files of one version of the repository: of a commit, of the index, or of the work tree. Nothing is checked out. */
import { listPlanFiles, MAX_FILE_BYTES } from '../adapters/files.ts';
import type { Side } from '../core/diff-record.ts';
import { shellWord } from '../core/shell.ts';
import { Problem } from '../core/problem.ts';
import { planFolderPath } from './sync.ts';
import type { Workspace } from './workspace.ts';

/** A version of the repository. */
export type At =
  /** Anything that git takes for a commit. */
  | { readonly type: 'commit'; readonly revision: string }
  /** What is staged. */
  | { readonly type: 'index' }
  /** The files as they are. */
  | { readonly type: 'worktree' };

/** A plan file of a version. */
export interface SideFile {
  readonly planId: string;
  /** Relative to the root, `/`-separated. */
  readonly path: string;
  /** Git's id of the content, where that is known without reading. */
  readonly blob: string | null;
  /** Null where it went meanwhile. */
  read(): Promise<{ readonly text: string } | { readonly problem: string } | null>;
}

export interface OpenSide {
  readonly side: Side;
  /** By the plans' ids. */
  readonly files: ReadonlyMap<string, SideFile>;
  readonly problems: readonly string[];
}

const PLAN_ENDING = '.plan.md';

/** Lists the plan files of a version. A {@link Problem} where a revision names no commit. */
export async function openSide(workspace: Workspace, at: At): Promise<OpenSide> {
  if (at.type === 'worktree') return openWorktree(workspace);
  const folder = planFolderPath(workspace);
  const { git } = workspace;
  const side = await sideOf(workspace, at);
  const listed = side.type === 'none' ? new Map<string, string>() : await git.filesIn(side.commit, folder.slice(0, -1));
  const files = [...listed].flatMap(([path, blob]): [string, SideFile][] => {
    const name = path.slice(folder.length);
    if (!name.endsWith(PLAN_ENDING) || name.startsWith('.') || name.length === PLAN_ENDING.length) return [];
    const planId = name.slice(0, -PLAN_ENDING.length);
    const read = async () => {
      const bytes = await git.readBlob(blob);
      if (bytes === null) return null;
      // As of files on the disk: anybody may propose anything.
      if (bytes.length > MAX_FILE_BYTES) return { problem: `${path} has ${bytes.length} bytes; more than ${MAX_FILE_BYTES} are not read.` };
      return { text: textOf(bytes) };
    };
    return [[planId, { planId, path, blob, read }]];
  });
  return { side, files: new Map(files), problems: [] };
}

async function sideOf({ git }: Workspace, at: Exclude<At, { type: 'worktree' }>): Promise<Side> {
  if (at.type === 'index') return { type: 'index', revision: null, commit: null };
  const { revision } = at;
  const commit = await git.resolve(revision);
  if (commit !== null) return { type: 'commit', revision, commit };
  // Nothing was committed yet: every plan is new.
  if (revision === 'HEAD') return { type: 'none', revision, commit: null };
  throw new Problem(`There is no commit ${shellWord(revision)} in this repository. In a shallow clone it may be missing: fetch it first.`);
}

function openWorktree(workspace: Workspace): OpenSide {
  const side: Side = { type: 'worktree', revision: null, commit: null };
  const listed = listPlanFiles(workspace.plansFolder, workspace.root);
  if (listed.type === 'failed') return { side, files: new Map(), problems: [listed.message] };
  const folder = planFolderPath(workspace);
  const files = listed.files.map(({ id: planId, path: file, name }): [string, SideFile] => {
    const read = async () => {
      const found = await workspace.files.readText(file);
      if (found.type === 'text') return { text: found.text };
      return found.reason === 'missing' ? null : { problem: found.message };
    };
    return [planId, { planId, path: `${folder}${name}`, blob: null, read }];
  });
  return { side, files: new Map(files), problems: listed.refused.map(({ message }) => message) };
}

/** With its byte order mark, as the files are read. */
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
