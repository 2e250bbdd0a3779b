/** Waits for a time of day, so that a rate limit can reset. */
import type { CommandContext } from './context.ts';

/** The clock is looked at again after so long, as it may be set, and a machine may sleep. Milliseconds. */
const LOOK_MS = 15_000;

/** True when it is that time, by the wall clock; false where a signal ended the wait. */
export function waitUntil(context: Pick<CommandContext, 'now' | 'onSignal'>, at: number): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (reached: boolean) => {
      clearTimeout(timer);
      stopListening();
      resolve(reached);
    };
    const stopListening = context.onSignal(() => end(false));
    const look = () => {
      const left = at - context.now();
      if (left <= 0) end(true);
      else timer = setTimeout(look, Math.min(left, LOOK_MS));
    };
    look();
  });
}
