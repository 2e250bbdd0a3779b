/** What agents there are. Apart from opening one, so that who only reads plans need not load what runs them. */
import { DEFAULT_AGENT } from '../../core/assignment.ts';
import type { Config } from '../../core/config.ts';
import { PROFILES } from './profiles.ts';

/** The agents that need no description in a config. */
export const BUILT_IN_AGENTS: readonly string[] = [DEFAULT_AGENT, ...Object.keys(PROFILES)];

/** All names that `openAgent` knows, the config's first. */
export function agentNames(config: Pick<Config, 'agents'>): string[] {
  return [...new Set([...Object.keys(config.agents), ...BUILT_IN_AGENTS])];
}
