/**
 * Runs a workflow file as GitHub would: parsed and evaluated by its own packages, each job on a machine of its own with a token that may do what
 * the job's `permissions` say and nothing else, against the scripted GitHub. What this rig does not know is an error, never passed over.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Access, GitHubServer, Permissions } from '../github-server.ts';
import { evaluate, isTruthy, textOf, valueOf, wordOf, type Json, type Scope } from './expressions.ts';
import { runJob, type JobRecord, type JobSetting } from './job.ts';
import { combinations } from './matrix.ts';
import { isTriggered, type WorkflowEvent } from './trigger.ts';
import { mapping, readWorkflow, type Workflow, type WorkflowJob } from './workflow.ts';

export type { WorkflowEvent } from './trigger.ts';

export interface RigOptions {
  readonly server: GitHubServer;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** What `uses` has to begin with to mean our own action; it is executed from `folder`. */
  readonly own?: { readonly matches: (uses: string) => boolean; readonly folder: string };
  /** More that every machine has in its environment, as a real one has what its image sets. */
  readonly machineEnv?: Readonly<Record<string, string>>;
  /** Machines at once. */
  readonly machines?: number;
  /** Whether a machine is lost before a step: the job ends there, with nothing handed on. */
  readonly isLost?: (at: { readonly job: string; readonly matrix: Json; readonly step: string }) => boolean;
  /** Whether an action of others fails, as a service behind it does not answer. */
  readonly isBroken?: (at: { readonly job: string; readonly uses: string }) => boolean;
  /** Called after each job, before those that need it begin. */
  readonly afterJob?: (job: JobRecord) => void | Promise<void>;
}

export interface WorkflowRun {
  readonly result: 'success' | 'failure' | 'skipped';
  /** In the order in which they ended; one for each combination of a matrix. */
  readonly jobs: readonly JobRecord[];
  /** Every `concurrency` that the workflow and its jobs have named. */
  readonly concurrency: readonly Json[];
  /** Everything that the jobs printed, for a look at what went wrong. */
  readonly log: string;
}

/** Scopes that a token has where the workflow does not say: the setting that new repositories have. */
const DEFAULT_PERMISSIONS: Permissions = { contents: 'read', packages: 'read', metadata: 'read' };
const SCOPES = [
  'actions',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'id-token',
  'issues',
  'models',
  'packages',
  'pages',
  'pull-requests',
  'repository-projects',
  'security-events',
  'statuses',
];
const all = (access: Access): Permissions => Object.fromEntries(SCOPES.map((scope) => [scope, access]));
/** Jobs of one matrix. */
const MAX_MATRIX = 256;
/** Bytes of a job's outputs, and of all of a workflow's. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

let runs = 0;

/** Runs a workflow file for an event. `skipped`: it does not listen to that. */
export async function runWorkflow(file: string, event: WorkflowEvent, options: RigOptions): Promise<WorkflowRun> {
  const workflow = await readWorkflow(basename(file), readFileSync(file, 'utf8'));
  if (!isTriggered(workflow, event)) return { result: 'skipped', jobs: [], concurrency: [], log: '' };
  const folder = mkdtempSync(join(tmpdir(), 'plans-rig-'));
  try {
    return await new Run(workflow, event, options, folder).run();
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Runs the workflows that have been dispatched, and those that these dispatch, until none is left. `files`: where a workflow's file is. */
export async function runDispatched(files: (workflow: string) => string, options: RigOptions, most = 50): Promise<readonly WorkflowRun[]> {
  const done: WorkflowRun[] = [];
  const { state } = options.server;
  for (let next = state.dispatches.shift(); next !== undefined; next = state.dispatches.shift()) {
    if (done.length === most) throw new Error(`after ${most} runs there is always one more: nothing bounds them`);
    const sha = state.branch(next.ref) ?? '';
    const event: WorkflowEvent = {
      name: 'workflow_dispatch',
      ref: `refs/heads/${next.ref}`,
      sha,
      actor: state.bot.login,
      payload: { inputs: next.inputs },
    };
    done.push(await runWorkflow(files(next.workflow), event, options));
  }
  return done;
}

type Needed = { readonly result: JobRecord['result']; readonly outputs: Readonly<Record<string, string>> };

class Run {
  readonly #workflow: Workflow;
  readonly #event: WorkflowEvent;
  readonly #options: RigOptions;
  readonly #folder: string;
  readonly #id = (runs += 1);
  readonly #artifacts = new Map<string, string>();
  readonly #jobs: JobRecord[] = [];
  readonly #concurrency: Json[] = [];
  readonly #ended = new Map<string, Needed>();
  #machines = 0;

  constructor(workflow: Workflow, event: WorkflowEvent, options: RigOptions, folder: string) {
    this.#workflow = workflow;
    this.#event = event;
    this.#options = options;
    this.#folder = folder;
  }

  async run(): Promise<WorkflowRun> {
    const base = {
      contexts: { github: this.#github('', ''), inputs: this.#inputs(), vars: this.#options.vars ?? {} },
      status: 'success',
    } as const;
    const concurrency = this.#workflow.raw.find('concurrency');
    if (concurrency !== undefined) this.#concurrency.push(valueOf(concurrency, base));
    for (let open = [...this.#workflow.jobs]; open.length > 0;) {
      const next = open.find(({ needs }) => needs.every((need) => this.#ended.has(need)));
      if (next === undefined) throw new Error(`the jobs ${open.map(({ id }) => id).join(', ')} wait for each other`);
      open = open.filter((job) => job !== next);
      this.#ended.set(next.id, await this.#job(next));
    }
    const failed = [...this.#ended.values()].some(({ result }) => result === 'failure');
    const log = this.#jobs
      .flatMap(({ name, steps }) => steps.map((step) => `[${name}] ${step.name}: ${step.conclusion}\n${step.log}`))
      .join('\n');
    return { result: failed ? 'failure' : 'success', jobs: this.#jobs, concurrency: this.#concurrency, log };
  }

  async #job(job: WorkflowJob): Promise<Needed> {
    const needs = Object.fromEntries(job.needs.map((id) => [id, this.#ended.get(id) ?? { result: 'skipped', outputs: {} }] as const));
    const before = this.#before(job);
    const status = before.some(({ result }) => result === 'failure')
      ? 'failure'
      : before.some(({ result }) => result !== 'success')
        ? 'cancelled'
        : 'success';
    const contexts = { github: this.#github('', ''), needs: needs as Json, inputs: this.#inputs(), vars: this.#options.vars ?? {} };
    if (!isTruthy(evaluate(job.condition, { contexts, status }))) {
      this.#jobs.push({ name: job.id, result: 'skipped', steps: [], outputs: {}, summary: '', workspace: '' });
      return { result: 'skipped', outputs: {} };
    }
    const strategy = job.raw.find('strategy');
    const spread = strategy === undefined ? null : (valueOf(strategy, { contexts, status: 'success' }) as { readonly [key: string]: Json });
    const list = spread === null ? [null] : combinations(spread['matrix'] ?? null);
    if (list.length === 0) throw new Error(`the matrix of "${job.id}" is empty, which GitHub refuses`);
    if (list.length > MAX_MATRIX) throw new Error(`the matrix of "${job.id}" has ${list.length} jobs; GitHub takes ${MAX_MATRIX}`);
    const records = await this.#all(job, { contexts, status: 'success' }, list, spread);
    const outputs = Object.assign({}, ...records.map((record) => record.outputs)) as Record<string, string>;
    if (Buffer.byteLength(JSON.stringify(outputs)) > MAX_OUTPUT_BYTES)
      throw new Error(`the outputs of "${job.id}" are longer than a megabyte`);
    const failed = records.some(({ result }) => result === 'failure');
    return { result: failed ? 'failure' : records.every(({ result }) => result === 'success') ? 'success' : 'cancelled', outputs };
  }

  /** A job for each combination, a few at once. Where one fails and the strategy is to stop then, those that have not begun do not. */
  async #all(
    job: WorkflowJob,
    scope: Scope,
    list: readonly Json[],
    spread: { readonly [key: string]: Json } | null,
  ): Promise<readonly JobRecord[]> {
    const failFast = spread !== null && spread['fail-fast'] !== false;
    const records: JobRecord[] = [];
    const waiting = [...list.entries()];
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, matrix] = next;
        const stopped = failFast && records.some(({ result }) => result === 'failure');
        const name =
          matrix === null
            ? job.id
            : `${job.id} (${Object.values(matrix)
                .map((value) => textOf(value as Json))
                .join(', ')})`;
        const record: JobRecord = stopped
          ? { name, result: 'cancelled', steps: [], outputs: {}, summary: '', workspace: '' }
          : await this.#machine(job, scope, { name, matrix, index, total: list.length });
        records.push(record);
        this.#jobs.push(record);
        await this.#options.afterJob?.(record);
      }
    };
    await Promise.all(Array.from({ length: spread === null ? 1 : (this.#options.machines ?? 2) }, worker));
    return records;
  }

  async #machine(
    job: WorkflowJob,
    scope: Scope,
    at: { readonly name: string; readonly matrix: Json; readonly index: number; readonly total: number },
  ): Promise<JobRecord> {
    const { server, secrets = {}, own = NO_ACTION, machineEnv = {}, isLost = () => false, isBroken = () => false } = this.#options;
    const permissions = this.#permissions(job);
    const token = server.issueToken(permissions);
    const github = this.#github(job.id, token);
    const known = this.#event.withoutSecrets === true ? {} : secrets;
    const strategy = { 'job-index': at.index, 'job-total': at.total };
    const contexts = { ...scope.contexts, github, secrets: { ...known, GITHUB_TOKEN: token }, matrix: at.matrix ?? {}, strategy };
    const concurrency = job.raw.find('concurrency');
    if (concurrency !== undefined) this.#concurrency.push(valueOf(concurrency, { ...scope, contexts }));
    this.#machines += 1;
    const outputs = job.raw.find('outputs');
    const env = [this.#workflow.raw.find('env'), job.raw.find('env')].map((token) =>
      token === undefined ? undefined : mapping(token, 'env'),
    );
    const setting: JobSetting = {
      name: at.name,
      steps: job.steps,
      machine: join(this.#folder, `machine-${this.#machines}`),
      contexts,
      env,
      variables: this.#variables(job.id),
      machineEnv: { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', LANG: 'C.UTF-8', ...machineEnv },
      own,
      isLost: (step) => isLost({ job: job.id, matrix: at.matrix, step }),
      isBroken: (uses) => isBroken({ job: job.id, uses }),
      event: this.#event,
      server,
      token,
      artifacts: this.#artifacts,
      store: join(this.#folder, 'artifacts'),
    };
    return runJob(setting, outputs === undefined ? undefined : mapping(outputs, 'outputs'));
  }

  /** Everything that a job needs, directly or through others. */
  #before(job: WorkflowJob): readonly Needed[] {
    const ids = new Set(job.needs);
    for (const id of ids) for (const need of this.#workflow.jobs.find((each) => each.id === id)?.needs ?? []) ids.add(need);
    return [...ids].flatMap((id) => this.#ended.get(id) ?? []);
  }

  #permissions(job: WorkflowJob): Permissions {
    const token = job.raw.find('permissions') ?? this.#workflow.raw.find('permissions');
    const value = token === undefined ? DEFAULT_PERMISSIONS : valueOf(token, { contexts: {}, status: 'success' });
    const given = value === 'read-all' ? all('read') : value === 'write-all' ? all('write') : (value as Permissions);
    // A fork's pull request may read at the most.
    return this.#event.withoutSecrets === true ? Object.fromEntries(Object.keys(given).map((scope) => [scope, 'read' as const])) : given;
  }

  #inputs(): Json {
    const given = (this.#event.payload['inputs'] ?? {}) as Record<string, Json>;
    const defined = (this.#workflow.events.workflow_dispatch?.inputs ?? {}) as Readonly<
      Record<string, { readonly default?: Json; readonly type?: string }>
    >;
    if (this.#event.name !== 'workflow_dispatch') return {};
    const unknown = Object.keys(given).find((name) => !(name in defined));
    if (unknown !== undefined) throw new Error(`${this.#workflow.file} has no input "${unknown}"`);
    return Object.fromEntries(
      Object.entries(defined).map(([name, input]) => {
        const value = given[name] ?? input.default ?? '';
        return [name, input.type === 'boolean' ? value === true || value === 'true' : value];
      }),
    );
  }

  #github(job: string, token: string): Json {
    const { server } = this.#options;
    const { name, ref, sha, actor, payload } = this.#event;
    const [owner = ''] = server.repository.split('/');
    const pull = payload['pull_request'] as
      | { readonly head?: { readonly ref?: string }; readonly base?: { readonly ref?: string } }
      | undefined;
    return {
      token,
      event: {
        repository: { id: server.state.repositoryId, full_name: server.repository, default_branch: server.state.defaultBranch },
        ...payload,
      } as Json,
      event_name: name,
      ref,
      ref_name: ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
      ref_type: 'branch',
      sha,
      actor,
      triggering_actor: actor,
      repository: server.repository,
      repository_id: String(server.state.repositoryId),
      repository_owner: owner,
      run_id: String(this.#id),
      run_number: String(this.#id),
      run_attempt: '1',
      workflow: wordOf(this.#workflow.raw.find('name')) ?? this.#workflow.file,
      workflow_ref: `${server.repository}/.github/workflows/${this.#workflow.file}@${ref}`,
      job,
      head_ref: pull?.head?.ref ?? '',
      base_ref: pull?.base?.ref ?? '',
      server_url: server.url,
      api_url: server.apiUrl,
      workspace: '',
    };
  }

  #variables(job: string): Record<string, string> {
    const github = this.#github(job, '') as Readonly<Record<string, Json>>;
    const names = Object.keys(github).filter((name) => !['token', 'event', 'workspace'].includes(name));
    return Object.fromEntries(names.map((name) => [`GITHUB_${name.toUpperCase()}`, textOf(github[name] ?? null)]));
  }
}

const NO_ACTION: NonNullable<RigOptions['own']> = { matches: () => false, folder: '' };

/** The event of a push that brought a branch of the server's repository where it is. */
export function pushEvent(server: GitHubServer, branch = 'main', actor = 'ada'): WorkflowEvent {
  const sha = server.state.branch(branch) ?? '';
  const before = execFileSync('git', ['-C', server.bare, 'rev-parse', '--verify', '--quiet', `${sha}^`], { encoding: 'utf8' }).trim();
  const changed = execFileSync('git', ['-C', server.bare, 'diff', '--name-only', '-z', before, sha], { encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  return { name: 'push', ref: `refs/heads/${branch}`, sha, actor, payload: { before, after: sha, ref: `refs/heads/${branch}` }, changed };
}
