/** Drafts that are not saved, in this tab of the browser: found again on another page, after a reload, and when a plan comes back. */
import type { Draft } from './draft.ts';

type KeptDraft = Pick<Draft, 'saved' | 'text'>;

const held = new Map<string, KeptDraft>();

const keyOf = (planId: string): string => `plans-draft:${planId}`;

/** What there is of a plan that is not saved; null where all of it is. */
export function keptDraft(planId: string): KeptDraft | null {
  const known = held.get(planId);
  if (known !== undefined) return known;
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(planId)) ?? 'null') as KeptDraft | null;
  } catch {
    return null;
  }
}

/** The draft as it is now. Over a reload it is there once it was stored. */
export function holdDraft(planId: string, { saved, text }: KeptDraft): void {
  if (text !== saved.text) return void held.set(planId, { saved, text });
  held.delete(planId);
  try {
    sessionStorage.removeItem(keyOf(planId));
  } catch {
    // Then nothing was stored either.
  }
}

export function storeDraft(planId: string): void {
  const draft = held.get(planId);
  if (draft === undefined) return;
  try {
    sessionStorage.setItem(keyOf(planId), JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing asks before the page is left.
  }
}
