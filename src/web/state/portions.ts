/** Which part of a long list is on the page while the rest is still to come. */

/**
 * How many of each phase's tasks are on the page when `count` are in all: those of the first phases, and of the phase that is looked at, which
 * does not wait for its turn. `sizes` are the phases' numbers of tasks, `looked` is the index of one or -1. Null: the phase itself is still to come.
 */
export function portionsOf(sizes: readonly number[], count: number, looked = -1): readonly (number | null)[] {
  let left = count;
  return sizes.map((size, index) => {
    const own = left > 0 ? Math.min(left, size) : null;
    left -= size;
    return index === looked ? size : own;
  });
}
