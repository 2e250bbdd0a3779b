/** As much of git's configuration as is needed to tell whether a change of it would change what git runs. */

interface Setting {
  /** Lower-case but for the subsection: `filter.lfs.clean`. */
  readonly key: string;
  readonly value: string;
}

/** Keys whose value is a command, or says where commands are found. */
const RUNS =
  /^(?:core\.(?:hookspath|fsmonitor|sshcommand|editor|pager|gitproxy|askpass|attributesfile|worktree)|filter\..*|(?:diff|merge|difftool|mergetool)\..*\.(?:command|textconv|driver|cmd|path)|diff\.external|alias\..*|credential\..*|gpg\.(?:.*\.)?program|gpg\.ssh\..*|include(?:if)?\..*path|pager\..*|sequence\.editor|interactive\.difffilter|trailer\..*\.(?:cmd|command)|remote\..*\.(?:uploadpack|receivepack|vcs|proxy)|url\..*|protocol\..*|extensions\..*|submodule\..*\.update)$/;
/** What packages for hooks set when they are installed, into the repository's own files. */
const INSTALLED_HOOKS = /^\.husky(?:\/_)?\/?$/;

/** The settings of a configuration file, in order. */
export function settingsOf(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  let section = '';
  for (const line of text.replaceAll(/\\\r?\n/g, '').split(/\r?\n/)) {
    const [, name, subsection] = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line) ?? [];
    if (name !== undefined) section = `${name.toLowerCase()}${subsection === undefined ? '' : `.${subsection}`}`;
    const rest = name === undefined ? line : line.slice(line.indexOf(']') + 1);
    const [, key, value = 'true'] = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*?))?\s*$/.exec(rest) ?? [];
    if (key !== undefined) settings.push({ key: `${section}.${key.toLowerCase()}`, value });
  }
  return settings;
}

/** Keys that a change of the file set, changed or took away, without those of branches: which one a branch follows decides nothing here. */
export function changedKeys(before: string, after: string): readonly string[] {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  const [was, is] = [new Set(old.map(line)), new Set(now.map(line))];
  const changed = [...now.filter((setting) => !was.has(line(setting))), ...old.filter((setting) => !is.has(line(setting)))];
  return [...new Set(changed.map(({ key }) => key))].filter((key) => !key.startsWith('branch.'));
}

const line = ({ key, value }: Setting): string => `${key}=${value}`;

/** Those of the keys by which a change would have changed what git runs. */
export function runningKeys(keys: readonly string[], after: string): readonly string[] {
  const hooks = settingsOf(after).findLast(({ key }) => key === 'core.hookspath')?.value ?? '';
  return keys.filter((key) => RUNS.test(key) && !(key === 'core.hookspath' && INSTALLED_HOOKS.test(hooks)));
}
