/** What has not changed stays the same object, so that what is drawn of it need not be drawn again. */

/** `next`, in which every part that says the same as in `before` is that of `before`; `before` itself where all does. JSON values alone. */
export function shared<T>(before: unknown, next: T): T {
  if (Object.is(before, next)) return next;
  if (typeof before !== 'object' || typeof next !== 'object' || before === null || next === null) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  const [old, now] = [before as Readonly<Record<string, unknown>>, next as Record<string, unknown>];
  let isSame = Object.keys(old).length === Object.keys(now).length;
  // In place: an answer has just been parsed, and is nobody else's.
  for (const key of Object.keys(now)) {
    const has = Object.hasOwn(old, key);
    if (has) now[key] = shared(old[key], now[key]);
    isSame &&= has && Object.is(old[key], now[key]);
  }
  return isSame ? (before as T) : next;
}
