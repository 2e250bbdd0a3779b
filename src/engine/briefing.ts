/** What an agent is told of an attempt: a prompt, and where it is a bare model also what a program would find out by itself. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, AgentJob } from '../adapters/agents/agent.ts';
import { CONFIG_FILES } from '../adapters/config.ts';
import { gatesOf } from '../core/assignment.ts';
import type { Effect } from '../core/effect.ts';
import { taskFrame, taskRequest, type Surroundings } from '../core/frame.ts';
import { durationMs } from '../core/frontmatter.ts';
import { phaseOf } from '../core/progress.ts';
import { taskPrompt, type PromptInput } from '../core/prompt.ts';
import { taskOf, workOf } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { projectInstructions } from './instructions.ts';
import { STATE_FOLDER } from './workspace.ts';

type Start = Extract<Effect, { type: 'start-attempt' }>;

/** The prompt and what else the agent is told. */
export async function brief(
  context: RunContext,
  effect: Start,
  { bare = false }: Agent,
  begun: Pick<PromptInput, 'keepsWork' | 'earlier'>,
): Promise<Pick<AgentJob, 'prompt' | 'gates' | 'frame' | 'files' | 'readOnly'>> {
  const { plan } = context.plan;
  const task = taskOf(context, effect.task);
  const work = workOf(context, effect.task);
  const { attempt, maxAttempts } = effect;
  const failure = effect.failure ?? context.earlier.get(task.id) ?? null;
  const gates = gatesOf(context.workspace.config, phaseOf(plan, task.id), task);
  const input: PromptInput = { plan, task, attempt, maxAttempts, gates, failure, keepsWork: begun.keepsWork, earlier: begun.earlier };
  const commands = gates.map(({ run }) => run);
  if (!bare) return { prompt: taskPrompt(input), gates: commands };
  const timeoutMs = task.timeout ?? durationMs(context.workspace.config.timeout);
  return {
    prompt: taskRequest(input),
    gates: commands,
    frame: taskFrame({ ...input, surroundings: await surroundings(context, work, timeoutMs) }),
    files: task.files,
    readOnly: notTheTasks(context, work),
  };
}

async function surroundings(context: RunContext, { place, before }: TaskWork, timeoutMs: number): Promise<Surroundings> {
  const { config } = context.workspace;
  const { branch, commit } = context.head;
  // From the commit: what stands in the folder may be an agent's by now.
  const base = place.slot?.base ?? commit;
  return {
    folder: place.root,
    platform: process.platform,
    branch,
    commit: base,
    entries: rootOf(place.root),
    plansFolder: config.plans,
    minutes: Math.round(timeoutMs / 60_000),
    dirty: [...before.dirty.keys()],
    sandbox: context.sandbox === null ? null : { domains: config.sandbox.domains },
    instructions: await projectInstructions(place.git, base),
  };
}

function rootOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== '.git' && name !== STATE_FOLDER)
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .toSorted();
}

/** What the guard would put back anyway; said at once, it costs no attempt. One key of `package.json` stays the guard's. */
function notTheTasks({ workspace }: RunContext, { place }: TaskWork): readonly string[] {
  const own = ['.git', STATE_FOLDER, workspace.config.plans, ...CONFIG_FILES.filter((name) => name !== 'package.json')];
  return [...own.map((name) => join(place.root, name)), workspace.git.commonDir];
}
