/** A seeded decorator: a call of an adapter fails now and then, before it took effect or after. */

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Faults {
  /** The share of calls that fail. */
  readonly rate: number;
  readonly random: () => number;
  /** Calls that failed, by name. */
  readonly failed: Map<string, number>;
}

/** The object with its asynchronous methods failing at random; half of the failures come after the call took effect. */
export function faulty<T extends object>(target: T, name: string, faults: Faults): T {
  return new Proxy(target, {
    get: (object, key) => {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      // Neither asks the outside for anything.
      if (key === 'close' || key === 'onWrite') return value.bind(object) as unknown;
      return (...args: unknown[]) => {
        const call = () => Reflect.apply(value, object, args) as unknown;
        if (faults.random() >= faults.rate) return call();
        const what = `${name}.${String(key)}`;
        faults.failed.set(what, (faults.failed.get(what) ?? 0) + 1);
        const error = Object.assign(new Error(`injected: ${what}`), { code: 'EIO' });
        if (faults.random() < 0.5) return Promise.reject(error);
        return Promise.resolve(call()).then(() => Promise.reject(error));
      };
    },
  });
}
