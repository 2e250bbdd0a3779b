/** The sandbox of a run, as the config asks for it. */
import { join } from 'node:path';
import { openSandbox, type OpenedSandbox, type Sandbox } from '../adapters/sandbox.ts';
import { agentOf } from '../core/assignment.ts';
import { isOpen, type Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import type { Workspace } from './workspace.ts';

/** Null where none is asked for, or `auto` finds none. A {@link Problem} where one is required and missing. */
export async function sandboxOf(workspace: Workspace): Promise<Sandbox | null> {
  const { use } = workspace.config.sandbox;
  if (use === 'off') return null;
  const opened = await triedSandbox(workspace);
  if (opened.type === 'sandbox') return opened.sandbox;
  if (use === 'required') throw new Problem(`The config requires a sandbox. ${opened.reason}`);
  return null;
}

/** Said once where a sandbox was wished for and agents go without. */
export const UNPROTECTED =
  "There is no sandbox: agents and gates can write outside the repository and use the network. HEAD, git's settings, plans and the config are put back after each attempt. What is missing: plans doctor";

/** Whether any open task is an agent's: what a plan says itself under `run:` is a person's own word. */
export function hasAgents({ config }: Workspace, { phases }: Plan, scope: ReadonlySet<string> | null): boolean {
  return phases.some((phase) =>
    phase.tasks.some(
      (task) => isOpen(task) && task.assignee !== 'human' && scope?.has(task.id) !== false && agentOf(config, phase, task) !== 'run',
    ),
  );
}

/** Opens it, whatever the config says. What git runs and what Plans keeps stays out of reach, from a worktree too. */
export function triedSandbox({ config, root, git, stateFolder }: Workspace): Promise<OpenedSandbox> {
  const own = ['state.db', 'logs'].map((name) => join(stateFolder, name));
  const gits = ['hooks', 'config', 'plans'].map((name) => join(git.commonDir, name));
  return openSandbox(config.sandbox, root, [...gits, ...own]);
}
