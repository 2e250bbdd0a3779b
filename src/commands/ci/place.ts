/** What the commands of jobs begin with: git that runs nothing of the repository, the base branch, and the keys of agents. */
import { closeSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Git } from '../../adapters/git/git.ts';
import type { Job } from '../../adapters/github/job.ts';
import { errorAnnotation } from '../../core/ci/annotations.ts';
import { inlineText } from '../../core/markdown-text.ts';
import { Problem } from '../../core/problem.ts';
import { CommandError, type CommandContext, type CommandInput } from '../context.ts';

/** The remote of a checkout in a job. */
export const REMOTE_NAME = 'origin';
/** Longest list of keys that is read. Characters. */
const MAX_SECRETS = 65_536;

export interface QuietPlace {
  readonly git: Git;
  readonly bundles: Bundles;
}

/** Opens the repository for the length of `work` with git that runs no hook and no helper, and that knows the token for GitHub alone. */
export async function inQuietPlace<T>(context: CommandContext, work: (place: QuietPlace) => Promise<T>): Promise<T> {
  const [{ openBundles, quietEnvironment }, { openSystemGit }] = await Promise.all([
    import('../../adapters/git/bundle.ts'),
    import('../../adapters/git/system.ts'),
  ]);
  const token = context.env['GITHUB_TOKEN'] ?? '';
  const server = context.env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const env = quietEnvironment(context.env, token === '' ? null : { server, token });
  const git = await openSystemGit(context.cwd, env);
  const bundles = await openBundles(context.cwd, env);
  try {
    return await work({ git, bundles });
  } finally {
    bundles.close();
    await git.close();
  }
}

/** Why it ends stands in the step's summary too, and as an annotation of the run: there people look first, and else find an exit code. */
export async function toldInJob<T>(
  { env, json, out }: CommandContext,
  job: Pick<Job, 'summary' | 'repositoryUrl'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandError || error instanceof Problem) {
      if (env['GITHUB_ACTIONS'] === 'true' && !json) out.write(`${errorAnnotation(error.message)}\n`);
      job.summary(
        error.message
          .split('\n')
          .map((line) => withLinks(job, line))
          .join('\n\n'),
      );
    }
    throw error;
  }
}

/** A line for a summary, in which pages of the repository itself are links. */
export function withLinks({ repositoryUrl }: Pick<Job, 'repositoryUrl'>, line: string): string {
  const [first = '', ...pages] = line.split(`${repositoryUrl}/`);
  const linked = pages.map((part) => {
    const [path = ''] = /^[\w./?=&%-]*[\w/=]/.exec(part) ?? [];
    return `<${repositoryUrl}/${path}>${inlineText(part.slice(path.length))}`;
  });
  return [inlineText(first), ...linked].join('');
}

/** The branch that work is merged into: named, or that of the event. */
export function baseBranch(input: CommandInput, job: Pick<Job, 'ref'>): string {
  const named = input.text('base') ?? /^refs\/heads\/(.+)$/.exec(job.ref)?.[1];
  if (named !== undefined) return named;
  throw new CommandError(
    `The event is of ${job.ref === '' ? 'no branch' : `"${job.ref}"`}, which is no branch. Name the one that work is merged into: --base main`,
  );
}

/** The plan that is named. */
export function namedPlan(input: CommandInput): string {
  const plan = input.text('plan');
  if (plan === undefined) throw new CommandError('Name the plan: --plan add-auth');
  return plan;
}

/** Where one job leaves what the next one reads. */
export function handOver(context: CommandContext, input: CommandInput): string {
  return resolve(context.cwd, input.text('folder') ?? join(context.env['RUNNER_TEMP'] ?? tmpdir(), 'plans'));
}

/**
 * The environment with the keys that come through a file descriptor, a line each, `NAME=VALUE`. They never stand in this process's own
 * environment, which all that it starts could read in /proc.
 */
export function withSecrets(context: CommandContext, input: CommandInput): CommandContext['env'] {
  const given = input.text('secrets-fd');
  if (given === undefined) return context.env;
  const fd = Number(given);
  if (!Number.isInteger(fd) || fd < 0) throw new CommandError(`--secrets-fd takes the number of a file descriptor, found "${given}".`);
  const text = readSecrets(fd, given);
  if (text.length > MAX_SECRETS) throw new CommandError(`What --secrets-fd gives has more than ${MAX_SECRETS} characters.`);
  const secrets: Record<string, string> = {};
  for (const line of text.split(/\r?\n/).filter((each) => each.trim() !== '')) {
    const [, name, value = ''] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    // The line itself may be a key.
    if (name === undefined) throw new CommandError('Each line of what --secrets-fd gives is NAME=VALUE; one is not.');
    secrets[name] = value;
  }
  return { ...context.env, ...secrets };
}

function readSecrets(fd: number, given: string): string {
  try {
    const text = readFileSync(fd, 'utf8');
    // Who may look into this process finds nothing behind it any more.
    closeSync(fd);
    return text;
  } catch {
    throw new CommandError(`The file descriptor ${given} cannot be read.`);
  }
}
