/** `plans run --dry-run`: what would happen, in order. Changes nothing. */
import { agentOf, gatesOf } from '../core/assignment.ts';
import type { ForecastCommit, Step } from '../core/forecast.ts';
import { shellWord } from '../core/shell.ts';
import type { Selection } from '../engine/start.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type CommandContext, type ExitCode } from './context.ts';
import { writeJson, type LoadedPlan } from './reading.ts';
import { pauseSentence } from './terminal/box.ts';
import { duration } from './terminal/duration.ts';
import { fitLine, paintLines, s, spread, type Line } from './terminal/line.ts';
import { count, oneLine, wrap } from './terminal/text.ts';

/** Prints the steps of a run; then it refuses what a run would refuse, so that the order can be looked at before all is in place. */
export async function dryRun(context: CommandContext, workspace: Workspace, loaded: LoadedPlan, selection: Selection): Promise<ExitCode> {
  if (!loaded.valid)
    throw new CommandError(
      `${shellWord(loaded.path)} has errors, and nothing would run. See them: plans lint ${shellWord(loaded.id)}`,
      EXIT.failed,
    );
  const { forecastRun, stepRecord } = await import('../engine/run-forecast.ts');
  const { branch, commit, steps, commits, problem } = await forecastRun(workspace, loaded, selection, context);
  if (context.json) {
    const plain = steps.map((step) => stepRecord(workspace, step));
    writeJson(context, { version: 1, plan: loaded.id, branch, commit, steps: plain, commits, problem });
    return problem === null ? EXIT.done : EXIT.usage;
  }
  const columns = context.out.size().columns;
  const place = `${branch ?? 'no branch'} @ ${commit?.slice(0, 7) ?? 'no commit'}`;
  const lines: Line[] = [
    fitLine([s(oneLine(loaded.plan.title), 'bold'), s(`  ${loaded.id} on ${place}`, 'dim')], columns),
    ...steps.flatMap((step) => stepLines(workspace, loaded, step, columns)),
    [],
    ...wrap(commitsSentence(commits, steps), columns).map((line): Line => [s(line, 'dim')]),
  ];
  context.out.write(paintLines(lines, context.out.color));
  if (problem !== null) throw new CommandError(`It would not run yet. ${problem}`);
  return EXIT.done;
}

const quoted = (some: readonly ForecastCommit[]) => some.filter(({ task }) => task === null).map(({ subject }) => `"${subject}"`);

/** How many commits until the run ends or pauses, and which of them are of the plan file alone. */
function commitsSentence(commits: readonly ForecastCommit[], steps: readonly Step[]): string {
  const tasks = steps.filter((step) => step.type === 'task').length;
  const first = commits.filter(({ task }) => task !== null).length;
  const at = commits.findIndex(({ task }) => task !== null);
  const parts = [
    ...quoted(at < 0 ? commits : commits.slice(0, at)),
    ...(first === 0 ? [] : [count(first, 'task')]),
    ...quoted(at < 0 ? [] : commits.slice(at)),
  ];
  const paused = steps.some((step) => step.type === 'pause');
  const until = paused ? ' until it pauses' : '';
  const made = commits.length === 0 ? `No commit${until}` : `${count(commits.length, 'commit')}${until}: ${parts.join(', ')}`;
  const rest = tasks - first;
  return `${made}${rest === 0 ? '' : `; ${count(rest, 'task')} after that`}. Nothing was changed.`;
}

function stepLines(workspace: Workspace, loaded: LoadedPlan, step: Step, columns: number): Line[] {
  switch (step.type) {
    case 'phase':
      return step.phase.title === '' ? [[]] : [[], fitLine([s(`  ${oneLine(step.phase.title)}`, 'bold', 'cyan')], columns)];
    case 'task': {
      const gates = gatesOf(workspace.config, step.phase, step.task).map(({ name }) => name);
      const facts = [
        agentOf(workspace.config, step.phase, step.task),
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
