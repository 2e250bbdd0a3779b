/** `plans show`: one plan, its phases and its tasks. */
import { NOTHING, toCost, type Spending } from '../core/budget.ts';
import { PAUSE_REASONS } from '../core/outcome.ts';
import { isDone } from '../core/plan.ts';
import { waitingFor } from '../core/progress.ts';
import type { PlanExport, TaskRecord } from '../core/record.ts';
import { readiness, type Readiness } from '../core/schedule.ts';
import { EXIT, type Command } from './context.ts';
import { inWorkspace, loadPlan, writeJson, type LoadedPlan } from './reading.ts';
import { phaseGlyph } from './terminal/box.ts';
import { diagnosticsSummary, renderDiagnostics } from './terminal/diagnostics.ts';
import { fitLine, paintLines, s, spread, type Line, type Stretch } from './terminal/line.ts';
import { waitWords } from './terminal/reasons.ts';
import { spentWords } from './terminal/spent.ts';
import { statusStretch } from './terminal/status-words.ts';
import { count, oneLine, wrap } from './terminal/text.ts';
import { wayLines, waysOn } from './terminal/ways-on.ts';

/** Lines of the plan's description that are shown. */
const DESCRIPTION_LINES = 4;
/** Lines of the last error of a task that are shown. */
const ERROR_LINES = 4;
const ERROR_INDENT = '      ';

/** Shows a plan. */
export const show: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const loaded = await loadPlan(workspace, input.arguments[0] ?? '');
    const [{ showPlan }, { recordedSpending, withUnrecorded }, { ATTEMPTS }] = await Promise.all([
      import('../engine/export.ts'),
      import('../engine/spent.ts'),
      import('../engine/kept.ts'),
    ]);
    const [state, kept] = [await showPlan(workspace, loaded.id), await workspace.git.refs(ATTEMPTS)];
    const now = new Date(context.now());
    const { plans } = await withUnrecorded(workspace, recordedSpending(workspace.store(), now), kept, now);
    const spent = plans.get(loaded.id) ?? NOTHING;
    const code = loaded.valid ? EXIT.done : EXIT.failed;
    if (context.json) {
      writeJson(context, {
        version: 1,
        repositoryId: state?.repositoryId ?? null,
        plan: state?.plans[0] ?? null,
        live: state?.live ?? [],
        spent: toCost(spent),
      });
      return code;
    }
    const running = new Set(state?.live.flatMap((run) => run.tasks.map((task) => task.taskId)) ?? []);
    const { columns } = context.out.size();
    const record = state?.plans[0];
    const lines = planLines(loaded, { record, running, spent }, columns);
    if (record !== undefined && running.size === 0) lines.push(...goingOn(loaded, record));
    if (loaded.diagnostics.length > 0) {
      lines.push(
        [],
        ...renderDiagnostics(loaded.path, loaded.text, loaded.diagnostics, columns),
        diagnosticsSummary(loaded.diagnostics, 1),
      );
    }
    context.out.write(paintLines(lines, context.out.color));
    return code;
  });

interface Shown {
  readonly record: PlanExport | undefined;
  readonly running: ReadonlySet<string>;
  /** By commits and by kept attempts. */
  readonly spent: Spending;
}

function planLines({ plan, path }: LoadedPlan, { record, running, spent }: Shown, columns: number): Line[] {
  const waiting = new Map(readiness(plan, { running }).map((answer) => [answer.task.id, answer]));
  const records = new Map(record?.tasks.map((task) => [task.id, task]) ?? []);
  const titles = new Map(plan.phases.map((phase) => [phase.id, phase.title]));
  const lines: Line[] = [
    spread([s(oneLine(plan.title), 'bold')], [statusStretch(record?.status ?? plan.status, record?.pauseReason ?? null)], columns),
    spread([s(path, 'dim')], [s(spentWords(spent) === '' ? '' : `${spentWords(spent)} spent`, 'dim')], columns),
  ];
  if (plan.description !== '') lines.push([], ...description(plan.description, columns));
  for (const phase of plan.phases) {
    const closed = phase.tasks.filter(isDone).length;
    const failed = phase.tasks.filter((task) => task.status === 'failed').length;
    const traits = [phase.executionMode === 'sequential' ? '' : phase.executionMode, phase.pauseAfter ? 'pauses after' : ''].filter(
      (trait) => trait !== '',
    );
    const head: Line = [
      phaseGlyph({ closed, failed, total: phase.tasks.length }),
      s(' '),
      s(oneLine(phase.title) || 'Tasks', 'bold'),
      s(`  ${phase.id}`, 'dim'),
    ];
    lines.push([], spread(head, [s([...traits, `${closed}/${phase.tasks.length}`].join(' · '), 'dim')], columns));
    for (const task of phase.tasks) {
      const facts = taskFacts(records.get(task.id), waiting.get(task.id), (id) => titles.get(id) || id);
      lines.push(
        spread(
          [s('  '), taskGlyph(task.status, waiting.get(task.id)), s(` ${oneLine(task.title)}`), s(`  ${task.id}`, 'dim')],
          [s(facts, 'dim')],
          columns,
        ),
      );
      if (task.error !== undefined) lines.push(...errorLines(task.error, columns));
    }
  }
  return lines;
}

/** In full, as far as it is no log: what can be done stands at its end. */
function errorLines(error: string, columns: number): Line[] {
  const lines = wrap(oneLine(error), columns - ERROR_INDENT.length);
  const cut = lines.length > ERROR_LINES ? [...lines.slice(0, ERROR_LINES - 1), `${lines[ERROR_LINES - 1]} …`] : lines;
  return cut.map((line) => fitLine([s(`${ERROR_INDENT}${line}`, 'red')], columns));
}

/** The commands that go on, of a plan that waits or was given up: those of the box at its pause. */
function goingOn({ plan }: LoadedPlan, record: PlanExport): Line[] {
  if (record.status !== 'paused' && record.status !== 'failed') return [];
  const reason = PAUSE_REASONS.find((one) => one === record.pauseReason) ?? 'requested';
  const failed = reason === 'task_failed' ? record.tasks.find((task) => task.status === 'failed')?.id : undefined;
  const task = failed ?? record.currentTaskId;
  const ways = waysOn(
    record.status === 'failed' ? { type: 'failed' } : { type: 'paused', reason, task },
    plan.id,
    null,
    failed === undefined ? [] : waitingFor(plan, failed),
  );
  return [[], ...wayLines(ways)];
}

function description(text: string, columns: number): Line[] {
  const lines = text.split(/\n\s*\n/).flatMap((paragraph) => wrap(oneLine(paragraph), columns));
  const shown: Line[] = lines.slice(0, DESCRIPTION_LINES).map((line) => [s(line)]);
  return lines.length > DESCRIPTION_LINES ? [...shown, [s('…', 'dim')]] : shown;
}

function taskGlyph(status: TaskRecord['status'], waits: Readiness | undefined): Stretch {
  if (status === 'completed') return s('✔', 'green');
  if (status === 'skipped') return s('–', 'dim');
  if (status === 'failed') return s('✘', 'red');
  if (waits?.because.some((reason) => reason.type === 'task-running') === true) return s('◐', 'cyan');
  return waits?.ready === true ? s('▸', 'cyan') : s('○', 'dim');
}

function taskFacts(record: TaskRecord | undefined, waits: Readiness | undefined, phaseTitle: (id: string) => string): string {
  if (waits?.ready === true) return 'ready';
  const [reason] = waits?.because.filter((each) => each.type !== 'plan-status' && each.type !== 'phase-before') ?? [];
  // What can be done about it stands below.
  if (reason?.type === 'task-failed') return record?.attempts ? count(record.attempts, 'attempt') : 'failed';
  if (reason !== undefined) return waitWords(reason, phaseTitle);
  const facts = [record?.commitSha?.slice(0, 7) ?? '', (record?.attempts ?? 0) > 1 ? `${record?.attempts} attempts` : ''];
  return facts.filter((fact) => fact !== '').join(' · ');
}
