/** What decides in a repository what git runs and what it sees, and is in no commit: configuration, hooks, attributes, excludes. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Git } from './git.ts';

/** More hooks, and larger files, are not kept. */
const MAX_FILES = 500;
const MAX_BYTES = 1024 * 1024;

/** Git's own examples; it never runs one. */
const SAMPLE = '.sample';

/** A file's mode and content; of a symbolic link its target. */
interface SettingFile {
  /** What the file system says of it: while that is the same, so is the content, as times of change cannot be set by hand. */
  readonly print: string;
  readonly mode: number;
  readonly link: boolean;
  readonly content: Buffer;
}

/** By absolute path. */
export type GitSettings = ReadonlyMap<string, SettingFile>;

/** One file that differs; null where it is not there. */
export interface SettingChange {
  readonly file: string;
  /** As people know it: relative to git's folder, or to the one above. */
  readonly name: string;
  readonly isHook: boolean;
  readonly before: SettingFile | null;
  readonly after: SettingFile | null;
}

/** `hooks`: further folders, absolute, whose files git runs. */
type Folders = Pick<Git, 'commonDir' | 'gitDir'> & { readonly hooks?: readonly string[] };

/** Reads them as they are; from `known`, an earlier reading, what has not changed since. */
export function readSettings({ commonDir, gitDir, hooks: others = [] }: Folders, known: GitSettings = new Map()): GitSettings {
  const files = new Map<string, SettingFile>();
  const hooks = [join(commonDir, 'hooks'), ...others].flatMap(listed);
  const names = ['config', 'config.worktree', 'info/attributes', 'info/exclude', 'info/sparse-checkout', 'info/grafts'];
  const folders = [...new Set([commonDir, gitDir])];
  const all = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    join(commonDir, 'objects/info/alternates'),
    ...hooks,
  ];
  for (const file of all.slice(0, MAX_FILES)) {
    const found = readSetting(file, known.get(file));
    if (found !== null) files.set(file, found);
  }
  return files;
}

/** What differs between two readings of one repository. */
export function settingChanges(
  { commonDir }: Pick<Folders, 'commonDir'>,
  before: GitSettings,
  after: GitSettings,
): readonly SettingChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((file) => {
    const [old, now] = [before.get(file) ?? null, after.get(file) ?? null];
    if (old === now) return [];
    if (
      old?.link === now?.link &&
      old?.mode === now?.mode &&
      (old === null || now === null ? old === now : old.content.equals(now.content))
    )
      return [];
    const name = relative(commonDir, file);
    const isOutside = name.startsWith('..');
    const shown = isOutside ? relative(dirname(commonDir), file) : name;
    return [{ file, name: shown, isHook: isOutside || name.startsWith('hooks'), before: old, after: now }];
  });
}

/** Puts one file back. */
export function restoreSetting({ file, before }: SettingChange): void {
  rmSync(file, { recursive: true, force: true });
  if (before === null) return;
  mkdirSync(dirname(file), { recursive: true });
  if (before.link) return symlinkSync(before.content.toString('utf8'), file);
  writeFileSync(file, before.content, { mode: before.mode });
  // The mode of a new file is cut by the umask.
  chmodSync(file, before.mode);
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.endsWith(SAMPLE))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readSetting(file: string, known: SettingFile | undefined): SettingFile | null {
  try {
    const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return null;
    const print = `${stat.ino} ${stat.size} ${stat.mode} ${stat.mtimeNs} ${stat.ctimeNs}`;
    if (print === known?.print) return known;
    if (stat.isSymbolicLink()) return { print, mode: 0, link: true, content: Buffer.from(readlinkSync(file)) };
    if (!stat.isFile() || stat.size > MAX_BYTES) return null;
    return { print, mode: Number(stat.mode & 0o777n), link: false, content: readFileSync(file) };
  } catch {
    return null;
  }
}
