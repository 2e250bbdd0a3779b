/** The shares of `people` who split an amount evenly. The cents that are left over go to the first ones, one each. */
export function splitEvenly(cents, people) {
  const share = Math.floor(cents / people);
  const left = cents - share * people;
  return Array.from({ length: people }, (_, index) => (index < left ? share + 1 : share));
}
