/** A plan's review file: read whole, and written without losing what people write into it at the same time. */
import { relative, sep } from 'node:path';
import { createText, removeText } from '../../adapters/files.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { Problem } from '../../core/problem.ts';
import { parseReview, type Review } from '../../core/review.ts';
import { behindLink } from '../plan-file.ts';
import type { Workspace } from '../workspace.ts';

const REVIEW_SUFFIX = '.review.md';
const PLAN_SUFFIX = '.plan.md';
/** So often a change is made again on a newer text. */
const MAX_TRIES = 20;

export interface ReviewPlace {
  /** Absolute. */
  readonly file: string;
  /** As git has it, relative to the root. */
  readonly path: string;
}

export interface ReviewFile extends ReviewPlace {
  readonly text: string;
  readonly review: Review;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a plan's review is, be it there or not. */
export function reviewPlace(workspace: Workspace, planId: string): ReviewPlace {
  const file = `${workspace.planPath(planId).slice(0, -PLAN_SUFFIX.length)}${REVIEW_SUFFIX}`;
  return { file, path: relative(workspace.root, file).split(sep).join('/') };
}

/** What a plan's review says; null where there is none. A {@link Problem} says why it cannot be read. */
export async function readReview(workspace: Workspace, planId: string): Promise<ReviewFile | null> {
  const place = reviewPlace(workspace, planId);
  const read = await workspace.files.readText(place.file);
  if (read.type === 'text') return { ...place, text: read.text, ...parseReview(read.text) };
  if (read.reason === 'missing') return null;
  throw new Problem(`${place.path} cannot be read. ${read.message}`);
}

/**
 * Changes the review: `change` makes a text of what is there (null: there is no file), and null takes the file away. It is called again when
 * somebody has written meanwhile. A {@link Problem} says why nothing was written.
 */
export async function writeReview(workspace: Workspace, place: ReviewPlace, change: (text: string | null) => string | null): Promise<void> {
  const linked = behindLink(workspace.root, place.file);
  if (linked !== null) throw new Problem(linked);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const read = await workspace.files.readText(place.file);
    if (read.type === 'failed' && read.reason !== 'missing') throw unwritten(place, read.message);
    const now = read.type === 'failed' ? null : read.text;
    const next = change(now);
    if (next === now) return;
    if (now !== null && next !== null) {
      const edited = await workspace.files.editText(place.file, change, { once: true });
      if (edited.type === 'failed') throw unwritten(place, edited.message);
      // An edit that asks for the file to be taken away makes no text: that is for the next round.
      if (change(edited.text) === edited.text) return;
      continue;
    }
    const made = next === null ? removeText(place.file, now ?? '') : createText(place.file, next);
    if (made.type === 'failed') throw unwritten(place, made.message);
    if (made.type === 'removed' || made.type === 'created') return;
  }
  throw unwritten(place, 'It was saved by somebody else each time.');
}

function unwritten({ path }: ReviewPlace, message: string): Problem {
  return new Problem(`${path} could not be written. ${message}`);
}
