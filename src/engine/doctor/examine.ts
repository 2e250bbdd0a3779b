/** All that `plans doctor` looks at. Nothing is changed, but that the cache follows the files. */
import type { Workspace } from '../workspace.ts';
import { checkEvidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { checkConfigured, checkProtection } from './protection.ts';
import { checkState } from './state.ts';
import { checkTools } from './tools.ts';
import { checkWorkflows } from './workflows.ts';

export interface Examination {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node's version. */
  readonly node: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether each gate is run once. */
  readonly gates: boolean;
}

/** Examines an opened repository. */
export async function examine(workspace: Workspace, { env, node, now, gates }: Examination): Promise<readonly Finding[]> {
  return [
    ...(await checkTools(workspace, env, node)),
    ...(await checkConfigured(workspace, env, gates)),
    ...(await checkState(workspace, env, now)),
    ...(await checkEvidence(workspace)),
    ...(await checkWorkflows(workspace)),
    ...(await checkProtection(workspace)),
  ];
}
