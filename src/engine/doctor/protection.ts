/** The config, its gates, and what protects a person from an agent and what does not. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES } from '../../adapters/agents/profiles.ts';
import { childEnvironment } from '../../adapters/environment.ts';
import { runGate } from '../../adapters/gates.ts';
import { settingsOf } from '../../core/git-config.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import type { Workspace } from '../workspace.ts';
import { triedSandbox } from '../sandbox.ts';
import { some, type Finding } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Lines of a failed gate that are shown. */
const TAIL_LINES = 3;

/** The config, and with `gates` what each gate says of the tree as it is. */
export async function checkConfigured(workspace: Workspace, env: Environment, gates: boolean): Promise<readonly Finding[]> {
  const { config, configFile } = workspace;
  const found: Finding[] = [
    configFile === null
      ? { area: 'config', severity: 'note', text: 'There is no config; the defaults hold.', todo: 'Write one: plans init' }
      : { area: 'config', severity: 'ok', text: `${configFile} is valid.`, todo: null },
  ];
  if (config.qa.gates.length === 0) {
    const text = 'No gate is defined: that a task is done is what its agent says.';
    return [...found, { area: 'config', severity: 'warning', text, todo: 'Add your checks to "qa.gates"; "plans init" finds them.' }];
  }
  if (!gates) {
    const text = `${config.qa.gates.length} ${config.qa.gates.length === 1 ? 'gate' : 'gates'}: ${some(config.qa.gates.map(({ name }) => name))}.`;
    return [...found, { area: 'config', severity: 'ok', text, todo: 'plans doctor --gates runs each once on the tree as it is.' }];
  }
  return [...found, ...(await triedGates(workspace, env))];
}

/** Each gate, run once as a task's would be. */
async function triedGates(workspace: Workspace, env: Environment): Promise<readonly Finding[]> {
  const { config, root } = workspace;
  const redaction = redactionOf(secretsOf(env, config.redact));
  const opened = config.sandbox.use === 'off' ? null : await triedSandbox(workspace);
  const sandbox = opened?.type === 'sandbox' ? opened.sandbox : null;
  const inside = { cwd: root, env: childEnvironment(env, config.env, {}), changedPaths: [], redaction, sandbox };
  const found: Finding[] = [];
  for (const { when: _, ...gate } of config.qa.gates) {
    const result = await runGate(gate, inside);
    if (result.status === 'passed') found.push({ area: 'config', severity: 'ok', text: `Gate "${gate.name}" passes.`, todo: null });
    else {
      const tail = result.tail.trim().split('\n').slice(-TAIL_LINES).join(' | ');
      const text = `Gate "${gate.name}" fails on the tree as it is: ${result.reason} ${tail}`.trim();
      found.push({ area: 'config', severity: 'error', text, todo: 'A gate that is red before a task cannot judge it. Mend it first.' });
    }
  }
  await sandbox?.close();
  return found;
}

/** What protects, and what does not. */
export async function checkProtection(workspace: Workspace): Promise<readonly Finding[]> {
  const { config, git } = workspace;
  const found: Finding[] = [
    {
      area: 'protection',
      severity: 'ok',
      text: 'Commits, branches, plans, config, hooks and git settings that an agent changes are put back and reported; secrets are redacted.',
      todo: null,
    },
    await checkSandbox(workspace),
  ];
  const agents = [...new Set([...Object.keys(config.agents), ...(config.agent === undefined ? [] : [config.agent])])];
  const passed = [...new Set([...config.env, ...agents.flatMap((name) => (config.agents[name] ?? PROFILES[name])?.env ?? [])])];
  // What a pattern lets through depends on the day; its name alone is judged, as if it had a value.
  const secret = secretsOf(Object.fromEntries(passed.map((name) => [name.replace('*', ''), 'a value 1'])), []).map(({ name }) => name);
  found.push({
    area: 'protection',
    severity: secret.length > 0 ? 'note' : 'ok',
    text:
      passed.length === 0
        ? 'Agents and gates see the built-in list of environment variables and no other.'
        : `Beyond the built-in list agents or gates see ${some(passed)}${secret.length > 0 ? `; secret among them: ${some(secret)}` : ''}.`,
    todo: secret.length > 0 ? 'What an agent can read it can send. Give keys that may do little.' : null,
  });
  const settings = settingsOf(textOf(join(git.commonDir, 'config')));
  const folder = settings.findLast(({ key }) => key === 'core.hookspath')?.value;
  const hooks = hooksIn(folder === undefined ? join(git.commonDir, 'hooks') : join(git.root, folder));
  if (hooks.length > 0) {
    const text = `Git hooks run at each task's commit, with your whole environment: ${some(hooks)}${folder === undefined ? '' : ` (in ${folder})`}.`;
    found.push({ area: 'protection', severity: 'note', text, todo: null });
  }
  return found;
}

async function checkSandbox(workspace: Workspace): Promise<Finding> {
  const { use, domains } = workspace.config.sandbox;
  const area = 'protection';
  const opened = await triedSandbox(workspace);
  if (opened.type === 'sandbox') await opened.sandbox.close();
  if (use !== 'off' && opened.type === 'sandbox') {
    const reach = domains.length === 0 ? 'no network' : `the network only for ${some(domains)}`;
    const text = `Agents and gates run in a sandbox: they write only where they work, with ${reach}.`;
    return { area, severity: 'ok', text, todo: null };
  }
  const text = 'There is no sandbox: agents and gates run with your rights, and can write outside the repository and use the network.';
  if (opened.type === 'sandbox')
    return { area, severity: 'note', text, todo: 'One works here: write "sandbox: { use: auto }" into the config.' };
  if (use === 'required') return { area, severity: 'error', text: 'The config requires a sandbox, and none works.', todo: opened.reason };
  return {
    area,
    severity: use === 'auto' ? 'warning' : 'note',
    text,
    todo: `${opened.reason} Or run agents that you do not trust in a container.`,
  };
}

function hooksIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.endsWith('.sample') && !name.startsWith('_') && isExecutable(join(folder, name)));
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
