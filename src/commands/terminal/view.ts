/**
 * A run as the terminal shows it, folded from its events. Knows no clock and no screen. It changes in place: a plan may
 * hold 20,000 tasks, and a copy for each event would cost more than the run.
 */
import type { PublishedEvent, RunEvent } from '../../core/event.ts';
import { isDone } from '../../core/plan.ts';
import { duration } from './duration.ts';
import { s, type Line, type Stretch, type Style } from './line.ts';
import { count, oneLine, outputLines } from './text.ts';

/** A task that runs now. */
export interface RunningTask {
  readonly id: string;
  readonly title: string;
  /** When it began, milliseconds since 1970. */
  readonly since: number;
  attempt: number;
  maxAttempts: number;
  agent: string;
  /** The gate that runs, or null while the agent works. */
  gate: string | null;
  gatesPassed: number;
  /** What it printed last, one line. */
  output: string;
}

interface PhaseRow {
  readonly id: string;
  readonly title: string;
  total: number;
  closed: number;
  failed: number;
}

type Started = Extract<RunEvent, { type: 'run-started' }>;

/** The state of the view. {@link applyEvent} alone changes it. */
export interface RunView {
  readonly plan: string;
  readonly startedAt: number;
  readonly title: string;
  readonly phases: Map<string, PhaseRow>;
  /** In document order; what an edit adds comes last, as its place is not known here. */
  tasks: Started['tasks'];
  readonly closed: Set<string>;
  readonly failed: Set<string>;
  readonly running: Map<string, RunningTask>;
  /** Index in `tasks` before which nothing is open. */
  firstOpen: number;
  phase: string | null;
  stopping: 'no' | 'soon' | 'now';
  ended: boolean;
}

/** The view that a `run-started` event begins. */
export function beginView(published: PublishedEvent, started: Started): RunView {
  const phases = new Map<string, PhaseRow>(
    started.phases.map(({ id, title }) => [id, { id, title: oneLine(title), total: 0, closed: 0, failed: 0 }]),
  );
  const view: RunView = {
    plan: published.plan,
    startedAt: Date.parse(published.at),
    title: oneLine(started.title),
    phases,
    tasks: [...started.tasks],
    closed: new Set(),
    failed: new Set(),
    running: new Map(),
    firstOpen: 0,
    phase: null,
    stopping: 'no',
    ended: false,
  };
  for (const task of started.tasks) {
    const phase = phases.get(task.phase);
    if (phase !== undefined) phase.total++;
    if (isDone(task)) close(view, task.id, task.phase);
    if (task.status === 'failed') view.failed.add(task.id);
  }
  return view;
}

function close(view: RunView, task: string, phase: string | undefined): void {
  if (view.closed.has(task)) return;
  view.closed.add(task);
  const row = view.phases.get(phase ?? '');
  if (row !== undefined) row.closed++;
  for (;;) {
    const next = view.tasks[view.firstOpen];
    if (next === undefined || !view.closed.has(next.id)) return;
    view.firstOpen++;
  }
}

/** A line that stays above the live part: where the screen is narrow, `title` is cut and `facts` are not. */
export interface Row {
  readonly title: Line;
  readonly facts: Line;
}

const row = (title: Line, ...facts: readonly Stretch[]): Row => ({ title, facts });

/** Takes one event in; returns the lines it leaves for good above the live part. */
export function applyEvent(view: RunView, published: PublishedEvent): Row[] {
  const { event } = published;
  const at = Date.parse(published.at);
  switch (event.type) {
    case 'run-started':
      return opening(view, event);
    case 'phase-started':
      view.phase = event.phase;
      return phaseHeading(view, event.phase);
    case 'task-started':
      view.running.set(event.task, {
        id: event.task,
        title: oneLine(event.title),
        since: at,
        attempt: 1,
        maxAttempts: 1,
        agent: '',
        gate: null,
        gatesPassed: 0,
        output: '',
      });
      return [];
    case 'attempt-started':
    case 'agent-output':
    case 'agent-finished':
    case 'gate-started':
    case 'gate-output':
    case 'gate-finished':
      applyWork(view, event);
      return [];
    case 'attempt-finished':
    case 'task-completed':
    case 'task-failed':
      return applyResult(view, event);
    case 'phase-completed':
    case 'agent-usage':
    case 'message-asked':
      return [];
    case 'plan-edited':
      applyEdit(view, event);
      return [row([s('  ✎ ', 'cyan'), s(`the plan was edited${edited(event)}`, 'dim')])];
    case 'pause-requested':
      view.stopping = event.now ? 'now' : 'soon';
      return [];
    case 'pause-withdrawn':
      view.stopping = 'no';
      return [];
    case 'cancel-requested':
      view.stopping = 'now';
      return [];
    case 'note':
      return [row([s('  · ', 'cyan'), s(oneLine(event.text), 'dim')])];
    case 'run-paused':
    case 'run-completed':
    case 'run-failed':
      // The box says how it ended.
      view.ended = true;
      view.running.clear();
      return [];
  }
}

type Work = Extract<
  RunEvent,
  { type: 'attempt-started' | 'agent-output' | 'agent-finished' | 'gate-started' | 'gate-output' | 'gate-finished' }
>;

function applyWork(view: RunView, event: Work): void {
  const task = view.running.get(event.task);
  if (task === undefined) return;
  switch (event.type) {
    case 'attempt-started':
      task.attempt = event.attempt;
      task.maxAttempts = event.maxAttempts;
      task.agent = oneLine(event.agent);
      task.gate = null;
      task.gatesPassed = 0;
      task.output = '';
      return;
    case 'agent-output':
    case 'gate-output':
      task.output = lastLine(event.text) ?? task.output;
      return;
    case 'agent-finished':
      task.output = '';
      return;
    case 'gate-started':
      task.gate = oneLine(event.gate);
      task.output = '';
      return;
    case 'gate-finished':
      task.gate = null;
      task.output = '';
      if (event.gate.status === 'passed') task.gatesPassed++;
      return;
  }
}

function lastLine(text: string): string | undefined {
  return outputLines(text)
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}

type Result = Extract<RunEvent, { type: 'attempt-finished' | 'task-completed' | 'task-failed' }>;

function applyResult(view: RunView, event: Result): Row[] {
  const task = view.running.get(event.task);
  const title = task?.title ?? event.task;
  switch (event.type) {
    case 'attempt-finished': {
      if (event.outcome === 'passed' || !event.willRetry) return [];
      const tries = `attempt ${event.attempt}${task === undefined ? '' : ` of ${task.maxAttempts}`}`;
      return [row([s('  ↻ ', 'yellow'), s(title), s(`  ${tries}: ${oneLine(event.reason)}`, 'dim')])];
    }
    case 'task-completed': {
      view.running.delete(event.task);
      close(view, event.task, event.phase);
      const facts = [duration(event.durationMs), count(event.files.length, 'file'), event.commit.slice(0, 7)];
      if (event.attempt > 1) facts.push(`attempt ${event.attempt}`);
      return [row([s('  ✔ ', 'green'), s(oneLine(event.title))], s(`  ${facts.join(' · ')}`, 'dim'))];
    }
    case 'task-failed':
      view.running.delete(event.task);
      view.failed.add(event.task);
      return [row([s('  ✘ ', 'red'), s(title, 'bold'), s(`  ${count(event.attempts, 'attempt')}: ${oneLine(event.reason)}`, 'red')])];
  }
}

function opening(view: RunView, event: Started): Row[] {
  const where = `on ${oneLine(event.branch)} @ ${event.commit.slice(0, 7)}${event.resumed ? ', resumed' : ''}`;
  return [row([]), row([s(view.title, 'bold'), s(`  ${view.plan} ${where}`, 'dim')])];
}

function phaseHeading(view: RunView, id: string): Row[] {
  const phase = view.phases.get(id);
  // The unnamed first phase of a short plan needs no heading; a blank line sets its tasks off.
  if (phase === undefined || phase.title === '') return [row([])];
  const style: Style[] = ['bold', 'cyan'];
  return [
    row([]),
    row([s(`  ${phase.title}`, ...style), s(phase.closed > 0 ? `  ${phase.closed} of ${phase.total} done before` : '', 'dim')]),
  ];
}

function applyEdit(view: RunView, event: Extract<RunEvent, { type: 'plan-edited' }>): void {
  const known = new Set(view.tasks.map((task) => task.id));
  for (const id of event.added) if (!known.has(id)) view.tasks.push({ id, phase: '', title: id, status: 'pending' });
  if (event.removed.length === 0) return;
  const gone = new Set(event.removed);
  view.tasks = view.tasks.filter((task) => !gone.has(task.id));
  for (const id of gone) view.closed.delete(id);
  const first = view.tasks.findIndex((task) => !view.closed.has(task.id));
  view.firstOpen = first === -1 ? view.tasks.length : first;
}

/** `: 2 added, 1 removed`; nothing where no task came, went or changed. */
export function edited(event: Extract<RunEvent, { type: 'plan-edited' }>): string {
  const parts = [
    event.added.length > 0 ? `${event.added.length} added` : '',
    event.removed.length > 0 ? `${event.removed.length} removed` : '',
    event.changed.length > 0 ? `${event.changed.length} changed` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}
