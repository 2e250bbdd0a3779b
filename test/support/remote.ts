/** Runners on several machines: clones of one bare repository, each with processes of its own. */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepository, Repository } from './repository.ts';
import { trailer } from './rig.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
/** Of this many runners on a busy machine even the slowest renews in time. */
export const LONG = '10s';

/** A bare repository with one plan, and clones of it. `tasks` see `MEET`, a folder that all share. */
export async function remoteWith(tasks: string, expiry: string, more: object = {}) {
  const seed = await createRepository();
  const config = { env: ['MEET', 'WHO'], remote: { expiry }, ...more };
  await seed.commit('init', {
    'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# Demo\n\n${tasks}`,
    'plans.config.json': JSON.stringify(config),
  });
  const meet = seed.path('.git/meet');
  await mkdir(meet);
  const bare = seed.path('.git/bare');
  seed.git('clone', '--quiet', '--bare', '.', bare);
  const clone = (name: string): Repository => {
    const folder = seed.path(`.git/${name}`);
    seed.git('clone', '--quiet', '--no-local', '--template=', bare, folder);
    const repository = new Repository(folder);
    for (const [key, value] of [
      ['user.name', name],
      ['user.email', `${name}@example.org`],
      ['gc.auto', '0'],
    ] as const)
      repository.git('config', key, value);
    return repository;
  };
  return {
    meet: (name: string) => join(meet, name),
    bare: new Repository(bare),
    clone,
    env: { MEET: meet },
    [Symbol.asyncDispose]: () => seed.dispose(),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in a clone. */
export function start(
  repository: Repository,
  env: Readonly<Record<string, string>>,
  words: readonly string[] = ['run', 'demo', '--yes'],
): { pid: number; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [CLI, ...words], {
    cwd: repository.root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }));
  });
  return { pid: child.pid ?? 0, ended };
}

/** The tasks whose commits are on a branch, newest first. */
export const taskCommits = (repository: Repository): string[] =>
  repository
    .git('log', '--format=%B%x00', 'main')
    .split('\0')
    .flatMap((message) => (trailer(message, 'Plan-Attempt') === undefined ? [] : [trailer(message, 'Plan-Task') ?? '']));
/** What Plans has put on a remote beside the branch. */
export const leases = (bare: Repository): string => bare.git('for-each-ref', 'refs/plans');
/** In a shell: until a file is there, or its folder is gone, as after a test that has killed the runner which would stop this. */
export const until = (name: string) => `while [ -d "$MEET" ] && [ ! -e "$MEET/${name}" ]; do sleep 0.02; done`;
