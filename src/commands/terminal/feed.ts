/** A run as plain lines, one for each thing worth knowing: for pipes and CI, where nothing can be redrawn. */
import type { PublishedEvent, RunEvent } from '../../core/event.ts';
import type { Output } from '../context.ts';
import { duration } from './duration.ts';
import { paintLines, s, type Line } from './line.ts';
import type { Progress } from './live.ts';
import { count, oneLine, outputLines } from './text.ts';
import { edited } from './view.ts';

/** Lines of a failed gate's output that the feed repeats. */
const TAIL_LINES = 20;

/** Progress as lines. `quiet` leaves only what failed. */
export function feedProgress(out: Output, quiet: boolean): Progress {
  const phases = new Map<string, string>();
  return {
    event({ event, plan }) {
      if (event.type === 'run-started') for (const phase of event.phases) phases.set(phase.id, oneLine(phase.title));
      if (quiet && !FAILURES.has(event.type)) return;
      out.write(paintLines(feedLines(event, plan, phases), out.color));
    },
    end() {
      // Every line is written when it comes.
    },
  };
}

/** Progress for programs: one event a line, as it was published. */
export function jsonProgress(out: Output): Progress {
  return {
    event(published: PublishedEvent) {
      out.write(`${JSON.stringify(published)}\n`);
    },
    end() {
      // Every line is written when it comes.
    },
  };
}

const FAILURES: ReadonlySet<RunEvent['type']> = new Set(['task-failed', 'run-failed', 'run-paused']);

/** The lines of one event. */
export function feedLines(event: RunEvent, plan: string, phases: ReadonlyMap<string, string>): Line[] {
  switch (event.type) {
    case 'run-started': {
      const open = event.tasks.filter((task) => task.status === 'pending').length;
      const where = `on ${oneLine(event.branch)} @ ${event.commit.slice(0, 7)}`;
      return [
        [
          s(event.resumed ? 'resumed ' : 'started '),
          s(plan, 'bold'),
          s(`: ${oneLine(event.title)}, ${count(open, 'open task')}, ${where}`),
        ],
      ];
    }
    case 'phase-started': {
      const title = phases.get(event.phase) ?? '';
      return title === '' ? [] : [[s(`phase ${title}`, 'bold')]];
    }
    case 'task-started':
      return [[s(`  task ${event.task}: ${oneLine(event.title)}`)]];
    case 'attempt-started':
      return [[s(`    attempt ${event.attempt} of ${event.maxAttempts}, ${oneLine(event.agent)}`)]];
    case 'gate-finished': {
      const { gate } = event;
      const facts = gate.status === 'skipped' ? '' : ` in ${duration(gate.durationMs)}`;
      const line: Line = [
        s(`    gate ${oneLine(gate.name)} ${gate.status}${facts}${gate.reason === '' ? '' : `: ${oneLine(gate.reason)}`}`),
      ];
      return gate.status === 'failed' ? [line, ...tailLines(gate.tail, TAIL_LINES, '      ')] : [line];
    }
    case 'attempt-finished': {
      if (event.outcome === 'passed') return [];
      const then = event.willRetry ? '; trying again' : '';
      const tail = event.gates.some((gate) => gate.status === 'failed') ? [] : tailLines(event.tail, TAIL_LINES, '      ');
      return [[s(`    attempt ${event.attempt} ${event.outcome}: ${oneLine(event.reason)}${then}`, 'yellow')], ...tail];
    }
    case 'task-completed': {
      const facts = [duration(event.durationMs), count(event.files.length, 'file'), `commit ${event.commit.slice(0, 7)}`];
      return [[s(`  done ${event.task}: ${facts.join(', ')}`, 'green')]];
    }
    case 'task-failed':
      return [[s(`  failed ${event.task} after ${count(event.attempts, 'attempt')}: ${oneLine(event.reason)}`, 'red')]];
    case 'plan-edited':
      return [[s(`  the plan was edited${edited(event)}`)]];
    case 'pause-requested':
      return [[s(event.now ? '  stopping now' : '  pausing when what runs is done', 'yellow')]];
    case 'pause-withdrawn':
      return [[s('  going on: the pause was taken back', 'yellow')]];
    case 'cancel-requested':
      return [[s('  cancelled: stopping now', 'yellow')]];
    case 'note':
      return [[s(`  note${event.task === null ? '' : ` on ${event.task}`}: ${oneLine(event.text)}`)]];
    case 'agent-output':
    case 'agent-usage':
    case 'message-asked':
    case 'agent-finished':
    case 'gate-started':
    case 'gate-output':
    case 'phase-completed':
    case 'run-paused':
    case 'run-completed':
    case 'run-failed':
      return [];
  }
}

/** The last lines of an output that hold anything, indented. */
export function tailLines(tail: string, most: number, indent: string): Line[] {
  const lines = outputLines(tail.trimEnd());
  return lines
    .slice(-most)
    .filter((line, index) => line !== '' || index > 0)
    .map((line) => [s(`${indent}│ `, 'dim'), s(line, 'dim')]);
}
