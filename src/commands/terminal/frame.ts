/** The live part of the view: what runs, what comes next, how far it is. A pure function of the view, the screen and the clock. */
import { elapsed } from './duration.ts';
import { fitLine, s, spread, type Line } from './line.ts';
import { oneLine } from './text.ts';
import type { RunningTask, RunView } from './view.ts';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** A step of the spinner for each {@link FRAME_MS} that has passed. */
export function spinner(ms: number): string {
  return SPINNER[Math.floor(ms / FRAME_MS) % SPINNER.length] ?? SPINNER[0];
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
/** Milliseconds for one step of the spinner: the rate at which the live part moves. */
export const FRAME_MS = 90;
/** Pending tasks that are shown below what runs; more would push the finished ones off the screen. */
const MAX_UPCOMING = 4;
/** Columns of the bar. */
const BAR_COLUMNS = 28;
const WIDEST = 110;

/** The live lines: never more than the screen has rows (less one for the cursor), never wider than it. */
export function renderFrame(view: RunView, screen: Screen, now: number): Line[] {
  const columns = Math.min(screen.columns, WIDEST);
  const height = Math.max(1, screen.rows - 1);
  const foot = footer(view, columns, now);
  const room = height - 1;
  const running = [...view.running.values()];
  const lines: Line[] = [];
  // Two lines a task while there is room for that, then one, then a count of the rest.
  const withOutput = running.length * 2 <= room;
  const shown = running.slice(0, withOutput || running.length <= room ? running.length : Math.max(0, room - 1));
  for (const task of shown) {
    lines.push(taskLine(view, task, columns, now));
    if (withOutput) lines.push(fitLine([s('    │ ', 'dim'), s(task.output, 'dim')], columns));
  }
  if (shown.length < running.length && room > 0) lines.push([s(`    … ${running.length - shown.length} more running`, 'dim')]);
  const blank = room - lines.length >= 2 ? 1 : 0;
  lines.push(...upcoming(view, room - lines.length - blank, columns));
  if (blank === 1) lines.push([]);
  return [...lines, foot].map((line) => fitLine(line, columns)).slice(-height);
}

function taskLine(view: RunView, task: RunningTask, columns: number, now: number): Line {
  const spin = spinner(now - view.startedAt);
  const doing = task.gate === null ? task.agent : `gate ${task.gate}`;
  const tries = task.attempt > 1 ? `attempt ${task.attempt} of ${task.maxAttempts}` : '';
  const facts = [tries, doing, elapsed(now - task.since)].filter((fact) => fact !== '');
  return spread([s(`  ${spin} `, 'cyan'), s(task.title, 'bold')], [s(facts.join(' · '), task.attempt > 1 ? 'yellow' : 'dim')], columns);
}

function upcoming(view: RunView, room: number, columns: number): Line[] {
  const most = Math.min(MAX_UPCOMING, room);
  if (most <= 0 || view.ended) return [];
  const lines: Line[] = [];
  let phase = view.phase;
  for (let index = view.firstOpen; index < view.tasks.length && lines.length < most; index++) {
    const task = view.tasks[index];
    if (task === undefined || view.closed.has(task.id) || view.running.has(task.id)) continue;
    const title = view.phases.get(task.phase)?.title ?? '';
    const crossing = task.phase !== phase && title !== '' ? `${title}: ` : '';
    phase = task.phase;
    const glyph = view.failed.has(task.id) ? s('  ✘ ', 'red') : s('  ○ ', 'dim');
    lines.push(fitLine([glyph, s(crossing, 'dim', 'bold'), s(oneLine(task.title), 'dim')], columns));
  }
  const rest = view.tasks.length - view.closed.size - view.running.size - lines.length;
  if (rest > 0 && lines.length > 0 && room > lines.length) lines.push([s(`    … and ${rest} more`, 'dim')]);
  return lines;
}

function footer(view: RunView, columns: number, now: number): Line {
  const total = view.tasks.length;
  const done = view.closed.size;
  const bar = Math.max(0, Math.min(BAR_COLUMNS, columns - 40));
  const filled = total === 0 ? bar : Math.floor((done / total) * bar);
  const state = STOPPING[view.stopping];
  return [
    s('  '),
    s('━'.repeat(filled), 'green'),
    s('━'.repeat(bar - filled), 'dim'),
    s(bar > 0 ? '  ' : ''),
    s(`${done}/${total}`, 'bold'),
    s(` · ${elapsed(now - view.startedAt)}`, 'dim'),
    s(state === '' ? '' : `  ${state}`, 'yellow'),
  ];
}

const STOPPING: Readonly<Record<RunView['stopping'], string>> = {
  no: '',
  soon: 'pausing when what runs is done (Ctrl-C again stops now)',
  now: 'stopping',
};
