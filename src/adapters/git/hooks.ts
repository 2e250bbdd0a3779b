/** Where this repository's hooks are and whether a commit runs any. */
import { accessSync, constants, statSync } from 'node:fs';
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
    const folder = await this.folder();
    return COMMIT_HOOKS.some((name) => isRunnable(join(folder, name)));
  }

  /** Absolute. */
  async folder(): Promise<string> {
    const stamp = this.#configs.map(stampOf).join();
    if (stamp === this.#stamp) return this.#folder;
    const answer = (await this.#git.must(['rev-parse', '--git-path', 'hooks'])).toString('utf8').replace(/\r?\n$/, '');
    this.#folder = isAbsolute(answer) ? answer : join(this.#git.folder, answer);
    this.#stamp = stamp;
    return this.#folder;
  }
}

function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeNs} ${stat.size}`;
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
