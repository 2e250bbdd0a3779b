/** What a run writes down for the one after it, while nobody waits: lost, it costs the next runner some time. */
import type { RunEvent } from '../core/event.ts';
import type { RunContext } from './context.ts';
import { evidenceOf } from './history.ts';
import { keepReading } from './kept-reading.ts';

/** By then an agent that was just started is on its own. */
const KEEP_AFTER_MS = 250;
/** Commits of a run between two times that its history is read. */
const READ_EVERY = 200;

export interface Upkeep {
  hear(event: RunEvent): void;
  /** Nothing is written any more when it is done. */
  end(): Promise<void>;
}

/** Keeps the plan's reading, once the first attempt is at work, and what many commits say, as they are made. */
export function upkeepOf(context: Pick<RunContext, 'workspace' | 'plan' | 'planId' | 'commits'>): Upkeep {
  const { workspace, plan, planId } = context;
  let work: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const begin = (step: () => unknown) => {
    work = work.then(step).catch(() => {});
  };
  return {
    hear: ({ type }) => {
      if (type === 'attempt-started' && workspace.inPlace === undefined)
        timer ??= setTimeout(() => begin(() => keepReading(workspace, plan.text, planId)), KEEP_AFTER_MS).unref();
      if (type === 'task-completed' && context.commits % READ_EVERY === 0) begin(() => evidenceOf(workspace));
    },
    end: async () => {
      clearTimeout(timer);
      await work;
    },
  };
}
