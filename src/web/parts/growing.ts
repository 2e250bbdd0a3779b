/** Long lists, put on the page bit by bit: ten thousand tasks at once would keep it from answering for seconds. */
import { useEffect, useState } from 'react';

/** More than a window holds. */
const FIRST = 120;
/** What is added at a time takes less than a person notices. */
const STEP = 240;

/** In a list of more rows each of those is drawn only where it is seen. */
export const LONG_LIST = 200;

/**
 * How many of `total` are on the page: some at once, and more after each frame until all of them are. All of it gets there, so that the
 * browser's own search, a screen reader and the tab key find everything.
 */
export function useGrowing(total: number): number {
  const [count, setCount] = useState(FIRST);
  const isWhole = count >= total;
  useEffect(() => {
    if (isWhole) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // After the frame that shows what there is: what was pressed meanwhile comes first.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setCount((now) => now + STEP));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [count, isWhole]);
  return Math.min(count, total);
}
