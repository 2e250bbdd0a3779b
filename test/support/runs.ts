/** `PLANS_PROPERTY_RUNS=20 npx vitest run` tries every property twenty times as often. */
const FACTOR = Number(process.env['PLANS_PROPERTY_RUNS'] ?? 1);
/** The factor of `npm run torture`. */
const TORTURE = 25;

/** What a change waits for tries the same every time, so that whether it lands is not a matter of luck; what is long looks for more. */
const SEED = FACTOR <= 1 ? 20_261_123 : null;

/** How often a property is tried, and what chance begins with: `usual` is what a change can wait for, `nth` tells apart what is asked often. */
export function runs(usual: number, nth = 0): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: Math.ceil(usual * FACTOR), ...(SEED === null ? {} : { seed: SEED + nth }) };
}

/** The numbers 1, 2, 3 … of the rounds of a test that is slow: `usual` while a change waits for it, `long` in `npm run torture`. */
export function rounds(usual: number, long: number): readonly number[] {
  const count = FACTOR <= 1 ? usual : Math.max(usual, Math.ceil((long * FACTOR) / TORTURE));
  return Array.from({ length: count }, (_, index) => index + 1);
}
