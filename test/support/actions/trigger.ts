/** Whether a workflow listens to an event. */
import { matchesPath } from '../../../src/adapters/gates.ts';
import type { Json } from './expressions.ts';
import type { Workflow } from './workflow.ts';

export interface WorkflowEvent {
  readonly name: 'push' | 'pull_request' | 'pull_request_target' | 'merge_group' | 'issue_comment' | 'workflow_dispatch' | 'schedule';
  /** In full: `refs/heads/main`. */
  readonly ref: string;
  readonly sha: string;
  readonly actor: string;
  readonly payload: Readonly<Record<string, Json>>;
  /** Paths that it changes, for the filters of a push and of a pull request. */
  readonly changed?: readonly string[];
  /** From a fork without trust (`pull_request` alone): no secrets, and a token that reads. */
  readonly withoutSecrets?: boolean;
}

interface Filter {
  readonly branches?: readonly string[];
  readonly 'branches-ignore'?: readonly string[];
  readonly paths?: readonly string[];
  readonly 'paths-ignore'?: readonly string[];
  readonly types?: readonly string[];
}

/** What a pull request's event means where the workflow names no types; other events then mean all. */
const PULL_TYPES = ['opened', 'synchronize', 'reopened'];

export function isTriggered({ events, file }: Workflow, event: WorkflowEvent): boolean {
  const filter = (events as Readonly<Record<string, Filter | undefined>>)[event.name];
  if (filter === undefined) return false;
  if (event.name === 'schedule' || event.name === 'workflow_dispatch') return true;
  const isPull = event.name.startsWith('pull_request');
  const types = filter.types ?? (isPull ? PULL_TYPES : null);
  const action = event.payload['action'];
  if (types !== null && typeof action === 'string' && !types.includes(action)) return false;
  const pull = event.payload['pull_request'] as { readonly base?: { readonly ref?: string } } | undefined;
  const branch = isPull ? (pull?.base?.ref ?? '') : event.ref.replace(/^refs\/heads\//, '');
  if (filter.branches !== undefined && !filter.branches.some((glob) => matchesPath(branch, glob))) return false;
  if (filter['branches-ignore']?.some((glob) => matchesPath(branch, glob)) === true) return false;
  if (filter['paths-ignore'] !== undefined) throw new Error(`${file}: this rig does not know paths-ignore`);
  if (filter.paths === undefined) return true;
  return (event.changed ?? []).some((path) => isNamed(path, filter.paths ?? []));
}

/** The last pattern that fits decides. */
function isNamed(path: string, patterns: readonly string[]): boolean {
  return patterns.reduce((named, pattern) => {
    const not = pattern.startsWith('!');
    return matchesPath(path, not ? pattern.slice(1) : pattern) ? !not : named;
  }, false);
}
