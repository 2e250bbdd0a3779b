/** A plan's status as a colored word. */
import type { PlanStatus } from '../../core/plan.ts';
import { s, type Stretch, type Style } from './line.ts';

const STYLES: Readonly<Record<PlanStatus, Style>> = {
  draft: 'dim',
  ready: 'cyan',
  running: 'green',
  paused: 'yellow',
  completed: 'green',
  failed: 'red',
};

/** `paused: task failed`. A reason is shown for a paused plan only. */
export function statusStretch(status: PlanStatus, reason: string | null): Stretch {
  const why = status === 'paused' && reason !== null ? `: ${reason.replaceAll('_', ' ')}` : '';
  return s(status + why, STYLES[status]);
}
