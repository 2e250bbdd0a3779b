/** What is staged, without asking git again while its index is the file that was looked at. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkTreeStatus } from './git.ts';
import type { GitProgram } from './process.ts';

/** Remembers what the last whole status said; git replaces the index by another file whenever it changes. */
export class StagedPaths {
  readonly #git: GitProgram;
  readonly #index: string;
  #seen: { readonly stamp: string; readonly commit: string | null; readonly paths: readonly string[] } | null = null;

  constructor(git: GitProgram, gitDir: string) {
    this.#git = git;
    this.#index = join(gitDir, 'index');
  }

  /** Bytes of the index; 0 where there is none. */
  get indexBytes(): number {
    return statSync(this.#index, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Takes a status of the whole work tree, and learns what it says. */
  async learn(status: () => Promise<WorkTreeStatus>): Promise<WorkTreeStatus> {
    const stamp = this.#stamp();
    const answer = await status();
    const paths = answer.changes.filter(({ staged }) => staged).map(({ path }) => path);
    this.#seen = { stamp, commit: answer.head.commit, paths };
    return answer;
  }

  /** The paths at which the index differs from a commit; null where git cannot say. */
  async against(commit: string): Promise<readonly string[] | null> {
    if (this.#seen?.commit === commit && this.#seen.stamp === this.#stamp()) return this.#seen.paths;
    const listed = await this.#git.run(['diff-index', '--cached', '--name-only', '--no-renames', '-z', commit]);
    return listed.code === 0 ? listed.stdout.toString('utf8').split('\0').filter(Boolean) : null;
  }

  #stamp(): string {
    const stat = statSync(this.#index, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.ctimeNs} ${stat.mtimeNs} ${stat.size}`;
  }
}
