/** `plans run --dry-run`: what would happen, in order. Changes nothing. */
import { agentOf, gatesOf } from '../core/assignment.ts';
import { forecast, type Step } from '../core/forecast.ts';
import type { Selection } from '../engine/start.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type CommandContext, type ExitCode } from './context.ts';
import { writeJson, type LoadedPlan } from './reading.ts';
import { pauseSentence } from './terminal/box.ts';
import { duration } from './terminal/duration.ts';
import { fitLine, paintLines, s, spread, type Line } from './terminal/line.ts';
import { count, oneLine } from './terminal/text.ts';

/** Prints the steps of a run; refuses what a run would refuse. */
export async function dryRun(context: CommandContext, workspace: Workspace, loaded: LoadedPlan, selection: Selection): Promise<ExitCode> {
  if (!loaded.valid)
    throw new CommandError(`${loaded.path} has errors, and nothing would run. See them: plans lint ${loaded.id}`, EXIT.failed);
  const { checkAgents, checkedHead, checkStatus, select } = await import('../engine/start.ts');
  checkStatus(loaded.plan);
  const head = await checkedHead(workspace);
  const { scope, approved } = select(loaded.plan, selection);
  await checkAgents(workspace, loaded.plan, scope, context.env);
  const steps = forecast(loaded.plan, { scope, approved });
  const plain = steps.map((step) => describe(workspace, step));
  if (context.json) {
    writeJson(context, { version: 1, plan: loaded.id, branch: head.branch, commit: head.commit, steps: plain });
    return EXIT.done;
  }
  const columns = context.out.size().columns;
  const tasks = steps.filter((step) => step.type === 'task').length;
  const lines: Line[] = [
    fitLine([s(oneLine(loaded.plan.title), 'bold'), s(`  ${loaded.id} on ${head.branch} @ ${head.commit.slice(0, 7)}`, 'dim')], columns),
    ...steps.flatMap((step) => stepLines(workspace, loaded, step, columns)),
    [],
    [s(`${count(tasks, 'task')}, ${count(tasks, 'commit')}; nothing was changed.`, 'dim')],
  ];
  context.out.write(paintLines(lines, context.out.color));
  return EXIT.done;
}

function describe(workspace: Workspace, step: Step) {
  switch (step.type) {
    case 'phase':
      return { type: step.type, phase: step.phase.id, title: step.phase.title };
    case 'task':
      return {
        type: step.type,
        phase: step.phase.id,
        task: step.task.id,
        title: step.task.title,
        agent: agentOf(workspace.config, step.phase, step.task) ?? 'no agent',
        run: step.task.run ?? null,
        gates: gatesOf(workspace.config, step.phase, step.task).map(({ name }) => name),
        maxAttempts: step.task.maxAttempts ?? workspace.config.maxAttempts,
      };
    case 'pause':
      return { type: step.type, reason: step.reason, phase: step.phase.id, task: step.task };
  }
}

function stepLines(workspace: Workspace, loaded: LoadedPlan, step: Step, columns: number): Line[] {
  switch (step.type) {
    case 'phase':
      return step.phase.title === '' ? [[]] : [[], fitLine([s(`  ${oneLine(step.phase.title)}`, 'bold', 'cyan')], columns)];
    case 'task': {
      const gates = gatesOf(workspace.config, step.phase, step.task).map(({ name }) => name);
      const facts = [
        agentOf(workspace.config, step.phase, step.task) ?? 'no agent',
        gates.length === 0 ? 'no gates' : gates.join(' '),
        step.task.estimate === undefined ? '' : `~${duration(step.task.estimate)}`,
      ];
      const right = facts.filter((fact) => fact !== '').join(' · ');
      return [
        spread(
          [s(`  ${String(step.number).padStart(3)}. `, 'dim'), s(oneLine(step.task.title)), s(`  ${step.task.id}`, 'dim')],
          [s(right, 'dim')],
          columns,
        ),
      ];
    }
    case 'pause': {
      const title = step.phase.title === '' ? loaded.plan.title : step.phase.title;
      return [fitLine([s('       ⏸ ', 'yellow'), s(pauseSentence(step.reason, step.task, `“${oneLine(title)}”`), 'yellow')], columns)];
    }
  }
}
