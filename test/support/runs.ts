/** `PLANS_PROPERTY_RUNS=20 npx vitest run` tries every property twenty times as often. */
const FACTOR = Number(process.env['PLANS_PROPERTY_RUNS'] ?? 1);
/** The factor of `npm run torture`. */
const TORTURE = 25;

/** How often a property is tried: `usual` is what a change can wait for. */
export function runs(usual: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(usual * FACTOR) };
}

/** The numbers 1, 2, 3 … of the rounds of a test that is slow: `usual` while a change waits for it, `long` in `npm run torture`. */
export function rounds(usual: number, long: number): readonly number[] {
  const count = FACTOR <= 1 ? usual : Math.max(usual, Math.ceil((long * FACTOR) / TORTURE));
  return Array.from({ length: count }, (_, index) => index + 1);
}
