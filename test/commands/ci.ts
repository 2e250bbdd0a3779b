/** A clone of a repository on the scripted GitHub, and `plans ci …` called in-process there, as in a job. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubServer, type GitHubServer, type Permissions } from '../support/github-server.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { world } from './world.ts';

const READ: Permissions = { contents: 'read' };

export interface JobWorld extends AsyncDisposable {
  readonly server: GitHubServer;
  readonly here: ReturnType<typeof world>;
  /** For what goes from one job to another. */
  readonly temp: string;
  /** Runs a command line in a job with these permissions. */
  job(
    argv: readonly string[],
    given?: {
      readonly permissions?: Permissions;
      readonly event?: string;
      readonly payload?: unknown;
      readonly env?: Record<string, string>;
      /** Told what is printed, as it comes. */
      readonly heard?: (text: string) => void;
    },
  ): Promise<{ code: number; out: string; err: string }>;
}

/** The repository has one commit with these files on `main`. */
export async function jobWorld(files: Readonly<Record<string, string>>): Promise<JobWorld> {
  const repository: Repository = await createRepository(files);
  const server = await githubServer(repository);
  const here = world();
  const temp = mkdtempSync(join(tmpdir(), 'plans-job-'));
  here.git('remote', 'add', 'origin', server.bare);
  here.git('fetch', '--quiet', 'origin');
  here.git('checkout', '--quiet', '-B', 'main', 'origin/main');
  return {
    server,
    here,
    temp,
    job: async (argv, { permissions = READ, event = 'push', payload = {}, env = {}, heard } = {}) => {
      const path = join(temp, 'event.json');
      writeFileSync(path, JSON.stringify(payload));
      return await here.plans(argv, {
        ...(heard === undefined ? {} : { heard }),
        env: {
          GIT_CONFIG_GLOBAL: '/dev/null',
          GITHUB_REPOSITORY: server.repository,
          GITHUB_EVENT_NAME: event,
          GITHUB_EVENT_PATH: path,
          GITHUB_REF: 'refs/heads/main',
          GITHUB_API_URL: server.apiUrl,
          GITHUB_SERVER_URL: server.url,
          GITHUB_TOKEN: server.issueToken(permissions),
          RUNNER_TEMP: temp,
          ...env,
        },
      });
    },
    [Symbol.asyncDispose]: async () => {
      here.remove();
      rmSync(temp, { recursive: true, force: true });
      await server[Symbol.asyncDispose]();
      await repository.dispose();
    },
  };
}
