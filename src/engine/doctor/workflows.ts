/** The workflows that carry plans out on GitHub, where there are some: what does not fit, and what no file can tell. */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { CODE } from '../../adapters/config.ts';
import { misfitsOf } from '../../core/ci/workflow-check.ts';
import { MATRIX, RUN } from '../../core/ci/workflow-files.ts';
import { baseBranchOf, WORKFLOW_FOLDER } from '../ci/install.ts';
import { folderOf } from '../ci/plan-commit.ts';
import type { Workspace } from '../workspace.ts';
import type { Finding } from './finding.ts';

/** Looks at them as they are in the work tree. */
export async function checkWorkflows(workspace: Workspace): Promise<readonly Finding[]> {
  const { root, config, configFile } = workspace;
  const there = [RUN, MATRIX].flatMap((name) => {
    const file = `${WORKFLOW_FOLDER}/${name}`;
    const text = textOf(join(root, file));
    return text === null ? [] : [{ file, text }];
  });
  const [first, second] = there;
  if (first === undefined) return [];
  const area = 'actions';
  const facts = { branch: await baseBranchOf(workspace), plans: folderOf(config), hasGates: config.qa.gates.length > 0 };
  const found: Finding[] = there.flatMap(({ file, text }) => misfitsOf(file, text, facts).map((misfit) => ({ area, ...misfit })));
  if (second !== undefined)
    found.push({
      area,
      severity: 'warning',
      text: `${first.file} and ${second.file} both carry plans out.`,
      todo: 'Take one of them away.',
    });
  if (configFile !== null && CODE.some((extension) => extension === extname(configFile)))
    found.push({
      area,
      severity: 'error',
      text: `${configFile} is code, which the jobs that decide and publish do not run.`,
      todo: 'Write the config as data: plans.config.yaml.',
    });
  return [...found, unseen(config.agent)];
}

/** Of GitHub's settings nothing can be seen from here. */
function unseen(agent = 'claude'): Finding {
  const key = agent === 'claude' ? 'the secret ANTHROPIC_API_KEY' : `what "${agent}" needs`;
  const text = `Plans are carried out by GitHub Actions; whether ${key} and the right to open pull requests are there, GitHub alone knows.`;
  const todo = 'gh secret list; and Settings → Actions → General → "Allow GitHub Actions to create and approve pull requests".';
  return { area: 'actions', severity: 'note', text, todo };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
