/** The job of a GitHub workflow that this process is a step of: what it knows from its environment, and where it leaves results. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { Problem } from '../../core/problem.ts';
import type { GitHub } from './github.ts';
import { openGitHub } from './open.ts';

/** GitHub's limit on the summary of one step. Bytes; what goes beyond it would show nothing at all. */
const SUMMARY_BYTES = 1024 * 1024;
/** A larger event is none of GitHub's. Bytes. */
const EVENT_BYTES = 25 * 1024 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Job {
  /** `owner/name`. */
  readonly repository: string;
  /** `push`, `issue_comment`, … */
  readonly eventName: string;
  /** The webhook's payload, as JSON: others' text, to be checked by whoever reads it. */
  readonly event: unknown;
  /** The commit and the full ref that the workflow runs for. */
  readonly commit: string;
  readonly ref: string;
  /** Where people see the repository, and this run. */
  readonly repositoryUrl: string;
  readonly runUrl: string;
  /** Adds Markdown to the step's summary. Null where GitHub gives no file: then nothing is kept. */
  summary(markdown: string): void;
  /** Sets an output of the step. */
  output(name: string, value: string): void;
  /** GitHub itself, as the token sees it; a {@link Problem} where the step was given no token. */
  github(): GitHub;
}

/** Reads the job from the environment. A {@link Problem} where this is no job. */
export function readJob(env: Environment): Job {
  const repository = needed(env, 'GITHUB_REPOSITORY');
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new Problem(`GITHUB_REPOSITORY is "${repository}"; it should be owner/name.`);
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  return {
    repository,
    eventName: needed(env, 'GITHUB_EVENT_NAME'),
    event: eventIn(env['GITHUB_EVENT_PATH']),
    commit: env['GITHUB_SHA'] ?? '',
    ref: env['GITHUB_REF'] ?? '',
    repositoryUrl: `${server}/${repository}`,
    runUrl: `${server}/${repository}/actions/runs/${env['GITHUB_RUN_ID'] ?? ''}`,
    summary: (markdown) => addSummary(env['GITHUB_STEP_SUMMARY'], markdown),
    output: (name, value) => {
      const file = env['GITHUB_OUTPUT'];
      // Nobody can foresee the line that ends the value, whatever stands in it.
      const end = `end-${randomUUID()}`;
      if (file !== undefined && file !== '') appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`);
    },
    github: () => {
      const token = env['GITHUB_TOKEN'] ?? '';
      if (token === '') throw new Problem('GitHub has to be asked, and there is no GITHUB_TOKEN. Give the action its "token".');
      const apiUrl = (env['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, '');
      return openGitHub({ apiUrl, token }, repository);
    },
  };
}

function needed(env: Environment, name: string): string {
  const value = env[name] ?? '';
  if (value === '')
    throw new Problem(`${name} is not set: this command is a step of a GitHub workflow. See "GitHub Action" in the README.`);
  return value;
}

function eventIn(path: string | undefined): unknown {
  if (path === undefined || path === '') return null;
  try {
    if (statSync(path).size > EVENT_BYTES) throw new Error(`it has more than ${EVENT_BYTES} bytes`);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Problem(
      `The event in ${path} (GITHUB_EVENT_PATH) cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

function addSummary(file: string | undefined, markdown: string): void {
  if (file === undefined || file === '') return;
  const text = markdown.endsWith('\n') ? markdown : `${markdown}\n`;
  let there = 0;
  try {
    there = statSync(file).size;
  } catch {
    // Not there yet.
  }
  const room = SUMMARY_BYTES - there;
  const bytes = Buffer.from(text);
  if (bytes.length <= room) return appendFileSync(file, bytes);
  const note = Buffer.from('\n\n… The rest is too long for a summary.\n');
  if (room < note.length) return;
  let end = room - note.length;
  // Not in the middle of a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  appendFileSync(file, Buffer.concat([bytes.subarray(0, end), note]));
}
