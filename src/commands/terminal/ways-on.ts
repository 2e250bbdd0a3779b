/** The commands that go on from where a plan has stopped: of the box at a pause, `plans show` and `plans status`. */
import type { PauseReason } from '../../core/outcome.ts';
import type { RunSummary } from '../../core/summary.ts';
import { shellWord } from '../../core/shell.ts';
import { s, type Line } from './line.ts';

const LABEL_COLUMNS = 11;

/** A label, and a command or words; without a label where it belongs to the one before. */
export type WayOn = readonly [label: string, command: string];

/** How a plan has stopped. A {@link RunSummary}'s end fits. */
type Stopped =
  | { readonly type: Exclude<RunSummary['end']['type'], 'paused'> }
  | { readonly type: 'paused'; readonly reason: PauseReason; readonly task: string | null };

/**
 * The ways on, the first being the one that most people take next.
 *
 * @param failed the task that failed, where `end` names none
 * @param dependents what may run once that task is skipped
 */
export function waysOn(end: Stopped, planId: string, failed: string | null = null, dependents: readonly string[] = []): readonly WayOn[] {
  const plan = shellWord(planId);
  if (end.type !== 'paused')
    return end.type === 'completed' ? [] : [['Continue', `plans ${end.type === 'done' ? 'run' : 'resume'} ${plan}`]];
  const of = `${plan} ${end.task ?? failed ?? 'TASK'}`;
  const giveUp: WayOn = ['Give up', `plans cancel ${plan}`];
  switch (end.reason) {
    case 'task_failed':
      return [
        ['Its log', `plans logs ${of}`],
        ['By hand', `mend it, then: plans done ${of}`],
        ['Try again', `plans retry ${of}`],
        ['', `plans edit ${of}`],
        ['Skip it', `plans skip ${of}`],
        ...(dependents.length > 0 ? [['', `lets run: ${some(dependents)}`] as const] : []),
        giveUp,
      ];
    case 'human_task':
      return [['Done', `plans done ${of}`], ['Skip it', `plans skip ${of}`], giveUp];
    case 'manual_approval_required':
      return [['Approve', `plans approve ${of}`], ['Skip it', `plans skip ${of}`], giveUp];
    case 'plan_invalid':
      return [
        ['See', `plans lint ${plan}`],
        ['Continue', `plans run ${plan}`],
      ];
    case 'rate_limited':
      return [
        ['Continue', `plans run ${plan} --wait`],
        ['Stop', `plans draft ${plan}`],
      ];
    case 'phase_complete':
    case 'budget':
    case 'requested':
    case 'conflict':
    case 'remote':
    case 'reopened':
      return [['Continue', `plans resume ${plan}`], giveUp];
  }
}

/** A line for each, the labels in a column. */
export function wayLines(ways: readonly WayOn[]): Line[] {
  return ways.map(([label, command]) => [s(label.padEnd(LABEL_COLUMNS), 'dim'), s(command, 'cyan')]);
}

/** A few ids, and how many more. */
function some(ids: readonly string[]): string {
  return ids.length > 4 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ');
}
