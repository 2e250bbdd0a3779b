/** `plans resume`: a paused or cancelled plan goes on. */
import { type Command } from './context.ts';
import { inWorkspace } from './reading.ts';
import { runToEnd } from './run.ts';
import { namedPlan, runner, say, word } from './steering.ts';

/** Takes a pause back where a runner is at work; else runs the plan on. */
export const resume: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const plan = await namedPlan(workspace, input.arguments[0] ?? '');
    const steered = await word(context, input, workspace, plan, { type: 'resume' });
    if (steered.holder !== null) return say(context, steered, `${runner(steered)} goes on.`);
    return await runToEnd(context, workspace, plan, input);
  });
