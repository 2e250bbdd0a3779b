/** `plans resume`: a paused or cancelled plan goes on. */
import { type Command } from './context.ts';
import { inWorkspace } from './reading.ts';
import { runToEnd } from './run.ts';
import { caller, namedPlan, say } from './steering.ts';

/** Takes a pause back where a runner is at work; else runs the plan on. */
export const resume: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { runnerOf, steer } = await import('../engine/control.ts');
    const { resuming } = await import('../engine/words.ts');
    const plan = await namedPlan(workspace, input.arguments[0] ?? '');
    const live = runnerOf(workspace, plan) !== null;
    const steered = await steer(caller(context, input, workspace, plan), resuming(live));
    if (steered.holder !== null) return say(context, steered, `Process ${steered.holder.pid} goes on.`);
    return await runToEnd(context, workspace, plan, input);
  });
