/** Where this repository's hooks are and whether a commit runs any. */
import { access, constants, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { GitProgram } from './process.ts';

/** The hooks that `git commit` obeys or lets rewrite. */
const COMMIT_HOOKS = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'] as const;

/** Asks git for the folder once, and again when the repository's configuration was written (installing packages sets `core.hooksPath`). */
export class HookFolder {
  readonly #git: GitProgram;
  readonly #configs: readonly string[];
  #folder = '';
  #stamp: string | null = null;

  constructor(git: GitProgram, commonDir: string, gitDir: string) {
    this.#git = git;
    this.#configs = [join(commonDir, 'config'), join(gitDir, 'config.worktree')];
  }

  /** Whether there is a hook that a commit runs. */
  async any(): Promise<boolean> {
    const folder = await this.#find();
    const found = await Promise.all(COMMIT_HOOKS.map((name) => runnable(join(folder, name))));
    return found.includes(true);
  }

  async #find(): Promise<string> {
    const stamps = await Promise.all(this.#configs.map((file) => stat(file, { bigint: true }).catch(() => null)));
    const stamp = stamps.map((one) => (one ? `${one.mtimeNs} ${one.size}` : '')).join();
    if (stamp === this.#stamp) return this.#folder;
    const answer = (await this.#git.must(['rev-parse', '--git-path', 'hooks'])).toString('utf8').replace(/\r?\n$/, '');
    this.#folder = isAbsolute(answer) ? answer : join(this.#git.folder, answer);
    this.#stamp = stamp;
    return this.#folder;
  }
}

function runnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
