/** Does a task with any program that takes a prompt and works in the current folder. */
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { AgentProfile } from '../../core/config.ts';
import type { Prices } from '../../core/price.ts';
import type { ProcessResult } from '../process.ts';
import { ownRedaction } from '../redact.ts';
import type { Agent, AgentJob } from './agent.ts';
import { ClaudeCodeReader } from './claude-code/reader.ts';
import type { KnownFailure } from './profiles.ts';
import { openTranscript } from './transcript.ts';
import { failedSession, startSession, type Judgement } from './session.ts';

/** What one argument may hold on Linux (and all of them on Windows is less). */
const ARGUMENT_LIMIT_BYTES = 120 * 1024;
/** Lines at the end of the output in which a program's own error message is looked for: further up it may be the agent talking about one. */
const FAILURE_LINES = 5;

export interface CommandAgentOptions {
  readonly name: string;
  readonly profile: AgentProfile;
  /** What the profile's `env` names are read from, and PATH for finding the program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly failures?: readonly KnownFailure[] | undefined;
  /** What to do when the program is missing. */
  readonly setup?: string | undefined;
  /** Between INT, TERM and KILL. */
  readonly graceMs?: number | undefined;
  /** The config's. */
  readonly prices?: Prices | undefined;
  /** How long Claude Code may be silent after its result. */
  readonly lingerMs?: number | undefined;
}

/** An agent from a profile. Its program sees the job's environment and the variables that the profile names. */
export function commandAgent(options: CommandAgentOptions): Agent {
  const { name, profile, environment } = options;
  const [program = ''] = profile.command;
  return {
    name,
    unavailable() {
      if (isProgram(program, environment)) return Promise.resolve(null);
      const advice = options.setup ?? `Install it, or correct "agents.${name}.command" in the config.`;
      return Promise.resolve(`The agent "${name}" needs the program "${program}", which was not found in PATH. ${advice}`);
    },
    start(job, emit) {
      const prompt = preparePrompt(job, profile);
      if ('problem' in prompt) return failedSession(prompt.problem);
      const args = commandArguments(profile, {
        model: job.model ?? profile.model,
        maxBudgetUsd: job.maxBudgetUsd === undefined ? undefined : decimal(job.maxBudgetUsd),
        promptFile: prompt.file ?? '',
        gates: permissionRules(job.gates ?? []),
      });
      if (profile.prompt === 'argument') args.push(job.prompt);
      const known = (result: ProcessResult) => knownFailure(name, options.failures ?? [], result);
      const redact = (text: string) => (job.redaction ?? ownRedaction()).text(text);
      const { graceMs, lingerMs, prices = {} } = options;
      return startSession(
        job,
        {
          command: { file: program, args },
          env: { ...named(environment, profile.env), ...(prompt.file === null ? {} : { PLANS_PROMPT_FILE: prompt.file }) },
          input: profile.prompt === 'stdin' ? job.prompt : undefined,
          graceMs,
          judge: known,
          reader:
            profile.output === 'claude-code'
              ? (stop) => {
                  const transcript = openTranscript(job.transcriptFile, { text: redact });
                  const { cwd, prompt: text } = job;
                  return new ClaudeCodeReader({ name, cwd, prompt: text, transcript, prices, emit, stop, redact, known, lingerMs });
                }
              : undefined,
        },
        emit,
      );
    },
  };
}

/** What placeholders stand for; undefined: it is not set. */
type Values = Readonly<Record<'model' | 'maxBudgetUsd' | 'promptFile' | 'gates', string | undefined>>;

/** The arguments after the program, placeholders replaced; one that names an unset one is dropped, with the flag it belongs to. */
export function commandArguments(profile: AgentProfile, values: Values): string[] {
  const result: string[] = [];
  for (const argument of profile.command.slice(1)) {
    const isSet = [...argument.matchAll(PLACEHOLDER)].every(([, name]) => values[name as keyof Values] !== undefined);
    if (isSet) result.push(argument.replaceAll(PLACEHOLDER, (_, name: keyof Values) => values[name] ?? ''));
    else if (!argument.startsWith('-') && result.at(-1)?.startsWith('-') === true) result.pop();
  }
  return result;
}

const PLACEHOLDER = /\{(model|maxBudgetUsd|promptFile|gates)\}/g;

/** Commands as rules of Claude Code, which has no way to write one of several lines. */
function permissionRules(commands: readonly string[]): string | undefined {
  const rules = commands.filter((command) => !command.includes('\n')).map((command) => `Bash(${command})`);
  return rules.length > 0 ? rules.join(',') : undefined;
}

/** US dollars in plain digits. */
function decimal(usd: number): string {
  return usd.toFixed(6).replace(/\.?0+$/, '');
}

function preparePrompt(job: AgentJob, profile: AgentProfile): { file: string | null } | { problem: string } {
  if (profile.prompt === 'argument' && Buffer.byteLength(job.prompt) > ARGUMENT_LIMIT_BYTES) {
    return {
      problem: `The prompt is too long for an argument (${ARGUMENT_LIMIT_BYTES} bytes). Set "prompt" of this agent to "stdin" or "file".`,
    };
  }
  if (profile.prompt !== 'file' && !profile.command.some((argument) => argument.includes('{promptFile}'))) return { file: null };
  // Beside the log, outside the work tree: it must not become part of the task's changes.
  const file = `${job.logFile}.prompt.md`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, job.prompt, { mode: 0o600 });
    return { file };
  } catch (error) {
    return { problem: `The prompt could not be written: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

function knownFailure(name: string, failures: readonly KnownFailure[], result: ProcessResult): Judgement | null {
  const lines = result.tail.trimEnd().split('\n').slice(-FAILURE_LINES);
  for (const { outcome, line, exitCode } of failures) {
    if (exitCode !== undefined && exitCode === result.exitCode) {
      return { outcome, reason: `${name} ended with exit code ${exitCode}: ${lines.at(-1) ?? ''}`, resetsAt: null };
    }
    const match = line === undefined ? null : (lines.map((text) => line.exec(text)).find((found) => found !== null) ?? null);
    if (match === null) continue;
    const resetsAt = match[1] === undefined ? null : new Date(Number(match[1]) * 1_000).toISOString();
    return { outcome, reason: `${name} says: ${match.input}`, resetsAt };
  }
  return null;
}

function named(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const wanted = names.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
    if (wanted && value !== undefined) result[name] = value;
  }
  return result;
}

function isProgram(program: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  // A relative path is relative to the folder of a job, which is not known yet.
  if (/^\.{0,2}[\\/]/.test(program) || program.includes('/')) return !program.startsWith('/') || isExecutable(program);
  const endings = process.platform === 'win32' ? (environment['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';') : [''];
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => endings.some((ending) => isExecutable(join(folder, program + ending))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
