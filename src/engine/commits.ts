/** Commits of a run: what they are called, what they carry, and why one was not made. */
import type { CommitOutcome } from '../adapters/git/git.ts';
import type { CommitMessage } from '../core/commit-message.ts';
import { commitSubject, MAX_SUBJECT_CHARS } from '../core/commit-subject.ts';
import type { Failure } from '../core/effect.ts';
import { formatTrailers } from '../core/trailer.ts';
import type { Evidence } from '../core/evidence.ts';
import { note } from './context.ts';
import { crashPoint } from './crash.ts';
import type { RunContext } from './context.ts';

/** What a commit needs: a run has it, and so has a person's command while nothing runs. */
export type Committer = Pick<RunContext, 'workspace' | 'plan' | 'planId' | 'env' | 'redaction' | 'head' | 'commits' | 'lease'> &
  // A command that takes no longer than its commit needs none: git's compare-and-swap on HEAD does.
  Partial<Pick<RunContext, 'lock'>>;

/** Commits the plan file alone. */
export function commitPlan(context: Committer, what: string, evidence: Evidence): Promise<CommitOutcome> {
  return commit(context, [context.plan.path], what, evidence);
}

/** Says, where it was not made, that a change of the plan file is not in git. */
export function tell(context: RunContext, outcome: CommitOutcome): void {
  // Of a list that is carried out where it is only a tick changes anything.
  const isNothing = outcome.type === 'failed' && outcome.reason === 'nothing' && context.workspace.inPlace !== undefined;
  if (outcome.type !== 'committed' && !isNothing)
    note(context, null, `"${context.plan.path}" is changed but not committed: ${refusal(outcome).reason}`);
}

/** Commits paths of the checkout where HEAD is as expected; `context.head` follows. */
export async function commit(
  context: Omit<Committer, 'plan'>,
  paths: readonly string[],
  what: string | CommitMessage,
  evidence: Evidence,
  seen: { readonly unstaged?: boolean } = {},
): Promise<CommitOutcome> {
  const { subject, body } = typeof what === 'string' ? { subject: subjectOf(context, what, evidence), body: '' } : what;
  const short = subject.length > MAX_SUBJECT_CHARS ? `${subject.slice(0, MAX_SUBJECT_CHARS - 1).trimEnd()}…` : subject;
  const message = context.redaction.text([short, body, `${formatTrailers(evidence)}\n`].filter((part) => part !== '').join('\n\n'));
  context.lock?.check();
  const outcome = await context.workspace.git.commit({ message, paths: [...new Set(paths)], expect: context.head, ...seen });
  if (outcome.type === 'committed') {
    crashPoint(context.env, 'after-commit');
    context.head = { ...context.head, commit: outcome.commit };
    context.commits += 1;
    context.lease?.publish(outcome.commit);
  }
  return outcome;
}

/** The subject of a commit of this plan, as the config wants it. */
export function subjectOf({ workspace, planId }: Pick<Committer, 'workspace' | 'planId'>, what: string, evidence: Evidence): string {
  return commitSubject(workspace.config.commit, planId, what, 'attempt' in evidence);
}

/** Why a commit was not made, for who asked for it: with what the hook printed, which alone says what it wants. */
export function whyRefused(outcome: Exclude<CommitOutcome, { type: 'committed' }>): string {
  const { reason, tail } = refusal(outcome);
  return tail.trim() === '' ? reason : `${reason} It said:\n${tail.trimEnd()}`;
}

/** Why a commit was not made, as a failure of the attempt that it was for. */
export function refusal(outcome: Exclude<CommitOutcome, { type: 'committed' }>): Pick<Failure, 'outcome' | 'reason' | 'tail' | 'waits'> {
  switch (outcome.type) {
    case 'hook-refused':
      return { outcome: 'hook_failed', reason: 'A git hook refused the commit.', tail: outcome.output };
    case 'moved':
      return {
        outcome: 'conflict',
        reason: `HEAD moved to ${outcome.head.commit?.slice(0, 12) ?? 'nothing'} on ${outcome.head.branch ?? 'no branch'} meanwhile; nothing was committed.`,
        tail: '',
        // Another try would meet the same.
        waits: 'conflict',
      };
    case 'failed':
      // Another try meets the same lock: a person has to look whose it is.
      return { outcome: 'conflict', reason: outcome.message, tail: '', ...(outcome.reason === 'locked' ? { waits: 'conflict' } : {}) };
  }
}
