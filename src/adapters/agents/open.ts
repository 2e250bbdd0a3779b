/** From an agent's name, as it stands in a plan or the config, to the agent. */
import { DEFAULT_AGENT } from '../../core/assignment.ts';
import type { Config } from '../../core/config.ts';
import { suggest } from '../../core/suggest.ts';
import type { Agent } from './agent.ts';
import { claudeAgent } from './claude.ts';
import { commandAgent } from './command.ts';
import { agentNames } from './names.ts';
import { PROFILES } from './profiles.ts';

export type OpenedAgent = { readonly type: 'agent'; readonly agent: Agent } | { readonly type: 'unknown'; readonly message: string };

/**
 * Opens an agent: a profile of the config, else a built-in one. An unknown name is a value with a sentence for people.
 * `environment` is where the variables that a profile names come from; `graceMs` stands between INT, TERM and KILL;
 * `agents` go before all others.
 */
export function openAgent(
  name: string,
  config: Pick<Config, 'agents' | 'claude' | 'prices'>,
  options: {
    readonly environment?: Readonly<Record<string, string | undefined>>;
    readonly graceMs?: number;
    readonly agents?: ReadonlyMap<string, Agent>;
  } = {},
): OpenedAgent {
  const { environment = process.env, graceMs } = options;
  const { prices } = config;
  const given = options.agents?.get(name);
  if (given !== undefined) return { type: 'agent', agent: given };
  const own = Object.hasOwn(config.agents, name) ? config.agents[name] : undefined;
  if (own !== undefined) return { type: 'agent', agent: commandAgent({ name, profile: own, environment, graceMs, prices }) };
  if (name === DEFAULT_AGENT) return { type: 'agent', agent: claudeAgent({ config, environment, graceMs }) };
  const builtIn = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  if (builtIn === undefined) return { type: 'unknown', message: unknownAgent(name, agentNames(config)) };
  const { failures, setup } = builtIn;
  return { type: 'agent', agent: commandAgent({ name, profile: builtIn, environment, failures, setup, graceMs, prices }) };
}

function unknownAgent(name: string, known: readonly string[]): string {
  const near = known.find((candidate) => candidate.startsWith(name)) ?? suggest(name, known);
  const suggestion = near === null ? '' : ` Did you mean "${near}"?`;
  return `There is no agent "${name}".${suggestion} Known are ${known.join(', ')}; "agents" in the config adds more.`;
}
