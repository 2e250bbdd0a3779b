/** A mistake of the user or of the environment, as a sentence that says what to do. Thrown where nothing can go on; shown as it is, exit code 2. */
export class Problem extends Error {
  override readonly name: string = 'Problem';
}
