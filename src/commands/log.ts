/** `plans log`: what the commits of tasks say, from their trailers. */
import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { flagWords } from '../core/weakened.ts';
import { listName, listPaths } from '../engine/list-history.ts';
import { logRecord, readTaskLog, type TaskLogEntry } from '../engine/task-log.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext } from './context.ts';
import { inWorkspace, slugOfArgument, unknownPlan, writeJson } from './reading.ts';
import { age, dollars, duration } from './terminal/duration.ts';
import { fitLine, paintLines, s, type Line } from './terminal/line.ts';
import { oneLine } from './terminal/text.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100_000;

/** Lists the commits of tasks, newest first. */
export const log: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const limit = readLimit(input.text('limit'));
    const argument = input.arguments[0];
    const plan = argument === undefined ? undefined : (nameOf(workspace, resolve(context.cwd, argument)) ?? slugOfArgument(argument));
    const entries = await readTaskLog(workspace, plan, limit);
    if (context.json) writeJson(context, { version: 1, tasks: entries.map(logRecord) });
    else if (entries.length > 0)
      context.out.write(
        paintLines(
          entries.flatMap((entry) => entryLines(context, entry, plan === undefined)),
          context.out.color,
        ),
      );
    else if (plan !== undefined && !existsSync(workspace.planPath(plan)))
      throw await unknownPlan(workspace, plan, ', and no commit names one');
    else if (!context.quiet) context.err.write('No task has been committed yet.\n');
    return EXIT.done;
  });

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new CommandError(`--limit cannot be "${text}"; it is a whole number from 1 to ${MAX_LIMIT}.`);
}

/** The name of a list that is carried out where it is; undefined where the argument is none's path. */
function nameOf(workspace: Workspace, file: string): string | undefined {
  const path = relative(workspace.root, file).split(sep).join('/');
  return listPaths(workspace).includes(path) ? listName(path) : undefined;
}

function entryLines(context: CommandContext, { commit, evidence, revertedBy }: TaskLogEntry, withPlan: boolean): Line[] {
  const { columns } = context.out.size();
  const when = age(Date.parse(commit.committedAt), context.now());
  const name = withPlan ? `${evidence.plan}/${evidence.task}` : evidence.task;
  const cost = evidence.costUsd === null ? '' : dollars(evidence.costUsd);
  const tokens = evidence.tokens === null ? '' : `${evidence.tokens.toLocaleString('en')} tokens`;
  const facts = [
    evidence.agent,
    `attempt ${evidence.attempt} of ${evidence.maxAttempts}`,
    duration(evidence.durationMs),
    tokens,
    cost,
  ].filter((fact) => fact !== '');
  const gates = evidence.gates.flatMap((gate): Line => {
    const style = gate.status === 'failed' ? ('red' as const) : gate.status === 'skipped' ? ('dim' as const) : ('green' as const);
    const mark = gate.status === 'passed' ? '✔' : gate.status === 'failed' ? '✘' : '–';
    return [s('  '), s(`${mark} ${oneLine(gate.name)}`, style)];
  });
  const flags = evidence.flags === undefined ? [] : [s(`  ${flagWords(evidence.flags)}`, 'yellow')];
  const back = revertedBy === null ? '' : `  ↩ reverted by ${revertedBy.slice(0, 10)}`;
  return [
    fitLine(
      [
        s(commit.id.slice(0, 10), revertedBy === null ? 'yellow' : 'dim'),
        s(`  ${oneLine(name)}`, 'bold'),
        s(back, 'yellow'),
        s(`  ${oneLine(commit.subject)}`),
        s(`  ${when}`, 'dim'),
      ],
      columns,
    ),
    fitLine([s(`            ${facts.join(' · ')}`, 'dim'), ...gates, ...flags], columns),
  ];
}
