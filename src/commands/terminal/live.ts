/** Draws the live part in place and lets finished lines scroll above it. The only file that writes escape sequences which move the cursor. */
import type { PublishedEvent } from '../../core/event.ts';
import type { Output } from '../context.ts';
import { FRAME_MS, renderFrame, type Screen } from './frame.ts';
import { keepEnd, lineColumns, paint, type Line } from './line.ts';
import { applyEvent, beginView, type Row, type RunView } from './view.ts';

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** Everything between the two appears at once, in terminals that know it; others ignore it. */
const BEGIN_UPDATE = '\u001B[?2026h';
const END_UPDATE = '\u001B[?2026l';
/** A character that the terminal takes for wider than we do is cut, and cannot push the frame down a row. */
const NO_WRAP = '\u001B[?7l';
const WRAP = '\u001B[?7h';
const CLEAR_LINE = '\u001B[K';
/**
 * This row and all below it. Not `J` alone: in the screen's first place tmux takes that for clearing the screen, and moves what stood there
 * into its history, where nothing can take it away.
 */
const CLEAR_BELOW = '\u001B[2K\u001B[C\u001B[J\r';

/** Shows a run's events until it is ended. */
export interface Progress {
  event(published: PublishedEvent): void;
  /** Restores the terminal; safe to call twice. */
  end(): void;
}

/** Calls back every so many milliseconds; returns what ends that. */
export type Ticker = (callback: () => void, milliseconds: number) => () => void;

/** The real clock's ticker. It keeps no process alive. */
const everyInterval: Ticker = (callback, milliseconds) => {
  const timer = setInterval(callback, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
};

/** The last rows of a terminal, drawn in place, and what scrolls above them. */
export interface LiveArea {
  print(rows: readonly Row[]): void;
  /** Takes the frame away and restores the terminal; safe to call twice. */
  end(): void;
}

/** Progress in a terminal: at most one frame every {@link FRAME_MS}, whatever the number of events. */
export function liveProgress(out: Output, now: () => number, ticker: Ticker = everyInterval): Progress {
  let view: RunView | undefined;
  const area = liveArea(out, (screen) => (view === undefined ? [] : renderFrame(view, screen, now())), ticker);
  let done = false;
  return {
    event(published) {
      if (done) return;
      if (published.event.type === 'run-started') view = beginView(published, published.event);
      if (view === undefined) return;
      area.print(applyEvent(view, published));
    },
    end() {
      done = true;
      area.end();
    },
  };
}

/** Draws what `render` says every {@link FRAME_MS}: never more lines than the screen has rows, never wider than it. */
export function liveArea(out: Output, render: (screen: Screen) => readonly Line[], ticker: Ticker = everyInterval): LiveArea {
  let above: Row[] = [];
  let drawn: readonly Line[] = [];
  let drawnColumns = 0;
  let done = false;

  const draw = (live: boolean): void => {
    const { columns, rows } = out.size();
    // The last column stays free: clearing the rest of a line from there would erase its last character.
    const size = { columns: Math.max(1, columns - 1), rows };
    const frame = live ? render(size) : [];
    const printed = above.map(({ title, facts }) => `${paint(keepEnd(title, facts, size.columns), out.color)}${CLEAR_LINE}\n`);
    above = [];
    const lines = frame.map((line) => `${paint(line, out.color)}${CLEAR_LINE}\n`);
    // A row that was wrapped once stays joined to the next, whatever is written over it, until it is cleared as a whole: made wider
    // again, the terminal would put two of our lines into one row, and the frame would climb over what stands above it.
    const fresh = columns === drawnColumns ? '' : CLEAR_BELOW;
    drawnColumns = columns;
    out.write(
      `${BEGIN_UPDATE}${NO_WRAP}${toTop(drawn, columns)}${fresh}${printed.join('')}${lines.join('')}${CLEAR_BELOW}${WRAP}${END_UPDATE}`,
    );
    drawn = frame;
  };

  out.write(HIDE_CURSOR);
  const stopTicking = ticker(() => draw(true), FRAME_MS);
  const stopListening = out.onResize(() => draw(true));
  return {
    print(rows) {
      if (!done) above.push(...rows);
    },
    end() {
      if (done) return;
      done = true;
      stopTicking();
      stopListening();
      draw(false);
      out.write(SHOW_CURSOR);
    },
  };
}

/**
 * Moves to the first row of the last frame. A terminal that has become narrower has wrapped its lines; what has left the screen by that, at
 * its top, is in the terminal's history and out of reach.
 */
function toTop(drawn: readonly Line[], columns: number): string {
  const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(lineColumns(line) / columns)), 0);
  return rows === 0 ? '\r' : `\r\u001B[${rows}A`;
}
