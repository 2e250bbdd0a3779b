/** `plans logs`: what an attempt at a task said and did, and what its gates printed. */
import { readFileSync } from 'node:fs';
import type { GateResult } from '../core/outcome.ts';
import { shellWord } from '../core/shell.ts';
import { readTranscriptLine, type TranscriptEntry } from '../core/transcript.ts';
import type { AttemptLogs } from '../engine/attempt-logs.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandInput } from './context.ts';
import { inWorkspace, planIds, readPlanFile, slugOfArgument, unknownPlan, writeJson } from './reading.ts';
import { dollars, duration } from './terminal/duration.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { count, oneLine, outputLines } from './terminal/text.ts';
import { transcriptLines } from './terminal/transcript.ts';

/** Lines of a gate's log that are shown, from its end. */
const GATE_LINES = 60;

/** Shows the last attempt at a task, or another one; with `--follow` as it comes. */
export const logs: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const wanted = { ...named(input), attempt: attemptNumber(input.text('attempt')) };
    if (input.flag('follow'))
      return (await import('./logs-follow.ts')).follow(context, workspace, () => chosen(workspace, wanted), wanted.plan);
    const found = await chosen(workspace, wanted);
    if (found instanceof CommandError) throw found;
    if (context.json) writeJson(context, attemptJson(found));
    else context.out.write(paintLines(attemptLines(found), context.out.color));
    return EXIT.done;
  });

interface Wanted {
  readonly plan: string | null;
  readonly task: string;
  readonly attempt: number | null;
}

/** The attempt that is asked for. An error is given back where it may still begin, and thrown where there can be none. */
async function chosen(workspace: Workspace, { plan, task, attempt }: Wanted): Promise<AttemptLogs | CommandError> {
  const { attemptsAt } = await import('../engine/attempt-logs.ts');
  const all = attemptsAt(workspace, task, plan);
  const plans = [...new Set(all.flatMap(({ record }) => (record === null ? [] : [record.planId])))].toSorted();
  if (plans.length > 1) {
    throw new CommandError(
      `Several plans have a task "${task}": ${plans.join(', ')}. Say which: plans logs ${task} --plan ${plans[0] ?? 'PLAN'}`,
    );
  }
  const found = all.findLast((one) => attempt === null || one.attempt === attempt);
  if (found !== undefined) return found;
  if (all.length === 0) return nothingOf(workspace, task, plan);
  const numbers = [...new Set(all.map((one) => one.attempt))];
  return new CommandError(
    `There is no log of attempt ${attempt ?? ''} at "${task}". There is one of ${count(numbers.length, 'attempt')}: ${numbers.join(', ')}.`,
  );
}

/** `TASK`, `PLAN/TASK`, `PLAN TASK`, or `TASK --plan PLAN`. */
function named(input: CommandInput): Pick<Wanted, 'plan' | 'task'> {
  const [first = '', second] = input.arguments;
  const option = input.text('plan');
  const [, before, after] = /^([^/]+)\/([^/]+)$/.exec(first) ?? [];
  const plan = option ?? (second === undefined ? before : first);
  return { plan: plan === undefined ? null : slugOfArgument(plan), task: second ?? after ?? first };
}

function attemptNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new CommandError(`--attempt cannot be "${text}"; it is a whole number from 1.`);
}

/** That none of the task's attempts was made here; thrown where there is no such task. */
async function nothingOf(workspace: Workspace, task: string, plan: string | null): Promise<CommandError> {
  const { didYouMean, suggestIds } = await import('../core/suggest.ts');
  const tasks: string[] = [];
  for (const id of plan === null ? await planIds(workspace) : [plan]) {
    const loaded = await readPlanFile(workspace, workspace.planPath(id), id);
    if (loaded === undefined) throw await unknownPlan(workspace, id);
    tasks.push(...loaded.plan.phases.flatMap((phase) => phase.tasks.map((each) => each.id)));
  }
  if (tasks.includes(task))
    return new CommandError(`No attempt at "${task}" has been made on this machine. "plans log" shows what was committed.`);
  const hint = didYouMean(suggestIds(task, tasks)) ?? `"plans show ${plan === null ? 'PLAN' : shellWord(plan)}" lists the ids.`;
  throw new CommandError(`There is no task "${task}"${plan === null ? '' : ` in ${plan}`}. ${hint}`);
}

/** The first lines: which attempt this is, and how it went. */
export function headLines({ task, attempt, run, record }: AttemptLogs): Line[] {
  const name = record === null ? task : `${record.planId}/${task}`;
  if (record === null) return [[s(oneLine(name), 'bold'), s(`  attempt ${attempt}, run ${run}`, 'dim')]];
  const { outcome, durationMs, tokens, costUsd, agent, commitSha } = record;
  const style = outcome === 'passed' ? 'green' : outcome === null ? 'cyan' : 'red';
  const facts = [
    oneLine(agent),
    durationMs === null ? '' : duration(durationMs),
    tokens === null ? '' : `${tokens.toLocaleString('en')} tokens`,
    costUsd === null ? '' : dollars(costUsd),
    commitSha === null ? '' : commitSha.slice(0, 10),
  ].filter((fact) => fact !== '');
  const reason = record.reason === null || record.reason === '' ? [] : [[s(oneLine(record.reason), 'red')]];
  return [
    [
      s(oneLine(name), 'bold'),
      s(`  attempt ${attempt}  `),
      s((outcome ?? 'under way').replaceAll('_', ' '), style),
      s(`  ${facts.join(' · ')}`, 'dim'),
    ],
    ...reason,
  ];
}

function attemptLines(logs: AttemptLogs): Line[] {
  const entries = transcriptOf(logs);
  const said = entries.length > 0 ? transcriptLines(entries) : textLines(textOf(logs.output));
  const silent: Line[] = said.length === 0 ? [[s('It printed nothing.', 'dim')]] : [];
  return [...headLines(logs), [], ...silent, ...said, ...gatesOf(logs).flatMap(gateLines)];
}

interface GateLog extends Omit<GateResult, 'status' | 'tail'> {
  readonly status: GateResult['status'] | null;
  readonly output: string;
}

/** The gates as they were run; those of which only a log is there, after them. */
function gatesOf({ record, gates }: AttemptLogs): readonly GateLog[] {
  const results = record?.gates ?? [];
  const known = results.map(({ tail, ...result }): GateLog => {
    const log = gates.find(({ name }) => name === result.name);
    return { ...result, output: log === undefined ? tail : textOf(log.path) };
  });
  const others = gates.filter(({ name }) => !results.some((result) => result.name === name));
  return [
    ...known,
    ...others.map(({ name, path }) => ({ name, status: null, durationMs: 0, exitCode: null, reason: '', output: textOf(path) })),
  ];
}

function gateLines({ name, status, durationMs, reason, output }: GateLog): Line[] {
  const mark = status === null ? '…' : { passed: '✔', failed: '✘', skipped: '–' }[status];
  const style = status === null ? 'cyan' : ({ passed: 'green', failed: 'red', skipped: 'dim' } as const)[status];
  const took = durationMs > 0 ? `  ${duration(durationMs)}` : '';
  const head: Line = [s(`${mark} ${oneLine(name)}`, style), s(took, 'dim'), s(reason === '' ? '' : `  ${oneLine(reason)}`, style)];
  // What a gate printed that passed is in the JSON; here it would bury what matters.
  if (status === 'passed' || status === 'skipped') return [[], head];
  const lines = textLines(output);
  const shown = lines.slice(-GATE_LINES).map((line): Line => [s('  '), ...line]);
  const left = lines.length - shown.length;
  return [[], head, ...(left > 0 ? [[s(`  … ${count(left, 'line')} before this`, 'dim')]] : []), ...shown];
}

function attemptJson(logs: AttemptLogs) {
  const { run, task, attempt, record } = logs;
  const entries = transcriptOf(logs);
  return {
    version: 1,
    plan: record?.planId ?? null,
    task,
    attempt,
    run,
    agent: record?.agent ?? null,
    outcome: record?.outcome ?? null,
    reason: record?.reason ?? null,
    startedAt: record?.startedAt ?? null,
    endedAt: record?.endedAt ?? null,
    durationMs: record?.durationMs ?? null,
    tokens: record?.tokens ?? null,
    costUsd: record?.costUsd ?? null,
    session: record?.sessionId ?? null,
    commit: record?.commitSha ?? null,
    output: logs.output === null ? null : textOf(logs.output),
    transcript: logs.transcript === null ? null : entries,
    gates: gatesOf(logs),
  };
}

function transcriptOf({ transcript }: AttemptLogs): readonly TranscriptEntry[] {
  return textOf(transcript)
    .split('\n')
    .flatMap((line) => readTranscriptLine(line) ?? []);
}

function textLines(text: string): Line[] {
  return text === '' ? [] : outputLines(text.replace(/\n$/, '')).map((line): Line => [s(line)]);
}

function textOf(path: string | null): string {
  if (path === null) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
