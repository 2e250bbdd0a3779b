/**
 * Whether a commit that another job made may be published. That job ran agents and gates, and whatever they made of it: its word counts for
 * nothing, only what the commit itself holds. Every answer is a sentence; none means that it may go.
 */
import { changesBetween } from '../change.ts';
import type { GateConfig } from '../config.ts';
import { outlineOf } from '../outline.ts';
import { isDone, type Plan, type Task } from '../plan.ts';
import { findTask, phaseOf } from '../progress.ts';
import type { Redaction } from '../redact.ts';
import type { Evidence, PlanEvidence, TaskEvidence } from '../evidence.ts';
import { readTrailers, type Trailer } from '../trailer.ts';
import { visibleText } from '../visible.ts';
import { gateFiles, gateScripts } from './gate-command.ts';

/** Largest file that is published. Bytes. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
/** Files that one commit may change. */
const MAX_FILES = 2_000;
/** Longest commit message. Characters. */
const MAX_MESSAGE_CHARS = 32_768;
/** Longest path. Characters. */
const MAX_PATH_CHARS = 1_024;
/** Violations that are told of one commit. */
const MAX_TOLD = 20;

/** A file on one side of a change. */
export interface FileSide {
  /** As git prints it: `100644`, `100755`, `120000`, `160000`. */
  readonly mode: string;
  readonly bytes: number;
  /** One character for each byte; null where the file is too large to be read. */
  readonly text: string | null;
}

export interface FileFacts {
  /** From the root. */
  readonly path: string;
  readonly before: FileSide | null;
  readonly after: FileSide | null;
}

export interface CommitFacts {
  readonly id: string;
  readonly parents: readonly string[];
  /** All of it, trailers included. */
  readonly message: string;
  readonly trailers: readonly Trailer[];
  readonly files: readonly FileFacts[];
  /** The plan before and after, where the file can be read and is valid; else null. */
  readonly plan: { readonly before: Plan | null; readonly after: Plan | null };
}

/** What holds for all commits of a bundle. None of it comes from the bundle. */
export interface BundleRules {
  readonly planId: string;
  /** The plan's file, and the folder of all plans with a final `/`; from the root. */
  readonly planPath: string;
  readonly plansFolder: string;
  /** Every name that a config may have in the root; of `package.json` only its key `plans` is one. */
  readonly configFiles: readonly string[];
  readonly gates: readonly Pick<GateConfig, 'name' | 'run'>[];
  /** Tasks that may be in it; null: any of the plan. */
  readonly tasks: ReadonlySet<string> | null;
  /** What must not be published: the secrets of this job, and whatever has the shape of a key. */
  readonly redaction: Redaction;
}

/** What is wrong with a commit that is to stand on `parent`; nothing where it may be published. */
export function violationsOf(commit: CommitFacts, parent: string, rules: BundleRules): readonly string[] {
  return violations(commit, parent, rules, ofEvidence(readTrailers(commit.trailers), commit, rules));
}

/** The same of the commit in which a machine of a wave leaves one task's work: the plan is no part of it, as whoever joins it ticks the box. */
export function workViolationsOf(commit: CommitFacts, parent: string, rules: BundleRules): readonly string[] {
  return violations(commit, parent, rules, ofWork(readTrailers(commit.trailers), commit, rules));
}

function violations(commit: CommitFacts, parent: string, rules: BundleRules, ofMeaning: readonly string[]): readonly string[] {
  const found = [
    ...ofParents(commit, parent),
    ...ofMessage(commit, rules),
    ...ofMeaning,
    ...(commit.files.length > MAX_FILES ? [`it changes ${commit.files.length} files; at most ${MAX_FILES} are published`] : []),
    ...commit.files.slice(0, MAX_FILES).flatMap((file) => ofFile(file, rules)),
  ];
  const told = found.length > MAX_TOLD ? [...found.slice(0, MAX_TOLD), `and ${found.length - MAX_TOLD} more`] : found;
  // A line of its own could speak to whatever reads the log.
  return told.map((what) => `Commit ${commit.id.slice(0, 12)}: ${visibleText(what).replaceAll(/\s+/g, ' ')}.`);
}

function ofParents({ parents }: CommitFacts, parent: string): readonly string[] {
  if (parents.length !== 1) return [`it has ${parents.length} parents, and every commit of a run has one`];
  return parents[0] === parent ? [] : [`it stands on ${(parents[0] ?? '').slice(0, 12)}, and should on ${parent.slice(0, 12)}`];
}

function ofMessage({ message }: CommitFacts, { redaction }: BundleRules): readonly string[] {
  if (message.length > MAX_MESSAGE_CHARS)
    return [`its message has ${message.length} characters; at most ${MAX_MESSAGE_CHARS} are published`];
  return secretsIn(message, null, redaction).map((name) => `its message holds a secret (${name})`);
}

function ofWork(evidence: Evidence | null, { files }: CommitFacts, { planId, planPath, tasks }: BundleRules): readonly string[] {
  if (evidence === null || !('attempt' in evidence)) return ['its trailers name no attempt at a task'];
  const { plan, task } = evidence;
  return [
    ...(plan === planId ? [] : [`it is of the plan "${plan}", and the wave is of "${planId}"`]),
    ...(tasks?.has(task) === false ? [`it is of the task "${task}", which was not to be done`] : []),
    ...(files.some(({ path }) => path === planPath) ? [`it changes the plan itself, ${quoted(planPath)}`] : []),
  ];
}

function ofEvidence(evidence: Evidence | null, commit: CommitFacts, rules: BundleRules): readonly string[] {
  if (evidence === null) return ['its trailers name no task and no event of a plan'];
  if (evidence.plan !== rules.planId) return [`it is of the plan "${evidence.plan ?? ''}", and the run was of "${rules.planId}"`];
  const { before, after } = commit.plan;
  if (before === null || after === null) return [`it leaves no valid plan in ${rules.planPath}`];
  if ('iteration' in evidence) return ['it changes what the plan asks for, which nobody does while a run is published'];
  if ('event' in evidence) return ofPlanEvent(evidence, commit, before, after, rules);
  return ofTask(evidence, before, after, rules);
}

/** Events that a runner writes by itself; those of a person are not for it to say. */
const OWN_EVENTS: ReadonlySet<PlanEvidence['event']> = new Set(['started', 'resumed', 'paused', 'failed', 'completed']);

function ofPlanEvent(
  { event }: PlanEvidence,
  { files }: CommitFacts,
  before: Plan,
  after: Plan,
  { planPath }: BundleRules,
): readonly string[] {
  if (!OWN_EVENTS.has(event)) return [`it says "${event}", which is a person’s word`];
  const other = files.find(({ path }) => path !== planPath);
  if (other !== undefined) return [`it says "${event}" and changes ${quoted(other.path)} besides the plan`];
  return [...ofPlanText(before, after), ...newlyDone(before, after).map(({ id }) => `it says "${event}" and closes the task "${id}"`)];
}

function ofTask(evidence: TaskEvidence, before: Plan, after: Plan, rules: BundleRules): readonly string[] {
  const { task: id } = evidence;
  const [was, now] = [findTask(before, id), findTask(after, id)];
  if (was === undefined || now === undefined) return [`it is of the task "${id}", which the plan does not have`];
  if (rules.tasks?.has(id) === false) return [`it is of the task "${id}", which was not to be done`];
  const done = newlyDone(before, after);
  const others = done.filter((task) => task.id !== id).map((task) => `it is of the task "${id}" and closes "${task.id}" too`);
  return [
    ...ofPlanText(before, after),
    ...others,
    ...(now.status !== 'completed' || was.status === 'completed' ? [`it is of the task "${id}" and does not tick its box`] : []),
    ...(was.assignee === 'human' ? [`it does the task "${id}", which is a person’s`] : []),
    ...(phaseOf(before, id)?.executionMode === 'manual' && was.approval !== 'valid' ? [`nobody has approved the task "${id}"`] : []),
    ...ofGates(evidence, before, was, rules),
  ];
}

/** Every gate that the task has must have passed, by the config and the plan as they were before. */
function ofGates({ gates }: TaskEvidence, plan: Plan, task: Task, rules: BundleRules): readonly string[] {
  const said = new Map(gates.map(({ name, status }) => [name, status]));
  const named = task.gates ?? phaseOf(plan, task.id)?.gates;
  const wanted = rules.gates.map(({ name }) => name).filter((name) => named === undefined || named.includes(name));
  const missing = wanted.filter((name) => !said.has(name)).map((name) => `it does not say what the gate "${name}" found`);
  const failed = gates.filter(({ status }) => status === 'failed').map(({ name }) => `its gate "${name}" failed`);
  return [...missing, ...failed];
}

/** Fields that a runner writes. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['status', 'attempts', 'error']);

/** What a plan says is not a run's to change, but for how far it is. */
function ofPlanText(before: Plan, after: Plan): readonly string[] {
  const { plan, added, removed, modified, moved } = changesBetween(outlineOf(before), outlineOf(after));
  const told: string[] = plan.filter((field) => field !== 'status').map((field) => `it changes "${field}" of the plan`);
  for (const [what, { phases, tasks }] of Object.entries({ adds: added, removes: removed, moves: moved })) {
    told.push(...phases.map(({ id }) => `it ${what} the phase "${id}"`), ...tasks.map(({ id }) => `it ${what} the task "${id}"`));
  }
  for (const { id, fields } of modified.phases) told.push(`it changes ${list(fields)} of the phase "${id}"`);
  for (const { id, fields } of modified.tasks) {
    const others = fields.filter((field) => !OWN_FIELDS.has(field));
    if (others.length > 0) told.push(`it changes ${list(others)} of the task "${id}"`);
  }
  return told;
}

function newlyDone(before: Plan, after: Plan): readonly Task[] {
  return after.phases.flatMap(({ tasks }) => tasks).filter((task) => isDone(task) && findTask(before, task.id)?.status !== task.status);
}

function ofFile(file: FileFacts, rules: BundleRules): readonly string[] {
  const { path, before, after } = file;
  const name = quoted(path);
  if (path.length > MAX_PATH_CHARS) return [`it has a path of ${path.length} characters`];
  const told: string[] = [];
  const forbidden = forbiddenFile(file, rules);
  if (forbidden !== null) told.push(`it changes ${name}, ${forbidden}`);
  for (const side of [before, after]) {
    if (side?.mode === '120000') told.push(`${name} is a symbolic link`);
    else if (side?.mode === '160000') told.push(`${name} is a submodule`);
    else if (side !== null && side.mode !== '100644' && side.mode !== '100755') told.push(`${name} has the mode ${side.mode}`);
  }
  if (after === null) return told;
  if (after.text === null || after.bytes > MAX_FILE_BYTES)
    return [...told, `${name} has ${after.bytes} bytes; at most ${MAX_FILE_BYTES} are published`];
  return [...told, ...secretsIn(after.text, before?.text ?? null, rules.redaction).map((secret) => `${name} holds a secret (${secret})`)];
}

/** Why nobody but a person may change a file; null where a task may. */
function forbiddenFile({ path, before, after }: FileFacts, rules: BundleRules): string | null {
  const named = forbiddenPath(path, rules);
  if (named !== null) return named;
  const lower = path.toLowerCase();
  if (lower === 'package.json' && keyOf(before, 'plans') !== keyOf(after, 'plans')) return 'and the config in it';
  if (!/(?:^|\/)package\.json$/.test(lower)) return null;
  const [script] = gateScripts(rules.gates).flatMap((name) => changedScripts(before, after, name));
  return script === undefined ? null : `and in it the script "${script}", which a gate runs`;
}

/** The same by the name alone. On a disk without letter case another spelling is the same file. */
export function forbiddenPath(path: string, rules: Pick<BundleRules, 'planPath' | 'plansFolder' | 'configFiles' | 'gates'>): string | null {
  const { planPath, plansFolder, configFiles, gates } = rules;
  const lower = path.toLowerCase();
  const last = lower.slice(lower.lastIndexOf('/') + 1);
  if (path === planPath) return null;
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'which is no path';
  if (lower.startsWith('.github/') || lower.includes('/.github/')) return 'where workflows stand';
  if (last === 'action.yml' || last === 'action.yaml') return 'which is an action';
  if (last === '.gitmodules') return 'which says what submodules there are';
  if (lower.startsWith('.plans/') || lower === '.git' || lower.startsWith('.git/') || lower.includes('/.git/'))
    return 'which is no part of the work';
  if (lower.startsWith(plansFolder.toLowerCase()) && /\.(?:plan|review)\.md$/.test(lower)) return 'which is another plan’s or a review';
  if (lower !== 'package.json' && configFiles.some((file) => file.toLowerCase() === lower)) return 'which is the config';
  return gateFiles(gates, path) ? 'which a gate runs' : null;
}

/** What is different of a script that was there, and of those that npm runs before and after it, new ones included. */
function changedScripts(before: FileSide | null, after: FileSide | null, script: string): readonly string[] {
  if (scriptOf(before, script) === undefined) return [];
  return [script, `pre${script}`, `post${script}`].filter((name) => scriptOf(before, name) !== scriptOf(after, name));
}

function scriptOf(side: FileSide | null, script: string): unknown {
  const scripts: unknown = JSON.parse(keyOf(side, 'scripts') ?? '{}');
  return typeof scripts === 'object' && scripts !== null && Object.hasOwn(scripts, script) ? Reflect.get(scripts, script) : undefined;
}

/** The value of a key as JSON; null where there is none. */
function keyOf(side: FileSide | null, key: string): string | null {
  try {
    const value: unknown = JSON.parse(side?.text ?? 'null');
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? JSON.stringify(Reflect.get(value, key)) : null;
  } catch {
    return null;
  }
}

/** Shapes that documentation and tests are full of. */
const COMMON_SHAPES: ReadonlySet<string> = new Set(['JWT', 'bearer token', 'authorization', 'URL password']);

/** Names of the secrets that a text holds more often than it did. */
function secretsIn(text: string, before: string | null, redaction: Redaction): readonly string[] {
  if (!redaction.mayChange(text)) return [];
  const was = marksIn(before ?? '', redaction);
  return [...marksIn(text, redaction)].flatMap(([name, times]) => (times > (was.get(name) ?? 0) && !COMMON_SHAPES.has(name) ? [name] : []));
}

function marksIn(text: string, redaction: Redaction): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (given: string, by: number): void => {
    for (const [, name = ''] of given.matchAll(/\[redacted ([^\]\n]{1,100})\]/g)) counts.set(name, (counts.get(name) ?? 0) + by);
  };
  count(redaction.text(text), 1);
  // What was written so is no secret.
  count(text, -1);
  return counts;
}

const list = (fields: readonly string[]): string => fields.map((field) => `"${field}"`).join(', ');

/** A path in a sentence: what is no plain character is shown by its number. */
function quoted(path: string): string {
  return `"${path.replaceAll(/[^\x20-\x7E]|["\\]/g, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)}"`;
}
