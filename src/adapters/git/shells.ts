/** The live shells of an environment: every repository that is opened with it shares them, worktrees beside a checkout above all. */
import { GitShell } from './shell.ts';

/** So many runs of git are not worth a shell. */
const FEW_RUNS = 2;
/** What more runs at once is started as other programs are. */
const MAX_SHELLS = 4;

const known = new Map<string, Shells>();

export class Shells {
  readonly #key: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #shells: GitShell[] = [];
  #runs = 0;
  #users = 0;

  private constructor(key: string, env: NodeJS.ProcessEnv) {
    this.#key = key;
    this.#env = env;
  }

  /** The shells for an environment. Whoever uses one says so, and when that is over. */
  static of(env: NodeJS.ProcessEnv): Shells {
    const key = JSON.stringify(Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const shells = known.get(key) ?? new Shells(key, env);
    known.set(key, shells);
    return shells;
  }

  use(): void {
    this.#users += 1;
  }

  /** Counts a run, and gives the shell that would answer it at once; null where none would, or too few runs are known to start one for. */
  next(): GitShell | null {
    this.#runs += 1;
    if (this.#runs <= FEW_RUNS) return null;
    const free = this.#shells.find(({ isFree }) => isFree);
    if (free !== undefined || this.#shells.length === MAX_SHELLS) return free ?? null;
    const shell = new GitShell(this.#env);
    this.#shells.push(shell);
    return shell;
  }

  /** Where nobody uses them any more, the shells end. */
  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    known.delete(this.#key);
    for (const shell of this.#shells) shell.close();
  }
}
