/** The programs that a run needs: git, Node, the agents. */
import { BUILT_IN_AGENTS } from '../../adapters/agents/names.ts';
import { openAgent } from '../../adapters/agents/open.ts';
import { PROFILES } from '../../adapters/agents/profiles.ts';
import { DEFAULT_AGENT } from '../../core/assignment.ts';
import { childEnvironment } from '../../adapters/environment.ts';
import { runProcess, type ProcessResult } from '../../adapters/process.ts';
import type { Workspace } from '../workspace.ts';
import { some, type Finding } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** For a program that only says its version. */
const ANSWER_MS = 10_000;
/** `git merge-tree --write-tree`, by which parallel tasks come together. */
const GIT_FOR_PARALLEL = [2, 38] as const;

/** Looks at git, Node and the agents. */
export async function checkTools(workspace: Workspace, env: Environment, node: string): Promise<readonly Finding[]> {
  const found: Finding[] = [{ area: 'tools', severity: 'ok', text: `Node ${node}.`, todo: null }];
  const [git, agents] = await Promise.all([checkGit(workspace, env), checkAgents(workspace, env)]);
  return [...found, ...git, ...agents];
}

async function checkGit(workspace: Workspace, env: Environment): Promise<readonly Finding[]> {
  if (workspace.git.name !== 'git') {
    const text = 'The git program is not installed; the built-in one serves plain repositories only, without hooks, signing and worktrees.';
    return [{ area: 'tools', severity: 'warning', text, todo: 'Install git 2.38 or newer.' }];
  }
  const ask = (...args: string[]) => answer(workspace, env, ['git', ...args]);
  const [version, name, email, signing, shallow] = await Promise.all([
    ask('--version'),
    ask('var', 'GIT_COMMITTER_IDENT'),
    ask('config', 'user.email'),
    ask('config', '--type=bool', 'commit.gpgSign'),
    ask('rev-parse', '--is-shallow-repository'),
  ]);
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version?.tail ?? '') ?? [];
  const old = Number(major) < GIT_FOR_PARALLEL[0] || (Number(major) === GIT_FOR_PARALLEL[0] && Number(minor) < GIT_FOR_PARALLEL[1]);
  const found: Finding[] = [
    old
      ? {
          area: 'tools',
          severity: 'warning',
          text: `Git ${major}.${minor} cannot bring parallel tasks together.`,
          todo: 'Install git 2.38 or newer.',
        }
      : { area: 'tools', severity: 'ok', text: `Git ${major}.${minor}.`, todo: null },
  ];
  if (name?.exitCode !== 0 || email?.exitCode !== 0) {
    const todo = 'Set user.name and user.email with "git config".';
    found.push({ area: 'tools', severity: 'error', text: 'Git does not know who you are, so that no commit can be made.', todo });
  }
  if (signing?.tail.trim() === 'true') {
    const text = 'Commits are signed; a run waits where the key asks for a passphrase.';
    found.push({ area: 'tools', severity: 'note', text, todo: 'Unlock the key in its agent before a run.' });
  }
  if (shallow?.tail.trim() === 'true') {
    const text = 'This is a shallow clone: what older commits say of tasks is not here.';
    found.push({ area: 'tools', severity: 'warning', text, todo: 'Fetch the rest with "git fetch --unshallow".' });
  }
  return [...found, ...(await checkHead(workspace))];
}

async function checkHead({ git }: Workspace): Promise<readonly Finding[]> {
  const [{ branch, commit }, operation] = await Promise.all([git.head(), git.operation()]);
  const found: Finding[] = [];
  if (branch === null || commit === null) {
    const text = branch === null ? 'HEAD is detached; a run commits to a branch.' : `The branch "${branch}" has no commit yet.`;
    found.push({ area: 'tools', severity: 'warning', text, todo: branch === null ? 'Switch to a branch.' : 'Make a first commit.' });
  }
  if (operation !== null)
    found.push({ area: 'tools', severity: 'warning', text: `A ${operation} is under way; no run begins.`, todo: 'Finish or abort it.' });
  return found;
}

/** Of the config's own agents and the default all are told; of the built-in ones those that are there. */
async function checkAgents(workspace: Workspace, env: Environment): Promise<readonly Finding[]> {
  const { config } = workspace;
  const wanted = new Set([...Object.keys(config.agents), ...(config.agent === undefined ? [] : [config.agent])]);
  const missing: string[] = [];
  const found: Finding[] = [];
  for (const name of new Set([...wanted, ...BUILT_IN_AGENTS])) {
    const opened = openAgent(name, config, { environment: env });
    const unavailable = opened.type === 'unknown' ? opened.message : await opened.agent.unavailable();
    if (unavailable === null) {
      const [program] = (config.agents[name] ?? PROFILES[name])?.command ?? [];
      const version = program === undefined ? null : await answer(workspace, env, [program, '--version']);
      const said = program === undefined ? config.claude.model : version?.exitCode === 0 ? version.tail.trim().split('\n')[0] : '';
      found.push({ area: 'tools', severity: 'ok', text: `Agent ${name}${said ? ` (${said})` : ''}.`, todo: null });
    } else if (wanted.has(name)) {
      const severity = name === config.agent ? 'error' : 'warning';
      found.push({ area: 'tools', severity, text: `The agent "${name}" cannot be used.`, todo: unavailable });
    } else if (name === DEFAULT_AGENT && config.agent === undefined) {
      const text = 'Claude, which does tasks that name no agent, cannot be used.';
      found.push({ area: 'tools', severity: 'note', text, todo: unavailable });
    } else if (PROFILES[name] !== undefined) missing.push(name);
  }
  if (missing.length > 0) found.push({ area: 'tools', severity: 'note', text: `Not installed: ${some(missing)}.`, todo: null });
  return found;
}

/** What a program says; null where it cannot be asked. */
export async function answer(workspace: Workspace, env: Environment, command: readonly string[]): Promise<ProcessResult | null> {
  const [file = '', ...args] = command;
  const result = await runProcess({
    command: { file, args },
    cwd: workspace.root,
    env: childEnvironment(env, workspace.config.env, {}),
    wallTimeoutMs: ANSWER_MS,
    tailBytes: 1024 * 1024,
  });
  return result.ended === 'exit' ? result : null;
}
