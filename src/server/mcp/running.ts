/** Tools that begin runs and steer them. */
import { z } from 'zod';
import { Begun, Execute, Pause, Paused } from '../routes/steering.ts';
import { Commit } from '../routes/plans.ts';
import type { TaskAnswer } from '../routes/tasks.ts';
import { SHOWN, taskLine } from './shown.ts';
import { ACTS, planId, revision, taskId, tool, WRITES, type Tool } from './tool.ts';

const run = tool({
  name: 'plans_run',
  title: 'Run a plan',
  description:
    'Begins a run of a plan that is ready: agents and commands work on its tasks, each of which becomes a commit once its gates pass. Answers at once: the run is a process of its own, which goes on when this server ends. plans_status with waitSeconds follows it. Costs money.',
  input: Execute.extend({ planId, revision }),
  output: Begun,
  annotations: ACTS,
  call: ({ ask }, { planId: plan, revision: expected, ...body }) => ask('POST', ['plans', plan, 'execute'], { body, revision: expected }),
});

const pause = tool({
  name: 'plans_pause',
  title: 'Pause a plan',
  description: 'Lets the task that runs finish and pauses the plan; with now, what runs is stopped, and what it has done is kept.',
  input: Pause.extend({ planId }),
  output: Paused,
  annotations: { ...WRITES, idempotentHint: true },
  call: ({ ask }, { planId: plan, ...body }) => ask('POST', ['plans', plan, 'pause'], { body }),
});

const resume = tool({
  name: 'plans_resume',
  title: 'Resume a plan',
  description: 'Goes on with a paused or cancelled plan, by a run of its own where none is at work.',
  input: z.strictObject({ planId }),
  output: Begun,
  annotations: ACTS,
  call: ({ ask }, { planId: plan }) => ask('POST', ['plans', plan, 'resume']),
});

const approve = tool({
  name: 'plans_approve',
  title: 'Approve a task',
  description:
    'Lets a task of a manual phase run as it is now. A person has kept that word for themselves: only where they have told you to. plans_resume goes on then.',
  input: z.strictObject({ taskId, revision }),
  output: z.object({ task: SHOWN.TaskLine, revision: z.string(), commit: Commit }),
  annotations: { ...ACTS, idempotentHint: true },
  call: async ({ ask }, { taskId: id, revision: expected }) => {
    const { task, ...rest } = (await ask('POST', ['tasks', id, 'approve'], { revision: expected })) as z.infer<typeof TaskAnswer>;
    return { ...rest, task: taskLine(task, false) };
  },
});

export const RUNNING: readonly Tool[] = [run, pause, resume, approve];
