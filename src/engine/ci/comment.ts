/** Posts a review that another job has made. What it left is data: the comment is made from it here, and nothing in it is taken for Markdown. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { GitHub } from '../../adapters/github/github.ts';
import { commentOf, isEmptyReview, REVIEW_MARKER } from '../../core/ci/comment.ts';
import { PullRequestReview } from '../../core/ci/review-record.ts';
import { Problem } from '../../core/problem.ts';

/** Names in the folder that a review is written to. */
export const REVIEW_FILES = { review: 'review.json', comment: 'comment.md', sarif: 'plans.sarif' } as const;

/** A larger review is none that we have written. Bytes. */
const REVIEW_BYTES = 64 * 1024 * 1024;

/** What a `pull_request` or `pull_request_target` event says of its pull request. */
const PullEvent = z.object({
  pull_request: z.object({
    number: z.int().min(1),
    base: z.object({ sha: z.string(), repo: z.object({ id: z.number() }) }),
    // The fork may be gone.
    head: z.object({ sha: z.string(), repo: z.object({ id: z.number() }).nullable() }),
  }),
});

export interface EventPull {
  readonly number: number;
  readonly base: string;
  readonly head: string;
  /** By the repositories' ids: names can be taken over. */
  readonly isFork: boolean;
}

/** The pull request that a workflow runs for; null where its event is of something else. */
export function pullOfEvent(event: unknown): EventPull | null {
  const read = PullEvent.safeParse(event);
  if (!read.success) return null;
  const { number, base, head } = read.data.pull_request;
  return { number, base: base.sha, head: head.sha, isFork: head.repo?.id !== base.repo.id };
}

const QueueEvent = z.object({ merge_group: z.object({ base_sha: z.string(), head_sha: z.string() }) });

/** What a merge queue is about to merge: pull requests on top of each other; null where the event is of something else. */
export function queueOfEvent(event: unknown): { readonly base: string; readonly head: string } | null {
  const read = QueueEvent.safeParse(event);
  return read.success ? { base: read.data.merge_group.base_sha, head: read.data.merge_group.head_sha } : null;
}

/** Reads a review from a folder; a {@link Problem} where it is none of ours. */
export function readReview(folder: string): PullRequestReview {
  const file = join(folder, REVIEW_FILES.review);
  const refuse = (words: string) => new Problem(`${file} ${words} "plans ci review" writes it; nothing was posted.`);
  let value: unknown;
  try {
    const { size } = statSync(file);
    if (size > REVIEW_BYTES) throw refuse(`has ${size} bytes, more than ${REVIEW_BYTES}.`);
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw error instanceof Problem ? error : refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const read = PullRequestReview.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refuse(`is no review: at "${issue?.path.join('.') ?? ''}", ${issue?.message ?? ''}.`);
}

export type Posted =
  | { readonly type: 'posted'; readonly url: string }
  /** There is nothing to tell, and no earlier comment that says otherwise. */
  | { readonly type: 'nothing' }
  /** The pull request is at another commit by now: its own review is under way. */
  | { readonly type: 'moved'; readonly head: string };

/** Writes the one comment of a pull request, or writes it anew. A {@link Problem} where the review is of another commit than the event's. */
export async function postReview(github: GitHub, pull: EventPull, review: PullRequestReview): Promise<Posted> {
  const head = review.diff.head.commit;
  if (head !== pull.head)
    throw new Problem(`The review is of commit ${head ?? 'unknown'}, and #${pull.number} is at ${pull.head}. Nothing was posted.`);
  const now = await github.pull(pull.number);
  if (now.head.commit !== head) return { type: 'moved', head: now.head.commit };
  const text = commentOf(review);
  const comment = isEmptyReview(review)
    ? await github.updateComment(pull.number, REVIEW_MARKER, text)
    : await github.upsertComment(pull.number, REVIEW_MARKER, text);
  return comment === null ? { type: 'nothing' } : { type: 'posted', url: comment.url };
}
