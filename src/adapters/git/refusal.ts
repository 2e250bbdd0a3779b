/** Why git did not commit, told from its (English) words. */
import type { CommitOutcome } from './git.ts';

export type CommitFailure = Extract<CommitOutcome, { type: 'failed' }>;

/** In this order: a full disk shows in the same lines as the lock or the object that could not be written. */
const REASONS: readonly (readonly [CommitFailure['reason'], RegExp])[] = [
  ['disk-full', /No space left on device|Out of diskspace|Disk quota exceeded|File too large/],
  ['read-only', /Read-only file system|Permission denied|insufficient permission for adding an object/],
  ['locked', /Unable to create '.*\.lock': File exists|Another git process/],
  ['identity', /Please tell me who you are|empty ident name|unable to auto-detect email|user\.useConfigOnly|no (name|email) was given/],
  ['signing', /failed to sign|signing failed|Couldn't load public key|gpg\.ssh\.\w+|user\.signingkey/i],
];

const NOTHING = 'There is nothing to commit in these paths.';

/** A failure from what git wrote on standard error. */
export function failureOf(stderr: string): CommitFailure {
  const reason = REASONS.find(([, pattern]) => pattern.test(stderr))?.[0] ?? 'other';
  return { type: 'failed', reason, message: stderr.trim() };
}

/** There was no difference to commit. */
export function nothingToCommit(): CommitFailure {
  return { type: 'failed', reason: 'nothing', message: NOTHING };
}

/** Git's own status after a commit without a difference. Hooks cannot write this: their output goes to standard error. */
export const saysNothing = (stdout: string): boolean =>
  /^(nothing to commit|nothing added to commit|no changes added to commit)/m.test(stdout);
