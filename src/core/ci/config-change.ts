/** What a change makes of the config: a gate's command is code, wherever it stands. */
import type { Config } from '../config.ts';
import { patchOf } from '../line-diff.ts';
import type { ConfigChange, ConfigKey } from './review-record.ts';

/** The config of one version. */
export interface ConfigVersion {
  /** The file in the root; null where there is none. */
  readonly file: string | null;
  /** Null where it is code, or wrong. */
  readonly config: Config | null;
  readonly problems: readonly string[];
  /** Texts of the config files by their names; of a package.json none. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Null where the config stays as it is. */
export function configChange(before: ConfigVersion, after: ConfigVersion): ConfigChange | null {
  const names = [...new Set([...before.texts.keys(), ...after.texts.keys()])];
  const patches = names.flatMap((name) => {
    const patch = patchOf(before.texts.get(name) ?? '', after.texts.get(name) ?? '');
    return patch === '' ? [] : [`--- ${name}\n${patch}`];
  });
  const keys = before.config === null || after.config === null ? null : differingKeys(before.config, after.config);
  const same = keys === null ? patches.length === 0 && before.file === after.file : keys.length === 0;
  if (same && (after.problems.length === 0 || before.problems.length > 0)) return null;
  return { before: before.file, after: after.file, keys, problems: [...after.problems], patch: patches.join('\n') };
}

/** The values that differ, by their paths, defaults included: what nobody wrote holds as well. */
function differingKeys(before: Config, after: Config): ConfigKey[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((key) => old.get(key) !== now.get(key))
    .map((key) => ({ key, before: old.get(key) ?? null, after: now.get(key) ?? null }))
    .concat(reordered(before.qa.gates, after.qa.gates));
}

/** Gates run in their order, and the first that fails is the last that runs. */
function reordered(before: Config['qa']['gates'], after: Config['qa']['gates']): ConfigKey[] {
  const [old, now] = [before, after].map((gates) => gates.map(({ name }) => name));
  if (shared(old, now) === shared(now, old)) return [];
  return [{ key: 'qa.gates (order)', before: JSON.stringify(old), after: JSON.stringify(now) }];
}

const shared = (names: readonly string[] = [], others: readonly string[] = []) => names.filter((name) => others.includes(name)).join(' ');

/** Entries of a list go by their names, where they have some. */
function leavesOf(value: unknown, path = '', leaves = new Map<string, string>()): Map<string, string> {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value) && value.every(isNamed)) {
    for (const { name, ...rest } of value) leavesOf(rest, at(name), leaves);
    // A list of anything that has nothing in it is something else than one that is not there.
    if (value.length === 0 && path !== 'qa.gates') leaves.set(path, '[]');
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) leavesOf(each, at(key), leaves);
  } else if (value !== undefined && path !== '$schema') leaves.set(path, JSON.stringify(value));
  return leaves;
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
