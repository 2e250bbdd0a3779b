/** One thing at a time. */

/** Runs `work` when it is its turn. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs what it is given one after another, in the order in which it was asked. Once one has thrown, none after it begins: it may have left
 * a tick without its commit, and the next would commit that. `check` may throw before each.
 */
export function turns(check: () => void = () => {}): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(() => {
      check();
      return work();
    });
    last = result;
    // Who asked hears of it; here it only keeps the rejection from counting as unhandled.
    result.catch(() => {});
    return result;
  };
}
