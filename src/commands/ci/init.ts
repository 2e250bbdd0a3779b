/** `plans ci init`: the workflows for GitHub Actions, and what is left for a person to do. */
import type { Installed } from '../../engine/ci/install.ts';
import type { Workspace } from '../../engine/workspace.ts';
import { EXIT, type Command } from '../context.ts';
import { inWorkspace, writeJson } from '../reading.ts';
import { paintLines, s, type Line } from '../terminal/line.ts';
import { wrap } from '../terminal/text.ts';

/** Writes them, and numbers the rest. */
export const ciInit: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { installWorkflows } = await import('../../engine/ci/install.ts');
    const installed = await installWorkflows(workspace, { many: input.flag('many') });
    const { CODE } = await import('../../adapters/config.ts');
    const isCode = CODE.some((extension) => workspace.configFile?.endsWith(extension) === true);
    const todo = leftToDo(installed, workspace, isCode);
    const { branch, files } = installed;
    if (context.json) writeJson(context, { version: 1, branch, workflows: files, todo });
    else if (!context.quiet) {
      const shown = [...files.map(fileLine), [], [s('What is left, in this order:', 'bold')], ...steps(todo, context.out.size().columns)];
      context.out.write(paintLines(shown, context.out.color));
    }
    return EXIT.done;
  });

function fileLine({ file, written }: Installed['files'][number]): Line {
  return written ? [s('✔ ', 'green'), s(`${file} written`)] : [s('· ', 'dim'), s(`${file} exists and is kept`, 'dim')];
}

function steps(todo: readonly string[], columns: number): readonly Line[] {
  return todo.flatMap((text, index) => {
    const lead = `${index + 1}. `;
    return wrap(text, Math.max(20, columns - lead.length)).map((line, at): Line => [s(at === 0 ? lead : ' '.repeat(lead.length)), s(line)]);
  });
}

/** What GitHub lets nobody but a person do, and what no file can tell. */
function leftToDo(
  { branch, page, runs, rival, install }: Installed,
  { config, configFile }: Workspace,
  isCode: boolean,
): readonly string[] {
  const gates = config.qa.gates.map(({ name }) => name);
  const settings = page === null ? 'the repository’s settings on GitHub' : `${page}/settings`;
  const agent = config.agent ?? 'claude';
  const key =
    agent === 'claude'
      ? 'The key of the model, one with a budget of its own, as the secret ANTHROPIC_API_KEY: gh secret set ANTHROPIC_API_KEY, or "Secrets and variables → Actions" in the settings.'
      : `The agent "${agent}" is a program that the machine has not got: install it in ${runs} too, and give it what it needs with "agent-env".`;
  return [
    ...(rival === null ? [] : [`Take ${rival} away: it carries plans out too, and one of them is enough.`]),
    ...(isCode
      ? [`${configFile ?? 'The config'} is code, which the jobs that decide and publish do not run. Write it as data: plans.config.yaml.`]
      : []),
    gates.length === 0
      ? 'There are no gates yet: what an agent says to be done counts as done. plans init finds your checks.'
      : `The gates (${gates.join(', ')}) find nothing but the checkout on GitHub’s machine${install === null ? '' : `, and what "${install}" brings`}. Add what${install === null ? '' : ' else'} they need, such as ${install === null ? 'npm ci or ' : ''}a toolchain, to ${runs} where it says "Here goes what your gates need".`,
    key,
    `Let Actions open pull requests: ${page === null ? settings : `${settings}/actions`}, "Workflow permissions", "Allow GitHub Actions to create and approve pull requests".`,
    `Commit these files and push them to ${branch}; they count from there. A token with which you push workflows needs the scope "workflow".`,
    `Make a plan ready (plans ready PLAN), and push that to ${branch}: it is carried out on the branch plans/PLAN, with a pull request. Comments there steer it: /plans pause.`,
  ];
}
