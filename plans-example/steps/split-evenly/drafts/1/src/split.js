/** The shares of `people` who split an amount evenly. */
export function splitEvenly(cents, people) {
  const share = Math.round(cents / people);
  return Array.from({ length: people }, () => share);
}
