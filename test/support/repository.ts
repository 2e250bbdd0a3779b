/** Real git repositories in temporary folders, the same on every machine: own identity, no configuration of the person's. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

// For the code under test as well: whatever starts git in this process sees only what a test configures.
process.env['GIT_CONFIG_GLOBAL'] = '/dev/null';
process.env['GIT_CONFIG_NOSYSTEM'] = '1';

/** Longest output of one git command in a test. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export class Repository {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Runs git here and gives its standard output; throws when it fails. */
  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: MAX_OUTPUT_BYTES });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** Writes files, making their folders; null deletes. */
  async write(files: Readonly<Record<string, string | Uint8Array | null>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      if (content === null) {
        await rm(this.path(name), { recursive: true, force: true });
        continue;
      }
      await mkdir(dirname(this.path(name)), { recursive: true });
      await writeFile(this.path(name), content);
    }
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** Commits everything in the work tree (after writing `files`) and gives the new commit's id. */
  async commit(message: string, files: Readonly<Record<string, string | Uint8Array | null>> = {}): Promise<string> {
    await this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--no-verify', '-m', message);
    return this.head();
  }

  head(): string {
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** Subjects, newest first. */
  log(range = 'HEAD'): string[] {
    return this.git('log', '--format=%s', range).split('\n').filter(Boolean);
  }

  /** `git status --porcelain` as lines such as `M  file`, with the two letters git gives. */
  status(): string[] {
    return this.git('status', '--porcelain', '--no-renames', '--untracked-files=all').split('\n').filter(Boolean);
  }

  /** Installs an executable hook, a shell script without its first line. */
  async hook(name: string, script: string): Promise<void> {
    const file = this.path(join('.git/hooks', name));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }

  async dispose(): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** An empty repository on `main`; `files` go into a first commit. Use with `await using`, or call `dispose`. */
export async function createRepository(
  files: Readonly<Record<string, string>> | null = null,
  ...initOptions: readonly string[]
): Promise<Repository> {
  const repository = new Repository(await realpath(await mkdtemp(join(tmpdir(), 'plans-test-'))));
  repository.git('init', '--quiet', '--initial-branch=main', '--template=', ...initOptions);
  const settings = {
    'user.name': 'Ada Lovelace',
    'user.email': 'ada@example.org',
    'commit.gpgSign': 'false',
    'core.autocrlf': 'false',
    'gc.auto': '0',
  };
  for (const [key, value] of Object.entries(settings)) repository.git('config', key, value);
  if (files) await repository.commit('first', files);
  return repository;
}
