/** What `plans doctor` finds: a sentence, how bad it is, and what to do. */

export const AREAS = ['tools', 'config', 'state', 'evidence', 'actions', 'protection'] as const;

export interface Finding {
  readonly area: (typeof AREAS)[number];
  /** `error`: runs fail or lie because of it. `warning`: worth mending. `note`: worth knowing. */
  readonly severity: 'ok' | 'note' | 'warning' | 'error';
  /** One sentence. */
  readonly text: string;
  /** What to do about it; null where there is nothing to do. */
  readonly todo: string | null;
  /** Mends it, and says what was done. Only where nothing can be lost by it. */
  readonly fix?: () => Promise<string>;
}

/** Names a few and counts the rest. */
export function some(names: readonly string[], most = 5): string {
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
}
