/** A plan's text while it is edited: what was saved, what it is by now, the way back, and what somebody else has made of it meanwhile. */
import { mergeTexts } from '../../core/merge.ts';

export interface Saved {
  readonly text: string;
  /** Of those bytes: what `If-Match` compares. */
  readonly revision: string;
}

export interface Draft {
  /** The version that the draft is made from. */
  readonly saved: Saved;
  readonly text: string;
  /** Texts before, the latest last. */
  readonly past: readonly string[];
  /** Texts that were taken back, the next last. */
  readonly future: readonly string[];
  /** What was changed last: typing on in one field is one step back. */
  readonly group: string | null;
  /** Somebody else's version, where a person has to say what becomes of both. */
  readonly theirs: Saved | null;
}

/** Steps back that are kept. */
const MAX_PAST = 200;
/** Of those, where each is to be made anew. */
const MAX_REBASED = 20;

export function draftOf(saved: Saved, text = saved.text): Draft {
  return { saved, text, past: [], future: [], group: null, theirs: null };
}

export function isDirty({ saved, text }: Draft): boolean {
  return saved.text !== text;
}

/** The draft with another text. `group` names the field that is typed in; null is a step of its own. */
export function typed(draft: Draft, text: string, group: string | null = null): Draft {
  if (text === draft.text) return draft;
  const goesOn = group !== null && group === draft.group;
  const past = goesOn ? draft.past : [...draft.past, draft.text].slice(-MAX_PAST);
  return { ...draft, text, past, future: [], group };
}

export function undone(draft: Draft): Draft {
  const text = draft.past.at(-1);
  if (text === undefined) return draft;
  return { ...draft, text, past: draft.past.slice(0, -1), future: [...draft.future, draft.text], group: null };
}

export function redone(draft: Draft): Draft {
  const text = draft.future.at(-1);
  if (text === undefined) return draft;
  return { ...draft, text, past: [...draft.past, draft.text], future: draft.future.slice(0, -1), group: null };
}

/** After a save. What was typed while it was under way stays. */
export function landed(draft: Draft, saved: Saved): Draft {
  return { ...draft, saved, group: null, theirs: null };
}

/** After the file has become another one. An untouched draft follows it; of a changed one a person decides. */
export function moved(draft: Draft, now: Saved): Draft {
  if (now.revision === draft.saved.revision) return draft.theirs === null ? draft : { ...draft, theirs: null };
  if (!isDirty(draft)) return { ...draftOf(now), past: [...draft.past, ...(draft.text === now.text ? [] : [draft.text])].slice(-MAX_PAST) };
  if (now.text === draft.text || now.text === draft.saved.text) return { ...draft, saved: now, theirs: null };
  return draft.theirs?.revision === now.revision ? draft : { ...draft, theirs: now };
}

/** Both changes in one text; null where they are about the same lines. */
export function merged({ saved, text, theirs }: Draft): string | null {
  return theirs === null ? text : mergeTexts(saved.text, text, theirs.text);
}

/**
 * The draft made anew on their version, as if it had been there from the beginning: the steps back have their changes too. As it was where both
 * are about the same lines.
 */
export function rebased(draft: Draft): Draft {
  const { saved, theirs } = draft;
  const text = merged(draft);
  if (theirs === null || text === null) return draft;
  const onTheirs = (steps: readonly string[]): string[] =>
    steps.slice(-MAX_REBASED).flatMap((step) => mergeTexts(saved.text, step, theirs.text) ?? []);
  return { ...draft, saved: theirs, text, past: onTheirs(draft.past), future: onTheirs(draft.future), theirs: null };
}

/** After a person's word: the draft stands on their version now, and says `text`. What it said before is a step back. */
export function settled(draft: Draft, text: string): Draft {
  return draft.theirs === null ? draft : { ...typed(draft, text), saved: draft.theirs, theirs: null };
}
