/** `PLANS_PROPERTY_RUNS=20 npx vitest run` tries every property twenty times as often. */
const FACTOR = Number(process.env['PLANS_PROPERTY_RUNS'] ?? 1);

/** How often a property is tried: `usual` is what a change can wait for. */
export function runs(usual: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(usual * FACTOR) };
}
