/** Tools that begin runs and steer them. */
import { z } from 'zod';
import { Execute, Pause, type Begun as ApiBegun, type Paused as ApiPaused } from '../routes/steering.ts';
import type { TaskAnswer } from '../routes/tasks.ts';
import { commit, said, SHOWN, taskLine } from './shown.ts';
import { ACTS, planId, revision, taskId, tool, WRITES, type Tool } from './tool.ts';

const { status } = SHOWN.PlanLine.shape;
const Begun = z.object({
  executionId: z.string().optional().describe('Left out where it waits still, as for a lease of another machine.'),
  status,
});

const run = tool({
  name: 'plans_run',
  title: 'Run a plan',
  description:
    'Begins a run of a plan that is ready: agents and commands work on its tasks, each of which becomes a commit once its gates pass. Answers at once: the run is a process of its own, which goes on when this server ends. plans_status with waitSeconds follows it. Costs money.',
  input: Execute.extend({ planId, revision }),
  output: Begun,
  annotations: ACTS,
  call: async ({ ask }, { planId: plan, revision: expected, ...body }) =>
    said((await ask('POST', ['plans', plan, 'execute'], { body, revision: expected })) as z.infer<typeof ApiBegun>),
});

const pause = tool({
  name: 'plans_pause',
  title: 'Pause a plan',
  description: 'Lets the task that runs finish and pauses the plan; with now, what runs is stopped, and what it has done is kept.',
  input: Pause.extend({ planId }),
  output: z.object({ status, currentTaskId: z.string().optional() }),
  annotations: { ...WRITES, idempotentHint: true },
  call: async ({ ask }, { planId: plan, ...body }) =>
    said((await ask('POST', ['plans', plan, 'pause'], { body })) as z.infer<typeof ApiPaused>),
});

const resume = tool({
  name: 'plans_resume',
  title: 'Resume a plan',
  description: 'Goes on with a paused or cancelled plan, by a run of its own where none is at work.',
  input: z.strictObject({ planId }),
  output: Begun,
  annotations: ACTS,
  call: async ({ ask }, { planId: plan }) => said((await ask('POST', ['plans', plan, 'resume'])) as z.infer<typeof ApiBegun>),
});

const approve = tool({
  name: 'plans_approve',
  title: 'Approve a task',
  description:
    'Lets a task of a manual phase run as it is now. A person has kept that word for themselves: only where they have told you to. plans_resume goes on then.',
  input: z.strictObject({ taskId, revision }),
  output: z.object({ task: SHOWN.TaskLine, revision: z.string(), commit }),
  annotations: { ...ACTS, idempotentHint: true },
  call: async ({ ask }, { taskId: id, revision: expected }) => {
    const { task, ...rest } = (await ask('POST', ['tasks', id, 'approve'], { revision: expected })) as z.infer<typeof TaskAnswer>;
    return said({ ...rest, task: taskLine(task, false) });
  },
});

export const RUNNING: readonly Tool[] = [run, pause, resume, approve];
