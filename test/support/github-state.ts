/** What the scripted GitHub knows of its one repository. A test reads it, and puts into it what a person would have done. */

export interface Account {
  readonly login: string;
  readonly type: 'User' | 'Bot';
  readonly id: number;
}

export interface IssueComment {
  readonly id: number;
  readonly issue: number;
  readonly user: Account;
  body: string;
  edits: number;
}

export interface PullRequest {
  readonly number: number;
  /** A branch, `owner:branch` where it is a fork's. */
  readonly head: string;
  /** Of the fork; null where it is the repository's own. */
  readonly headRepository: { readonly id: number; readonly fullName: string } | null;
  /** Where it is not what the branch is at: a fork's. */
  readonly headSha: string | null;
  base: string;
  title: string;
  body: string;
  state: 'open' | 'closed' | 'merged';
  draft: boolean;
  readonly user: Account;
}

export interface Dispatch {
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface GitHubState {
  readonly repository: string;
  readonly repositoryId: number;
  defaultBranch: string;
  /** Whom the tokens speak for. */
  readonly bot: Account;
  /** What the collaborator-permission API says, by login; `none` for everybody else. */
  readonly collaborators: Map<string, 'admin' | 'maintain' | 'write' | 'triage' | 'read'>;
  readonly comments: IssueComment[];
  readonly reactions: { readonly comment: number; readonly content: string }[];
  readonly pulls: PullRequest[];
  /** Not yet taken by the rig. */
  readonly dispatches: Dispatch[];
  readonly statuses: { readonly sha: string; readonly state: string; readonly context: string; readonly description: string }[];
  readonly checks: Readonly<Record<string, unknown>>[];
  readonly sarifs: Readonly<Record<string, unknown>>[];
  /** The repository's setting "Allow GitHub Actions to create and approve pull requests". */
  allowsPullRequests: boolean;
  /** Where a branch of the repository is; null where there is none. */
  branch(name: string): string | null;
  nextId(): number;
}

/** As it is in the beginning. `git` runs in the bare repository. */
export function newState(repository: string, git: (...args: string[]) => string): GitHubState {
  let id = 1000;
  return {
    repository,
    repositoryId: 4242,
    defaultBranch: 'main',
    bot: { login: 'github-actions[bot]', type: 'Bot', id: 41_898_282 },
    collaborators: new Map(),
    comments: [],
    reactions: [],
    pulls: [],
    dispatches: [],
    statuses: [],
    checks: [],
    sarifs: [],
    allowsPullRequests: true,
    branch: (name) => {
      try {
        return git('rev-parse', '--verify', '--quiet', `refs/heads/${name}^{commit}`).trim();
      } catch {
        return null;
      }
    },
    nextId: () => (id += 1),
  };
}
