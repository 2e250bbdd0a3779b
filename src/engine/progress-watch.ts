/**
 * The third clock of an attempt: an agent that goes on printing while nothing comes of it. A new line of output, further tokens or a
 * changed file is progress, so that an agent which only reads for an hour is left alone; the same lines over and over are not.
 */
import type { Git } from '../adapters/git/git.ts';
import { printsOf } from './snapshot.ts';

/** Different lines that are remembered; a line comes back as new when so many others have been printed since. */
const MAX_LINES = 512;
/** Characters of a line that are looked at. */
const MAX_LINE_CHARS = 400;
/** The longest delay a timer takes. Milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ProgressWatch {
  printed(text: string): void;
  /** Tokens used so far. */
  used(tokens: number): void;
  end(): void;
}

/** Watches an attempt that works in `git`'s work tree; `stalled` is called once, when nothing has come of it for `limitMs`. */
export function watchProgress(git: Git, limitMs: number, stalled: () => void): ProgressWatch {
  let tree = stateOf(git).catch(() => '');
  let hasPrinted = false;
  let most = 0;
  let ended = false;
  const lines = new Set<string>();
  const expired = async () => {
    // Only now: looking at the work tree at every line would cost more than the agent.
    const now = await stateOf(git);
    const before = await tree;
    if (ended) return;
    // Silence has a clock of its own.
    if (hasPrinted && now === before) return stalled();
    tree = Promise.resolve(now);
    hasPrinted = false;
    timer = setTimeout(onTimer, Math.min(limitMs, MAX_TIMER_MS));
  };
  // A work tree that cannot be looked at, because another git is at work there, says nothing.
  const onTimer = () => void expired().catch(() => timer.refresh());
  let timer = setTimeout(onTimer, Math.min(limitMs, MAX_TIMER_MS));
  return {
    printed: (text) => {
      let isNew = false;
      hasPrinted = true;
      for (const line of text.split('\n')) {
        // A clock, a counter or a spinner that goes on is no news.
        const said = line.slice(0, MAX_LINE_CHARS).replaceAll(/[\d\s|/\\—–·.⠀-⣿-]+/gu, ' ');
        if (said === ' ' || said === '') continue;
        isNew ||= !lines.has(said);
        lines.delete(said);
        lines.add(said);
        const [oldest] = lines;
        if (lines.size > MAX_LINES && oldest !== undefined) lines.delete(oldest);
      }
      if (isNew) timer.refresh();
    },
    used: (tokens) => {
      if (tokens > most) timer.refresh();
      most = Math.max(most, tokens);
    },
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}

async function stateOf(git: Git): Promise<string> {
  const { head, changes } = await git.status();
  return JSON.stringify([head, [...printsOf(git.root, changes)]]);
}
