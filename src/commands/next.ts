/** `plans next`: what may start, and why the rest may not, by the executor's own function. */
import type { PlanRecord } from '../core/record.ts';
import { readiness, type Readiness, type ScheduledTask, type WaitReason } from '../core/schedule.ts';
import { shellWord } from '../core/shell.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command } from './context.ts';
import { inWorkspace, loadPlan, slugOfArgument, writeJson } from './reading.ts';
import { fitLine, paintLines, s, type Line } from './terminal/line.ts';
import { waitWords } from './terminal/reasons.ts';
import { statusStretch } from './terminal/status-words.ts';
import { count, oneLine } from './terminal/text.ts';

/** Waiting tasks that are listed for a plan, unless all are asked for. */
const MAX_WAITING = 5;

interface TitledTask extends ScheduledTask {
  readonly title: string;
}

/** One plan's answer. */
interface Answer {
  readonly plan: Pick<PlanRecord, 'id' | 'title' | 'status' | 'pauseReason' | 'valid'>;
  readonly phases: ReadonlyMap<string, string>;
  readonly tasks: readonly Readiness<TitledTask>[];
}

/** Says what is ready in a plan, or in all. */
export const next: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const argument = input.arguments[0];
    const answers = await readAnswers(workspace, argument === undefined ? undefined : slugOfArgument(argument));
    if (argument !== undefined && answers.length === 0) await loadPlan(workspace, argument);
    const named = argument === undefined ? undefined : answers[0];
    if (named?.plan.valid === false)
      throw new CommandError(
        `The plan ${shellWord(named.plan.id)} has errors, and nothing of it can start. See them: plans lint ${shellWord(named.plan.id)}`,
        EXIT.failed,
      );
    if (context.json) {
      writeJson(context, { version: 1, plans: answers.map(record) });
      return EXIT.done;
    }
    const { columns } = context.out.size();
    const all = input.flag('all') || argument !== undefined;
    const open = answers.filter((answer) => argument !== undefined || answer.tasks.length > 0 || !answer.plan.valid);
    const awake = all ? open : open.filter(({ plan }) => !plan.valid || !isResting(plan.status));
    const shown = [...awake.filter(starts), ...awake.filter((answer) => !starts(answer))];
    const listed = input.flag('all') ? everything : argument === undefined ? forPerson : first;
    const lines = shown.flatMap((answer, index) => [...(index === 0 ? [] : [[]]), ...answerLines(answer, listed, columns)]);
    const resting = restingLine(open.filter((answer) => !shown.includes(answer)));
    if (resting.length > 0) lines.push(...(lines.length === 0 ? [] : [[]]), fitLine(resting, columns));
    if (lines.length === 0)
      lines.push([
        s(answers.length === 0 ? 'There are no plans yet. Write one: plans new "TITLE"' : 'Nothing is open: every plan is done.'),
      ]);
    context.out.write(paintLines(lines, context.out.color));
    return EXIT.done;
  });

const starts = ({ tasks }: Answer): boolean => tasks.some((entry) => entry.ready);

/** Which of the waiting tasks are listed. */
type Listed = (waiting: readonly Readiness<TitledTask>[]) => readonly Readiness<TitledTask>[];

const everything: Listed = (waiting) => waiting;
const first: Listed = (waiting) => waiting.slice(0, MAX_WAITING);

/** Of many plans only what a person can do something about; the rest waits for other tasks. */
const forPerson: Listed = (waiting) =>
  first(waiting.filter(({ because: [reason] }) => reason !== undefined && !WAITS_FOR_TASKS.has(reason.type)));

const WAITS_FOR_TASKS: ReadonlySet<WaitReason['type']> = new Set([
  'phase-before',
  'dependency',
  'dependency-failed',
  'task-before',
  'runs-alone',
]);

/** Nothing of such a plan starts before a person says so of the whole plan. */
const isResting = (status: PlanRecord['status']): boolean => status === 'draft' || status === 'failed';

/** `10 drafts and 1 plan that was given up: plans next --all`. */
function restingLine(resting: readonly Answer[]): Line {
  const drafts = resting.filter(({ plan }) => plan.status === 'draft').length;
  const given = resting.length - drafts;
  const parts = [drafts > 0 ? count(drafts, 'draft') : '', given > 0 ? `${given} given up` : ''].filter((part) => part !== '');
  return parts.length === 0 ? [] : [s(`${parts.join(' and ')}: plans next --all`, 'dim')];
}

async function readAnswers(workspace: Workspace, planId: string | undefined): Promise<readonly Answer[]> {
  const [{ readSynced, syncFiles }, { liveRuns }] = await Promise.all([import('../engine/sync.ts'), import('../engine/export.ts')]);
  const { plans, schedules, running } = await readSynced(workspace, syncFiles, (store) => ({
    plans: store.records.plans(planId),
    schedules: new Map(store.records.schedules(planId).map((schedule) => [schedule.id, schedule])),
    running: new Map(liveRuns(store, planId).map((run) => [run.planId, new Set(run.tasks.map((task) => task.taskId))])),
  }));
  return plans.map((plan) => {
    const schedule = schedules.get(plan.id);
    return {
      plan,
      phases: new Map(schedule?.phases.map((phase) => [phase.id, phase.title])),
      tasks: plan.valid && schedule !== undefined ? readiness(schedule, { running: running.get(plan.id) ?? new Set<string>() }) : [],
    };
  });
}

function reference({ task, phase }: Readiness<TitledTask>) {
  return { id: task.id, phase, title: task.title };
}

function record({ plan, tasks }: Answer) {
  return {
    id: plan.id,
    title: plan.title,
    status: plan.status,
    valid: plan.valid,
    ready: tasks.filter((entry) => entry.ready).map(reference),
    waiting: tasks.filter((entry) => !entry.ready).map((entry) => ({ ...reference(entry), because: entry.because })),
  };
}

function answerLines({ plan, phases, tasks }: Answer, listed: Listed, columns: number): Line[] {
  const lines: Line[] = [
    fitLine(
      [
        s(shellWord(plan.id), 'bold'),
        s('  '),
        plan.valid ? statusStretch(plan.status, null) : s('invalid', 'red'),
        s(`  ${oneLine(plan.title)}`, 'dim'),
      ],
      columns,
    ),
  ];
  if (!plan.valid) return [...lines, [s(`  ✘ it has errors: plans lint ${shellWord(plan.id)}`, 'red')]];
  if (tasks.length === 0) return [...lines, [s('  every task is done', 'dim')]];
  if (plan.status === 'draft') return [...lines, [s(`  ${count(tasks.length, 'open task')}; plans ready ${plan.id} lets it run`, 'dim')]];
  const title = (id: string): string => phases.get(id) || id;
  for (const { task } of tasks.filter((entry) => entry.ready))
    lines.push(fitLine([s('  ▸ ', 'cyan'), s(oneLine(task.title)), s(`  ${task.id}`, 'dim')], columns));
  const waiting = tasks.filter((entry) => !entry.ready);
  const shown = listed(waiting);
  for (const { task, because } of shown) {
    const [reason] = because;
    const why = reason === undefined ? '' : waitWords(reason, title);
    const glyph = reason?.type === 'task-failed' ? s('  ✘ ', 'red') : s('  ○ ', 'dim');
    lines.push(fitLine([glyph, s(task.id), s(`  ${why}`, 'dim')], columns));
  }
  const left = waiting.length - shown.length;
  if (left > 0) lines.push([s(`    … ${left} more ${left === 1 ? 'waits' : 'wait'}: plans next ${shellWord(plan.id)} --all`, 'dim')]);
  return lines;
}
