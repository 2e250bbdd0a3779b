/** Workflow files and `action.yml` as GitHub's own parser reads them. */
import type { Step as ParsedStep, WorkflowTemplate } from '@actions/workflow-parser/model/workflow-template';
import type { MappingToken } from '@actions/workflow-parser/templates/tokens/mapping-token';
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token';
import { wordOf } from './expressions.ts';
import { actionParser, actionTemplate, parser } from './packages.ts';

const { convertWorkflowTemplate, isMapping, isSequence, NoOperationTraceWriter, parseWorkflow } = parser;
const { parseAction } = actionParser;
const { convertActionTemplate } = actionTemplate;

export interface Step {
  /** The expression that decides whether it runs. */
  readonly condition: string;
  readonly id: string | null;
  readonly name: string;
  /** All of it as it stands in the file. */
  readonly raw: MappingToken;
}

export interface WorkflowJob {
  readonly id: string;
  readonly condition: string;
  readonly needs: readonly string[];
  readonly steps: readonly Step[];
  readonly raw: MappingToken;
}

export interface Workflow {
  readonly file: string;
  readonly events: WorkflowTemplate['events'];
  readonly jobs: readonly WorkflowJob[];
  readonly raw: MappingToken;
}

/** Keys of a file that this rig carries out, or that say nothing about what happens. Any other is an error: nothing is passed over in silence. */
const WORKFLOW_KEYS = ['name', 'run-name', 'on', 'permissions', 'env', 'concurrency', 'jobs'];
const JOB_KEYS = ['name', 'runs-on', 'needs', 'if', 'permissions', 'env', 'outputs', 'steps', 'strategy', 'timeout-minutes', 'concurrency'];
const STEP_KEYS = ['name', 'id', 'if', 'uses', 'with', 'run', 'env', 'shell', 'working-directory', 'continue-on-error', 'timeout-minutes'];

/** What GitHub's parser says against a workflow file; none where it takes it. */
export async function workflowProblems(file: string, content: string): Promise<readonly string[]> {
  const { errors } = await parse(file, content);
  return errors;
}

/** What GitHub's parser says against an `action.yml`. */
export function actionProblems(file: string, content: string): readonly string[] {
  const { context, value } = parseAction({ name: file, content }, new NoOperationTraceWriter());
  if (value !== undefined) convertActionTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

/** Reads a workflow. Throws where GitHub's parser refuses it, or where it uses what this rig does not know. */
export async function readWorkflow(file: string, content: string): Promise<Workflow> {
  const { errors, value, template } = await parse(file, content);
  if (errors.length > 0 || template === null || value === undefined || !isMapping(value))
    throw new Error(`${file} is no workflow: ${errors.join('; ')}`);
  onlyKnown(value, WORKFLOW_KEYS, file);
  const jobs = template.jobs.map((job): WorkflowJob => {
    const id = job.id.value;
    const raw = mapping(mapping(value.find('jobs'), file).find(id), `${file}: ${id}`);
    if (job.type !== 'job') throw new Error(`${file}: ${id}: this rig runs no reusable workflows`);
    onlyKnown(raw, JOB_KEYS, `${file}: ${id}`);
    const needs = (job.needs ?? []).map((token) => token.value);
    return { id, condition: job.if.expression, needs, steps: stepsOf(job.steps, raw, `${file}: ${id}`), raw };
  });
  return { file, events: template.events, jobs, raw: value };
}

export interface CompositeAction {
  readonly inputs: MappingToken | null;
  readonly outputs: MappingToken | null;
  readonly steps: readonly Step[];
}

/** Reads a composite action. */
export function readAction(file: string, content: string): CompositeAction {
  const { context, value } = parseAction({ name: file, content }, new NoOperationTraceWriter());
  const root = mapping(value, file);
  const { runs } = convertActionTemplate(context, root);
  const errors = context.errors.getErrors();
  if (errors.length > 0) throw new Error(`${file} is no action: ${errors.map(({ message }) => message).join('; ')}`);
  if (runs.using !== 'composite') throw new Error(`${file}: this rig runs composite actions`);
  const optional = (key: string) => (root.find(key) === undefined ? null : mapping(root.find(key), file));
  return { inputs: optional('inputs'), outputs: optional('outputs'), steps: stepsOf(runs.steps, mapping(root.find('runs'), file), file) };
}

async function parse(file: string, content: string) {
  const { context, value } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  const template = value === undefined ? null : await convertWorkflowTemplate(context, value);
  return { errors: context.errors.getErrors().map(({ message }) => message), value, template };
}

function stepsOf(parsed: readonly ParsedStep[], owner: MappingToken, place: string): readonly Step[] {
  const list = owner.find('steps');
  if (list === undefined || !isSequence(list)) throw new Error(`${place} has no steps`);
  return [...list].map((item, index): Step => {
    const raw = mapping(item, `${place}: step ${index + 1}`);
    onlyKnown(raw, STEP_KEYS, `${place}: step ${index + 1}`);
    const id = wordOf(raw.find('id'));
    const name = wordOf(raw.find('name') ?? raw.find('uses') ?? raw.find('run')) ?? `step ${index + 1}`;
    return { condition: parsed[index]?.if?.expression ?? 'success()', id, name, raw };
  });
}

function onlyKnown(raw: MappingToken, known: readonly string[], place: string): void {
  for (const { key } of raw) if (!known.includes(key.toString())) throw new Error(`${place}: this rig does not know "${key.toString()}"`);
}

/** A part of a file that has to be a mapping. */
export function mapping(token: TemplateToken | undefined, place: string): MappingToken {
  if (token === undefined || !isMapping(token)) throw new Error(`${place} is not there, or is no mapping`);
  return token;
}
