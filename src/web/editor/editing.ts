/** The draft of one plan in this browser: kept while it is not saved, saved as one commit, brought together with what others save. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { inSteps, type Step } from '../../core/authoring.ts';
import { applyEdits } from '../../core/edit.ts';
import { parsePlan } from '../../core/parse.ts';
import type { Plan as PlanDocument } from '../../core/plan.ts';
import { SectionCache } from '../../core/section-cache.ts';
import { invalidate, useData } from '../api/cache.ts';
import { ApiProblem, ask } from '../api/client.ts';
import type { Plan, PlanSource } from '../api/shapes.ts';
import { sayCommitted } from '../parts/committed.ts';
import { complain } from '../parts/toasts.tsx';
import { apiPath } from '../state/route.ts';
import { draftOf, isDirty, landed, moved, rebased, redone, settled, typed, undone, type Draft, type Saved } from './draft.ts';
import { holdDraft, keptDraft, storeDraft } from './kept-draft.ts';

export interface EditorState {
  readonly draft: Draft;
  readonly document: PlanDocument;
  readonly saving: boolean;
  /** Why the server did not take the last save. */
  readonly refused: ApiProblem | null;
}

interface Changed {
  readonly plan: Plan;
  readonly commit: string | null;
}

/** After the last change the draft is kept for a reload: with each key it would take longer than all else. Milliseconds. */
const KEEP_MS = 400;

export class Editing {
  readonly #planId: string;
  readonly #slug: string;
  readonly #cache = new SectionCache();
  readonly #listeners = new Set<() => void>();
  #state: EditorState | null = null;
  #keeping: ReturnType<typeof setTimeout> | null = null;

  constructor(planId: string, slug: string) {
    this.#planId = planId;
    this.#slug = slug;
    const kept = keptDraft(planId);
    if (kept !== null) this.#set({ draft: draftOf(kept.saved, kept.text) });
  }

  /** Null until the file has been read. */
  readonly state = (): EditorState | null => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** The file as it is now. What is read while a save is under way may be older than what that makes. */
  take(now: Saved): void {
    if (this.#state?.saving === true) return;
    this.#set({ draft: this.#state === null ? draftOf(now) : moved(this.#state.draft, now) });
  }

  /** Makes steps as one change; the sentence why it cannot be made, or null. `group` names the field that is typed in. */
  make(steps: readonly Step[], group?: string): string | null {
    if (this.#state === null) return 'The plan is not read yet.';
    const { draft, document } = this.#state;
    const edit = inSteps(steps, this.#cache)(draft.text, document);
    if ('refused' in edit) return edit.refused;
    this.write(applyEdits(draft.text, edit.edits), group);
    return null;
  }

  write(text: string, group?: string): void {
    this.#change((draft) => typed(draft, text, group ?? null));
  }

  undo(): void {
    this.#change(undone);
  }

  redo(): void {
    this.#change(redone);
  }

  /** Takes what a run has written into the file into the draft, where they are not about the same lines. */
  rebase(): void {
    this.#change(rebased);
  }

  /** A person's word on two versions. */
  settle(text: string): void {
    this.#change((draft) => settled(draft, text));
  }

  /** Saves what there is to save, and says so. False where it is not saved; the page tells why. */
  async save(): Promise<boolean> {
    if (this.#state === null || this.#state.saving || this.#state.draft.theirs !== null) return false;
    const { draft } = this.#state;
    if (!isDirty(draft)) return true;
    this.#set({ saving: true });
    try {
      const path = apiPath('plans', this.#planId, '/source');
      const { data } = await ask<Changed>(path, { method: 'PUT', body: { text: draft.text }, revision: draft.saved.revision });
      this.#set({ draft: landed(this.#state.draft, { text: draft.text, revision: data.plan.revision }), saving: false, refused: null });
      this.#told('Saved', data.commit);
      return true;
    } catch (error) {
      this.#set({ saving: false });
      if (!(error instanceof ApiProblem)) complain(error);
      // The other version is on its way to the page.
      else if (error.kind !== 'stale') this.#set({ refused: error });
      return false;
    } finally {
      this.#ask();
    }
  }

  /** Marks the plan, after what there is to save. */
  async mark(status: 'draft' | 'ready'): Promise<void> {
    if (!(await this.save()) || this.#state === null) return;
    try {
      const { revision } = this.#state.draft.saved;
      const { data } = await ask<Changed>(apiPath('plans', this.#planId), { method: 'PATCH', body: { status }, revision });
      this.#told(status === 'ready' ? 'Marked as ready' : 'Marked as a draft', data.commit);
    } catch (error) {
      complain(error);
    } finally {
      this.#ask();
    }
  }

  /** Tells of a commit, with the way to take it back by another. */
  #told(what: string, commit: string | null): void {
    sayCommitted(this.#planId, what, commit, () => this.#ask());
  }

  /** Keeps the draft over a reload of the page, now. */
  readonly keep = (): void => {
    if (this.#keeping === null) return;
    clearTimeout(this.#keeping);
    this.#keeping = null;
    storeDraft(this.#planId);
  };

  #keepSoon(): void {
    if (this.#keeping !== null) clearTimeout(this.#keeping);
    this.#keeping = setTimeout(this.keep, KEEP_MS);
  }

  #ask(): void {
    invalidate((path) => path.startsWith(apiPath('plans', this.#planId)));
  }

  #change(next: (draft: Draft) => Draft): void {
    if (this.#state !== null) this.#set({ draft: next(this.#state.draft), refused: null });
  }

  #set(change: Partial<EditorState>): void {
    const before = this.#state;
    const draft = change.draft ?? before?.draft;
    if (draft === undefined) return;
    const document = draft.text === before?.draft.text ? before.document : parsePlan(draft.text, this.#slug, this.#cache).plan;
    this.#state = { saving: false, refused: null, ...before, ...change, draft, document };
    if (draft !== before?.draft) {
      holdDraft(this.#planId, draft);
      this.#keepSoon();
    }
    for (const listener of this.#listeners) listener();
  }
}

/** The editing of a plan, which follows its file. */
export function useEditing(planId: string, slug: string): { readonly editing: Editing; readonly state: EditorState | null } {
  const [editing] = useState(() => new Editing(planId, slug));
  const source = useData<PlanSource>(apiPath('plans', planId, '/source')).data;
  useEffect(() => {
    if (source !== null) editing.take({ text: source.text, revision: source.revision });
  }, [editing, source]);
  const state = useSyncExternalStore(editing.subscribe, editing.state);
  useEffect(() => {
    // A page that is put away may be gone without another word.
    const events = ['pagehide', 'visibilitychange'] as const;
    for (const name of events) window.addEventListener(name, editing.keep);
    return () => {
      for (const name of events) window.removeEventListener(name, editing.keep);
      editing.keep();
    };
  }, [editing]);
  const dirty = state !== null && isDirty(state.draft);
  // The browser asks before it closes a page with changes. Another page of the dashboard finds the draft again.
  useEffect(() => {
    if (!dirty) return;
    const leave = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', leave);
    return () => window.removeEventListener('beforeunload', leave);
  }, [dirty]);
  return { editing, state };
}
