/** What runs have left beside the commits: locks, journals, worktrees, refs, the cache. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '../journal.ts';
import { liveHolder, nameOf, runFolder, takeLock } from '../lock.ts';
import { syncFiles } from '../sync.ts';
import { STATE_FOLDER, type Workspace } from '../workspace.ts';
import { some, type Finding } from './finding.ts';
import { answer } from './tools.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A lock of git's that is older than this was left by something that died. */
const OLD_LOCK_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

/** Looks at what is left over, and whether the cache says what the files say. */
export async function checkState(workspace: Workspace, env: Environment, now: number): Promise<readonly Finding[]> {
  const leftovers = [...locks(workspace), ...journals(workspace), ...indexLock(workspace, now), ...(await worktrees(workspace, env, now))];
  return [...leftovers, ...(await refs(workspace, env, now)), ...(await cache(workspace))];
}

function named(commonDir: string, ending: string): readonly string[] {
  try {
    return readdirSync(runFolder(commonDir)).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
  } catch {
    return [];
  }
}

function locks({ git, root }: Workspace): readonly Finding[] {
  return named(git.commonDir, '.lock').map((plan): Finding => {
    const holder = liveHolder(git.commonDir, plan);
    if (holder !== null) {
      const text = `The plan "${plan}" is being run by ${nameOf(holder, root)}.`;
      return { area: 'state', severity: 'note', text, todo: null };
    }
    return {
      area: 'state',
      severity: 'warning',
      text: `The lock of "${plan}" was left by a runner that is gone.`,
      todo: 'The next run takes it over; --fix takes it away.',
      fix: () => {
        const lock = takeLock(git, plan, 'doctor');
        if ('holder' in lock) return Promise.resolve(`The plan "${plan}" is being run again; its lock stays.`);
        lock.release();
        return Promise.resolve(`The lock of "${plan}" is gone.`);
      },
    };
  });
}

function journals({ git }: Workspace): readonly Finding[] {
  return named(git.commonDir, '.journal').flatMap((plan): Finding[] => {
    const entries = readJournal(git.commonDir, plan);
    if (entries.length === 0 || liveHolder(git.commonDir, plan) !== null) return [];
    const tasks = some(entries.map(({ task }) => task));
    const text = `The last run of "${plan}" was cut short while it was at ${tasks}.`;
    return [{ area: 'state', severity: 'warning', text, todo: `The next "plans run ${plan}" keeps what it left and goes on.` }];
  });
}

function indexLock({ git }: Workspace, now: number): readonly Finding[] {
  const file = join(git.gitDir, 'index.lock');
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || now - stat.mtimeMs < OLD_LOCK_MS) return [];
  const text = `"${file}" is ${Math.round((now - stat.mtimeMs) / 60_000)} minutes old; no commit can be made while it is there.`;
  return [{ area: 'state', severity: 'error', text, todo: 'Make sure that no git works here any more, then delete that file.' }];
}

async function worktrees(workspace: Workspace, env: Environment, now: number): Promise<readonly Finding[]> {
  const folder = join(workspace.stateFolder, 'worktrees');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : [];
  const found: Finding[] = [];
  if (names.length > 0) {
    const times = names.map((name) => statSync(join(folder, name)).mtimeMs);
    const size = await answer(workspace, env, ['du', '-sh', folder]);
    const large = size?.exitCode === 0 ? `, ${size.tail.split(/\s/)[0]}` : '';
    const text = `${names.length === 1 ? '1 worktree is' : `${names.length} worktrees are`} kept in ${STATE_FOLDER}/worktrees for parallel tasks (the oldest ${days(now - Math.min(...times))} old${large}).`;
    found.push({
      area: 'state',
      severity: 'note',
      text,
      todo: 'They are used again. One that you do not want: "git worktree remove FOLDER".',
    });
  }
  if (workspace.git.name !== 'git') return found;
  const pruned = await answer(workspace, env, ['git', 'worktree', 'prune', '--dry-run', '--verbose']);
  const lines = pruned?.tail.trim().split('\n').filter(Boolean) ?? [];
  if (pruned?.exitCode === 0 && lines.length > 0) {
    found.push({
      area: 'state',
      severity: 'warning',
      text: `Git remembers worktrees whose folders are gone (${lines.length}).`,
      todo: '--fix lets git forget them.',
      fix: async () => {
        await answer(workspace, env, ['git', 'worktree', 'prune']);
        return 'Git has forgotten what it remembered.';
      },
    });
  }
  return found;
}

async function refs(workspace: Workspace, env: Environment, now: number): Promise<readonly Finding[]> {
  if (workspace.git.name !== 'git') return [];
  const listed = await answer(workspace, env, ['git', 'for-each-ref', '--format=%(refname) %(committerdate:unix)', 'refs/plans']);
  const kinds = new Map<string, number[]>();
  for (const line of listed?.tail.trim().split('\n').filter(Boolean) ?? []) {
    const [ref = '', time = ''] = line.split(' ');
    const kind = ref.split('/')[2] ?? '';
    kinds.set(kind, [...(kinds.get(kind) ?? []), Number(time) * 1_000]);
  }
  if (kinds.size === 0) return [];
  const options = ['--disk-usage', '--objects', '--glob=refs/plans', '--not', '--branches', '--remotes', '--tags'];
  const usage = await answer(workspace, env, ['git', 'rev-list', ...options]);
  const size = usage?.exitCode === 0 ? `${(Number(usage.tail.trim()) / 1_048_576).toFixed(1)} MiB` : 'of unknown size';
  const each = [...kinds].map(
    ([kind, times]) => `${times.length} in refs/plans/${kind} (the oldest ${days(now - Math.min(...times))} old)`,
  );
  const text = `Kept work beside the branches, ${size}: ${each.join(', ')}.`;
  return [{ area: 'state', severity: 'note', text, todo: 'Local only. One that you do not need: "git update-ref -d REF".' }];
}

async function cache(workspace: Workspace): Promise<readonly Finding[]> {
  const file = join(workspace.stateFolder, 'state.db');
  try {
    const known = workspace.store().files.all().size;
    const { changed, removed, problems } = await syncFiles(workspace);
    const behind = known > 0 ? changed.length + removed.length : 0;
    const text =
      behind === 0 ? 'The cache says what the plan files say.' : `The cache was behind the plan files (${behind}); it follows them now.`;
    const broken = problems.map((problem): Finding => ({ area: 'state', severity: 'warning', text: problem, todo: null }));
    return [{ area: 'state', severity: 'ok', text, todo: null }, ...broken];
  } catch (error) {
    return [
      {
        area: 'state',
        severity: 'error',
        text: `The cache cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        todo: 'It is only an index over files and git; --fix takes it away, and the next command builds it anew.',
        fix: () => {
          for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
          return Promise.resolve('The cache was taken away.');
        },
      },
    ];
  }
}

function days(ms: number): string {
  const count = Math.max(0, Math.floor(ms / DAY_MS));
  return count === 1 ? '1 day' : `${count} days`;
}
