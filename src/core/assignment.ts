/** Who does a task and what it has to pass: the task's own word, else its phase's, else the config's. */
import type { Config, GateConfig } from './config.ts';
import type { Phase, Task } from './plan.ts';

/** Who does a task where nobody says who: Claude through its API, which needs nothing but a key. */
export const DEFAULT_AGENT = 'claude';

/** The name of the agent; `run` where the task has a command of its own. */
export function agentOf(config: Pick<Config, 'agent'>, phase: Phase | undefined, task: Task): string {
  return task.run === undefined ? (task.agent ?? phase?.agent ?? config.agent ?? DEFAULT_AGENT) : 'run';
}

/** The gates, in the config's order. */
export function gatesOf(config: Pick<Config, 'qa'>, phase: Phase | undefined, task: Task): readonly GateConfig[] {
  const { gates } = config.qa;
  const names = task.gates ?? phase?.gates;
  return names === undefined ? gates : gates.filter(({ name }) => names.includes(name));
}
