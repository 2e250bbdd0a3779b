/** What is asked of a remote repository: bounded in time, and nobody is asked for a password. */
import type { RemoteRefs, RemoteUpdate } from './git.ts';
import { KEEPER } from './keep.ts';
import type { GitOptions, GitProgram } from './process.ts';

/** Longest time of a look. */
const LOOK_MS = 30_000;
/** Longest time of what moves objects; a hook may judge a push in it. */
const TRANSFER_MS = 120_000;

/** On top of what git's own environment forbids already. Without a terminal ssh has nobody else to ask. */
const SILENT = { SSH_ASKPASS_REQUIRE: 'never', GCM_INTERACTIVE: 'never' };
const QUIET = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'] as const;

const bounded = (timeoutMs: number): GitOptions => ({ timeoutMs, env: SILENT });

/** Asks for some refs by their full names. */
export async function remoteRefs(git: GitProgram, remote: string, refs: readonly string[]): Promise<RemoteRefs> {
  const result = await git.run(['ls-remote', '--refs', '--quiet', '--', remote, ...refs], bounded(LOOK_MS));
  if (result.code !== 0) return { type: 'unreachable', message: words(result.stderr) };
  const lines = result.stdout.toString('utf8').split('\n').filter(Boolean);
  const found = lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))] as const);
  // The names are taken for endings of others, too.
  return { type: 'refs', refs: new Map(found.filter(([ref]) => refs.includes(ref))) };
}

export async function fetchRefs(git: GitProgram, remote: string, refs: readonly string[]): Promise<string | null> {
  const args = [...QUIET, 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--', remote, ...refs];
  const result = await git.run(args, bounded(TRANSFER_MS));
  return result.code === 0 ? null : words(result.stderr);
}

/** The person's hook is asked where a branch is pushed, not where only we hear of it. */
export async function pushRefs(git: GitProgram, remote: string, updates: readonly RemoteUpdate[]): Promise<string | null> {
  const verify = updates.some(({ ref }) => ref.startsWith('refs/heads/'));
  const args = [
    ...QUIET,
    'push',
    '--porcelain',
    '--atomic',
    '--no-follow-tags',
    verify ? '--verify' : '--no-verify',
    ...updates.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`),
    '--',
    remote,
    ...updates.map(({ ref, to }) => `${to ?? ''}:${ref}`),
  ];
  const result = await git.run(args, bounded(TRANSFER_MS));
  if (result.code === 0) return null;
  const refused = result.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  return words([...refused.map((line) => line.split('\t').slice(1).join(' ')), result.stderr].join('\n'));
}

/** A commit of an empty tree, by the tool itself. */
export async function statement(git: GitProgram, message: string): Promise<string> {
  const tree = (await git.must(['hash-object', '-t', 'tree', '-w', '--stdin'])).toString().trim();
  return (await git.must(['commit-tree', '--no-gpg-sign', '-F', '-', tree], { env: KEEPER, input: message })).toString().trim();
}

/** What git said, on one line; the hints that it adds for people at a prompt are left out. */
function words(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  return lines.join('; ') || 'git gave no reason';
}
