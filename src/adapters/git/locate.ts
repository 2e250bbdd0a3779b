/** Finds the repository that holds a folder, in one spawn, or says why there is none to work in. */
import { GitUnavailable } from './git.ts';
import type { GitProgram } from './process.ts';

export interface Location {
  readonly root: string;
  readonly commonDir: string;
  /** Equal to `commonDir`, but in a linked work tree. */
  readonly gitDir: string;
  /** Bytes of an object id: 20, or 32 with sha256. */
  readonly idBytes: number;
}

/** Asks git. The folder must exist. */
export async function locate(git: GitProgram): Promise<Location> {
  const question = [
    'rev-parse',
    '--path-format=absolute',
    '--show-toplevel',
    '--git-common-dir',
    '--absolute-git-dir',
    '--show-object-format',
  ];
  const result = await git.run(question);
  if (result.code !== 0) throw unavailable(git.folder, result.stderr);
  const [root = '', commonDir = '', gitDir = '', format = ''] = result.stdout.toString('utf8').split('\n');
  return { root, commonDir, gitDir, idBytes: format === 'sha256' ? 32 : 20 };
}

function unavailable(folder: string, stderr: string): Error {
  if (/dubious ownership/.test(stderr)) {
    return new GitUnavailable(
      'unsafe',
      `The repository at ${folder} belongs to another user, so git refuses to work in it. If you trust it, add it to the setting safe.directory of your git configuration.`,
    );
  }
  if (/not a git repository/i.test(stderr)) {
    return new GitUnavailable('not-a-repository', `${folder} is not in a git repository. Make one with \`git init\`, or go to one.`);
  }
  if (/must be run in a work tree/.test(stderr)) {
    return new GitUnavailable('bare', `The repository at ${folder} has no work tree (it is bare). Plans works in a clone of it.`);
  }
  return new Error(`git rev-parse failed: ${stderr.trim()}`);
}
