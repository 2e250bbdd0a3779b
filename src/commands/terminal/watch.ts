/** What changes in the plan files, as a terminal shows it: a line for each change, below it what is different in the plan's terms. */
import type { PlanChange, PublishedWatchEvent, WatchEvent } from '../../core/watch-event.ts';
import { shellWord } from '../../core/shell.ts';
import { duration } from './duration.ts';
import { changeLines } from './iteration.ts';
import { fitLine, s, type Line, type Stretch, type Style } from './line.ts';
import { statusStretch } from './status-words.ts';
import { count, oneLine } from './text.ts';

/** With more plans than this in one change, only the first are named. */
const MAX_PLANS = 8;

const MARKS: Readonly<Record<PlanChange['kind'], readonly [mark: string, style: Style]>> = {
  added: ['+', 'green'],
  edited: ['~', 'yellow'],
  renamed: ['→', 'cyan'],
  removed: ['−', 'red'],
};

/** The lines of one event. */
export function watchLines({ at, event }: PublishedWatchEvent, columns: number): Line[] {
  const time = s(`${new Date(at).toTimeString().slice(0, 8)}  `, 'dim');
  return linesOf(event, time, columns).map((line) => fitLine(line, columns));
}

function linesOf(event: WatchEvent, time: Stretch, columns: number): Line[] {
  switch (event.type) {
    case 'watch-started': {
      const { plans, folder, by, reason } = event;
      const began: Line = [time, s(`Watching ${count(plans, 'plan')} in ${oneLine(folder)}`), s('  Ctrl-C ends', 'dim')];
      return by === 'polling' ? [began, [time, s(`Looking again and again, as ${oneLine(reason)}.`, 'yellow')]] : [began];
    }
    case 'polling-chosen':
      return [[time, s(`Looking every ${duration(event.everyMs)} from now on, as ${oneLine(event.reason)}.`, 'yellow')]];
    case 'plans-changed': {
      const { plans, cause, branch, commit } = event;
      const where = `${branch ?? 'HEAD'} is at ${commit?.slice(0, 10) ?? 'no commit'}`;
      const moved: Line[] = cause === 'git' ? [[time, s(oneLine(where), 'bold'), s(`  ${kindsOf(plans)}`)]] : [];
      if (plans.length <= MAX_PLANS) return [...moved, ...plans.flatMap((change) => planLines(change, time, columns))];
      const all: Line[] = cause === 'git' ? [] : [[time, s(kindsOf(plans), 'bold')]];
      const named = plans.slice(0, MAX_PLANS - 1).map((change) => headLine(change, time));
      return [...moved, ...all, ...named, [time, s(`  and ${count(plans.length - named.length, 'more plan', 'more plans')}`, 'dim')]];
    }
    case 'note':
      return [[time, s(oneLine(event.text), 'yellow')]];
  }
}

function planLines(change: PlanChange, time: Stretch, columns: number): Line[] {
  // All of a plan that is new or gone is in the file, or was.
  if (change.kind === 'added' || change.kind === 'removed') return [headLine(change, time)];
  return [headLine(change, time), ...(change.changes === null ? [] : changeLines(change.changes, columns))];
}

function headLine({ plan, kind, title, status, valid, error, changes }: PlanChange, time: Stretch): Line {
  const [mark, style] = MARKS[kind];
  const head = [time, s(`${mark} `, style), s(shellWord(plan), 'bold'), s(` ${kind}`, style)];
  if (changes?.was !== undefined) head.push(s(` from ${shellWord(changes.was)}`, style));
  if (kind === 'removed') return head;
  if (!valid) head.push(s(error === null ? '  invalid' : `  ✘ line ${error.line}: ${oneLine(error.message)}`, 'red'));
  else if (status !== null) head.push(s('  '), statusStretch(status, null));
  return [...head, s(`  ${oneLine(title ?? '')}`, 'dim')];
}

/** `3 plans: 1 added, 2 edited`. */
function kindsOf(plans: readonly PlanChange[]): string {
  const kinds = (Object.keys(MARKS) as PlanChange['kind'][]).flatMap((kind) => {
    const found = plans.filter((change) => change.kind === kind).length;
    return found === 0 ? [] : [`${found} ${kind}`];
  });
  return `${count(plans.length, 'plan')}: ${kinds.join(', ')}`;
}
