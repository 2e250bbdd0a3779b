/** What Plans asks of GitHub, over its REST API. Ids and names that come from outside are encoded here, and answers are checked here. */
import { z } from 'zod';

/** What a user may do in the repository; `maintain` counts as `write`, `triage` as `read`, as GitHub itself says it. */
export const Permission = z.enum(['admin', 'write', 'read', 'none']);
type Permission = z.output<typeof Permission>;

export interface PullSide {
  readonly branch: string;
  readonly commit: string;
  /** By which fork and base are compared; null where the fork is gone. */
  readonly repositoryId: number | null;
}

export interface Pull {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly head: PullSide;
  readonly base: PullSide;
}

export interface Comment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
  /** Null where the account is gone. */
  readonly author: string | null;
}

type Reaction = '+1' | '-1' | 'eyes' | 'rocket' | 'confused';

export interface GitHub {
  /** `owner/name`. */
  readonly repository: string;
  /** The login that the token acts as: a user's, or `github-actions[bot]`. */
  viewer(): Promise<string>;
  /** The branch that a clone gets. */
  defaultBranch(): Promise<string>;
  /** What a user may do here. The only ground for authority: neither an association, an author nor a suffix of a name is one. */
  permission(login: string): Promise<Permission>;
  comment(issue: number, body: string): Promise<Comment>;
  /**
   * One comment that begins with `marker` (a line of its own, e.g. an HTML comment) on an issue or pull request: written anew, or updated
   * in place. Only a comment by the token's own login is ever updated.
   */
  upsertComment(issue: number, marker: string, body: string): Promise<Comment>;
  /** As {@link GitHub.upsertComment}, where there is such a comment; null where there is none: then nothing is written. */
  updateComment(issue: number, marker: string, body: string): Promise<Comment | null>;
  react(comment: number, reaction: Reaction): Promise<void>;
  pull(number: number): Promise<Pull>;
  /** The open pull request from a branch of this very repository into `base`; null where there is none. */
  openPull(branch: string, base: string): Promise<Pull | null>;
  createPull(made: { readonly head: string; readonly base: string; readonly title: string; readonly body: string }): Promise<Pull>;
  updatePull(number: number, made: { readonly title?: string; readonly body?: string }): Promise<Pull>;
  /** Starts a workflow by its file name, on a branch. */
  dispatch(workflow: string, branch: string, inputs: Readonly<Record<string, string>>): Promise<void>;
}
