/** Why a task waits, as words. */
import type { WaitReason } from '../../core/schedule.ts';

/** One reason, short enough for a column. `phaseTitle` gives the title of a phase's id. */
export function waitWords(reason: WaitReason, phaseTitle: (id: string) => string): string {
  switch (reason.type) {
    case 'plan-status':
      return reason.status === 'draft' ? 'the plan is a draft' : 'the plan was given up';
    case 'task-running':
      return 'runs now';
    case 'task-failed':
      return 'failed; try again, finish it by hand or skip it';
    case 'phase-before':
      return `waits for phase ${phaseTitle(reason.phase)}`;
    case 'dependency':
      return `waits for ${reason.task}`;
    case 'dependency-failed':
      return `waits for ${reason.task}, which failed`;
    case 'task-before':
      return `comes after ${reason.task}`;
    case 'runs-alone':
      return `may not run beside ${reason.task}`;
    case 'human-task':
      return 'is for a person: do it and tick the box';
    case 'needs-approval':
      return 'needs your approval: plans approve';
    case 'approval-void':
      return 'was edited after its approval: look at it, then plans approve';
  }
}
