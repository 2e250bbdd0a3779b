/**
 * Git's own settings as an attempt finds them: put back when it ends. They are on the disk before it begins, so that where its runner is
 * killed the next one can put them back.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import { readSettings, restoreSetting, settingChanges, type GitSettings, type SettingChange } from '../adapters/git/settings.ts';
import { changedKeys, runningKeys } from '../core/git-config.ts';
import type { Redaction } from '../core/redact.ts';
import type { JournalEntry } from './journal.ts';
import { runFolder } from './lock.ts';
import type { Workspace } from './workspace.ts';

type Folders = Pick<Git, 'commonDir' | 'gitDir'> & { readonly hooks?: readonly string[] };

export interface PutBack {
  /** What was put back, as people know it. */
  readonly names: readonly string[];
  /** Those of them that would have decided what git runs. */
  readonly running: readonly string[];
}

/** Puts back what is different in the settings of these work trees. What stood there is kept in files whose names begin with `keepAs`. */
export function putBack(folders: readonly Folders[], before: GitSettings, keepAs: string, redaction: Redaction): PutBack {
  const [first] = folders;
  if (first === undefined) return { names: [], running: [] };
  const now = new Map(folders.flatMap((each) => [...readSettings(each, before)]));
  const changes = settingChanges(first, before, now).filter((change) => !followsOnly(change));
  for (const change of changes) {
    keep(`${keepAs}.${change.name.replaceAll(/[\\/]/g, '_')}`, change, redaction);
    restoreSetting(change);
  }
  const running = changes.filter(({ isHook, before: old, after }) => isHook || runningKeys(keysOf(old, after), textOf(after)).length > 0);
  return { names: changes.map(describe), running: running.map(describe) };
}

/** A branch that follows another one since: that is how a person pushes meanwhile, and nothing here depends on it. */
function followsOnly({ name, before, after }: SettingChange): boolean {
  return isConfig(name) && before !== null && after !== null && keysOf(before, after).length === 0;
}

const isConfig = (name: string): boolean => /(?:^|[\\/])config(?:\.worktree)?$/.test(name);
const textOf = (file: SettingChange['after']): string => file?.content.toString('utf8') ?? '';
const keysOf = (before: SettingChange['before'], after: SettingChange['after']) => changedKeys(textOf(before), textOf(after));

function describe({ name, before, after }: SettingChange): string {
  if (!isConfig(name)) return name;
  const keys = keysOf(before, after);
  return keys.length === 0 ? name : `${name} (${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', …' : ''})`;
}

/** What an agent made of a file, beside the attempt's log. */
function keep(file: string, { after }: SettingChange, redaction: Redaction): void {
  if (after === null) return;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, redaction.text(textOf(after)), { mode: 0o600 });
}

/** What the settings were before each attempt that is under way, on the disk. */
export interface SettingsRecord {
  /** Notes what an attempt in a work tree begins on. On the disk when it returns; written only where something is new. */
  write(place: Folders, settings: GitSettings): void;
  /** The run has ended in order. */
  close(): void;
}

interface Plain {
  readonly run: string;
  /** Git's folders of the work trees. */
  readonly gitDirs: readonly string[];
  /** Folders in the checkout that hold hooks. */
  readonly hooks?: readonly string[];
  readonly files: readonly (readonly [file: string, mode: number, link: boolean, base64: string])[];
}

/** The record of one run of a plan. */
export function settingsRecord(commonDir: string, planId: string, run: string): SettingsRecord {
  const file = recordFile(commonDir, planId);
  const own = new Map<string, GitSettings>();
  let written = '';
  return {
    write: ({ gitDir, hooks = [] }, settings) => {
      own.set(gitDir, ownSettings({ commonDir, gitDir }, settings));
      // What all work trees share is as the newest attempt begins on it: that goes by what the others began on.
      const files = [...commonSettings({ commonDir }, settings), ...[...own.values()].flatMap((each) => [...each])];
      const plain: Plain = {
        run,
        gitDirs: [...own.keys()],
        hooks,
        files: files.map(([path, { mode, link, content }]) => [path, mode, link, content.toString('base64')]),
      };
      const text = JSON.stringify(plain);
      if (text === written) return;
      // Whole or not at all: another attempt may be under way, and what stands there is its own.
      writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
      renameSync(`${file}.new`, file);
      written = text;
    },
    close: () => {
      for (const name of [file, `${file}.new`]) rmSync(name, { force: true });
    },
  };
}

/** Those that hold in every work tree. */
export function commonSettings({ commonDir }: Pick<Folders, 'commonDir'>, settings: GitSettings): GitSettings {
  const linked = join(commonDir, 'worktrees', sep);
  return new Map([...settings].filter(([path]) => !path.startsWith(linked)));
}

function ownSettings({ commonDir, gitDir }: Folders, settings: GitSettings): GitSettings {
  return gitDir === commonDir ? new Map() : new Map([...settings].filter(([path]) => path.startsWith(join(gitDir, sep))));
}

/** Puts back what a killed runner's attempt made of git's settings. One entry for each thing that was put back. */
export function recoverSettings(
  { git, stateFolder }: Workspace,
  planId: string,
  entry: JournalEntry,
  redaction: Redaction,
): readonly string[] {
  const record = readRecord(git.commonDir, planId);
  if (record?.run !== entry.run) return [];
  const keepAs = join(stateFolder, 'logs', entry.run, `${entry.task}.${entry.attempt}.git`);
  const before: GitSettings = new Map(
    record.files.map(([path, mode, link, base64]) => [path, { print: '', mode, link, content: Buffer.from(base64, 'base64') }]),
  );
  const { hooks = [] } = record;
  const folders = record.gitDirs.map((gitDir) => ({ commonDir: git.commonDir, gitDir, hooks }));
  const { names } = putBack(folders, before, keepAs, redaction);
  // From here on what changes is a person's again.
  rmSync(recordFile(git.commonDir, planId), { force: true });
  return names.length === 0
    ? []
    : [`${names.join('; ')} in git's folder (what stood there is in ${keepAs}.*: if it was yours, take it from there)`];
}

/** Null where there is none, or where it was cut off: then the attempt had not begun. */
function readRecord(commonDir: string, planId: string): Plain | null {
  try {
    return JSON.parse(readFileSync(recordFile(commonDir, planId), 'utf8')) as Plain;
  } catch {
    return null;
  }
}

function recordFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.settings`);
}
