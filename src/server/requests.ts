/** What the server counts of itself. */

/** One figure of several that have the same name. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Counts answers, by method and status. */
export class Requests {
  readonly #counts = new Map<string, Sample>();

  add(method: string, status: number): void {
    const key = `${method} ${status}`;
    const known = this.#counts.get(key);
    this.#counts.set(key, { labels: { method, status: String(status) }, value: (known?.value ?? 0) + 1 });
  }

  get samples(): readonly Sample[] {
    return [...this.#counts.values()];
  }
}
