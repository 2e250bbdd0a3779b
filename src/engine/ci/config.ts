/** The config of a commit for a job that runs no code of the repository. */
import { agentNames } from '../../adapters/agents/names.ts';
import { readConfigAt } from '../../adapters/config-data.ts';
import type { Git } from '../../adapters/git/git.ts';
import type { Known } from '../../core/checks.ts';
import type { Config } from '../../core/config.ts';
import { Problem } from '../../core/problem.ts';

/** The config as data, and the names that plans may use under it. A {@link Problem} where it is code, or wrong. */
export async function configOf(git: Git, commit: string): Promise<{ readonly config: Config; readonly known: Known }> {
  const read = await readConfigAt(git, commit);
  if ('problems' in read) throw new Problem(read.problems.join('\n'));
  if ('code' in read)
    throw new Problem(
      `The config is code (${read.code}), and jobs that decide and publish run no code of the repository. Write it as data: plans.config.yaml or plans.config.json.`,
    );
  const { config } = read;
  return { config, known: { gates: new Set(config.qa.gates.map(({ name }) => name)), agents: new Set(agentNames(config)) } };
}
