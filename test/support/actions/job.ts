/** One job of a workflow on a machine of its own: a fresh workspace, a fresh home, and an environment that holds nothing of this process's. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MappingToken } from '@actions/workflow-parser/templates/tokens/mapping-token';
import { isTruthy, evaluate, textOf, valueOf, wordOf, type Json, type Scope } from './expressions.ts';
import { runScript } from './step.ts';
import { USES, type UsesCall } from './uses.ts';
import { readAction, type Step } from './workflow.ts';

type Texts = Readonly<Record<string, string>>;

/** What a job finds where it begins. */
export interface JobSetting extends Omit<UsesCall, 'inputs' | 'workspace' | 'addPath' | 'env'> {
  /** `plan`, or `task (a, b)` of a matrix. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Absolute folder that is this machine's; not there yet. */
  readonly machine: string;
  /** Contexts but for `steps`, `job`, `runner` and `env`. */
  readonly contexts: Readonly<Record<string, Json>>;
  /** `env` of the workflow and of the job. */
  readonly env: readonly (MappingToken | undefined)[];
  /** `GITHUB_…` variables. */
  readonly variables: Texts;
  /** A variable of the machine, not of the workflow. */
  readonly machineEnv: Texts;
  /** Our own action: what stands before the `@`, and the folder of its `action.yml`. */
  readonly own: { readonly matches: (uses: string) => boolean; readonly folder: string };
  /** Whether the machine is lost before this step; then nothing of the job happens any more, not even what is said to happen always. */
  readonly isLost: (step: string) => boolean;
  readonly isBroken: (uses: string) => boolean;
}

interface StepRecord {
  readonly name: string;
  readonly conclusion: 'success' | 'failure' | 'skipped';
  readonly log: string;
}

export interface JobRecord {
  readonly name: string;
  readonly result: 'success' | 'failure' | 'skipped' | 'cancelled';
  readonly steps: readonly StepRecord[];
  readonly outputs: Texts;
  readonly summary: string;
  /** The folder in which its machine worked. */
  readonly workspace: string;
}

/** What the steps of a job have come to so far. */
interface Progress {
  status: Scope['status'];
  env: Record<string, string>;
  paths: string[];
  summary: string;
  readonly records: StepRecord[];
}

/** What some steps see beside the job's: the action in which they stand. */
interface Frame {
  readonly steps: readonly Step[];
  readonly contexts: Readonly<Record<string, Json>>;
  readonly variables: Texts;
  readonly outcomes: Record<string, Json>;
  readonly prefix: string;
}

/** Runs the steps of a job in their order. */
export async function runJob(setting: JobSetting, outputs: MappingToken | undefined): Promise<JobRecord> {
  const { machine } = setting;
  const workspace = join(machine, 'work');
  for (const folder of ['work', 'home', 'temp', 'tools']) mkdirSync(join(machine, folder), { recursive: true });
  writeFileSync(join(machine, 'event.json'), JSON.stringify((setting.contexts['github'] as { event: Json }).event));
  const progress: Progress = { status: 'success', env: {}, paths: [], summary: '', records: [] };
  const scope: Scope = { contexts: contextsOf(setting, progress, {}, setting.contexts), status: 'success' };
  for (const token of setting.env) Object.assign(progress.env, textsOf(valueOf(token, scope)));
  const outcomes: Record<string, Json> = {};
  const frame: Frame = { steps: setting.steps, contexts: setting.contexts, variables: setting.variables, outcomes, prefix: '' };
  const lost = (await runSteps(setting, progress, frame)) === 'lost';
  const done = { contexts: contextsOf(setting, progress, outcomes, setting.contexts), status: progress.status };
  return {
    name: setting.name,
    result: lost || progress.status !== 'success' ? 'failure' : 'success',
    steps: progress.records,
    outputs: lost ? {} : textsOf(valueOf(outputs, done)),
    summary: progress.summary,
    workspace,
  };
}

function contextsOf(
  { machine }: JobSetting,
  { status, env }: Progress,
  steps: Readonly<Record<string, Json>>,
  base: Readonly<Record<string, Json>>,
) {
  const runner = { os: 'Linux', arch: 'X64', temp: join(machine, 'temp'), tool_cache: join(machine, 'tools'), name: 'rig' };
  return { ...base, env, steps, runner, job: { status } };
}

async function runSteps(setting: JobSetting, progress: Progress, frame: Frame): Promise<'done' | 'lost'> {
  for (const [index, step] of frame.steps.entries()) {
    if (setting.isLost(step.name)) return 'lost';
    const scope = { contexts: contextsOf(setting, progress, frame.outcomes, frame.contexts), status: progress.status };
    const name = `${frame.prefix}${step.name}`;
    if (!isTruthy(evaluate(step.condition, scope))) {
      progress.records.push({ name, conclusion: 'skipped', log: '' });
      if (step.id !== null) frame.outcomes[step.id] = { outcome: 'skipped', conclusion: 'skipped', outputs: {} };
      continue;
    }
    const place = join(setting.machine, 'temp', `${progress.records.length}-${index}`);
    const result = await runStep(setting, progress, frame, { step, scope, place }).catch((error: unknown) => {
      return { failed: true, log: error instanceof Error ? error.message : String(error), outputs: {} };
    });
    if (result === 'lost') return 'lost';
    const forgiven = result.failed && isTruthy(valueOf(step.raw.find('continue-on-error'), scope));
    const outcome = result.failed ? 'failure' : 'success';
    progress.records.push({ name, conclusion: outcome, log: result.log });
    if (result.failed && !forgiven) progress.status = 'failure';
    if (step.id !== null) frame.outcomes[step.id] = { outcome, conclusion: forgiven ? 'success' : outcome, outputs: result.outputs };
  }
  return 'done';
}

interface StepResult {
  readonly failed: boolean;
  readonly log: string;
  readonly outputs: Texts;
}

interface Place {
  readonly step: Step;
  readonly scope: Scope;
  readonly place: string;
}

async function runStep(setting: JobSetting, progress: Progress, frame: Frame, { step, scope, place }: Place): Promise<StepResult | 'lost'> {
  const own = textsOf(valueOf(step.raw.find('env'), scope));
  const workspace = join(setting.machine, 'work');
  const env = { ...environmentOf(setting, progress, frame), ...progress.env, ...own };
  const uses = wordOf(step.raw.find('uses'));
  if (uses !== null) {
    const inputs = textsOf(valueOf(step.raw.find('with'), scope));
    const [repository = ''] = uses.split('@');
    if (setting.own.matches(repository)) return runOwn(setting, { ...progress, env: { ...progress.env, ...own } }, progress, inputs, step);
    const known = USES[repository];
    if (known === undefined) throw new Error(`this rig does not know the action "${uses}"`);
    if (setting.isBroken(repository)) throw new Error(`the service behind ${repository} did not answer`);
    const addPath = (folder: string) => void progress.paths.unshift(folder);
    return { failed: false, log: uses, outputs: await known({ ...setting, inputs, workspace, env, addPath }) };
  }
  const shell = wordOf(step.raw.find('shell'));
  const folder = textOf(valueOf(step.raw.find('working-directory'), scope));
  const script = textOf(valueOf(step.raw.find('run'), scope));
  const result = await runScript({ script, shell, cwd: join(workspace, folder), env, temp: place });
  Object.assign(progress.env, result.env);
  progress.paths.unshift(...result.paths);
  progress.summary += result.summary;
  return { failed: result.exitCode !== 0, log: result.log, outputs: result.outputs };
}

/** The steps of our own action, each in what the action sees. */
async function runOwn(setting: JobSetting, inner: Progress, progress: Progress, given: Texts, step: Step): Promise<StepResult | 'lost'> {
  const { folder } = setting.own;
  const action = readAction('action.yml', readFileSync(join(folder, 'action.yml'), 'utf8'));
  const github = { ...(setting.contexts['github'] as Record<string, Json>), action_path: folder };
  const base = { github, ...pick(setting.contexts, ['matrix', 'strategy']) };
  const inputs: Record<string, Json> = {};
  for (const { key, value } of action.inputs ?? []) {
    const definition = value as MappingToken;
    const name = key.toString();
    const fallback = () => textOf(valueOf(definition.find('default'), { contexts: base, status: 'success' }));
    if (given[name] === undefined && isTruthy(valueOf(definition.find('required'), { contexts: base, status: 'success' })))
      throw new Error(`the action needs the input "${name}"`);
    inputs[name] = given[name] ?? fallback();
  }
  const unknown = Object.keys(given).find((name) => !(name in inputs));
  if (unknown !== undefined) throw new Error(`the action has no input "${unknown}"`);
  const outcomes: Record<string, Json> = {};
  const contexts = { ...base, inputs };
  const frame = {
    steps: action.steps,
    contexts,
    variables: { ...setting.variables, GITHUB_ACTION_PATH: folder },
    outcomes,
    prefix: `${step.name}: `,
  };
  inner.status = 'success';
  if ((await runSteps(setting, inner, frame)) === 'lost') return 'lost';
  progress.summary = inner.summary;
  const log = progress.records.map((record) => record.log).join('');
  const outputs = Object.fromEntries(
    [...(action.outputs ?? [])].map(({ key, value }) => {
      const scope = { contexts: contextsOf(setting, inner, outcomes, contexts), status: inner.status };
      return [key.toString(), textOf(valueOf((value as MappingToken).find('value'), scope))];
    }),
  );
  return { failed: inner.status !== 'success', log, outputs };
}

function environmentOf({ machine, machineEnv }: JobSetting, { paths }: Progress, { variables }: Frame): Record<string, string> {
  const path = [...paths, machineEnv['PATH'] ?? ''].join(':');
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    HOME: join(machine, 'home'),
    RUNNER_TEMP: join(machine, 'temp'),
    RUNNER_TOOL_CACHE: join(machine, 'tools'),
    RUNNER_OS: 'Linux',
    ...machineEnv,
    ...variables,
    GITHUB_WORKSPACE: join(machine, 'work'),
    GITHUB_EVENT_PATH: join(machine, 'event.json'),
    PATH: path,
  };
}

function pick(from: Readonly<Record<string, Json>>, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

function textsOf(value: Json): Record<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, textOf(each)]));
}
