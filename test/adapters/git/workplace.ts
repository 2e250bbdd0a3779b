/** Where an implementation is tried out. */
import type { CommitOutcome, Git } from '../../../src/adapters/git/git.ts';

/** A repository to try an implementation in: empty, on `main`, with an identity. */
export interface Workplace {
  readonly git: Git;
  write(files: Readonly<Record<string, string | null>>): Promise<void>;
  /** A work-tree file's text; null where there is none. */
  read(path: string): Promise<string | null>;
  stage(path: string): Promise<void>;
  /** Puts HEAD on a commit itself. */
  detach(commit: string): Promise<void>;
  /** Makes a file in git's folder. */
  mark(file: string): Promise<void>;
  unmark(file: string): Promise<void>;
  /** Anything that a judge outside of the implementation finds wrong with the repository. */
  complaints(): string[];
  dispose(): Promise<void>;
}

/** The outcome, where it is a commit; a test fails with what it is otherwise. */
export function committed(outcome: CommitOutcome): Extract<CommitOutcome, { type: 'committed' }> {
  if (outcome.type !== 'committed') throw new Error(`not committed: ${JSON.stringify(outcome)}`);
  return outcome;
}

export const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8'));
