/** The draft of one plan in this browser: kept over reloads, saved as one commit, brought together with what others save. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Step } from '../../core/authoring.ts';
import { applyEdits } from '../../core/edit.ts';
import { parsePlan } from '../../core/parse.ts';
import type { Plan as PlanDocument } from '../../core/plan.ts';
import { SectionCache } from '../../core/section-cache.ts';
import { invalidate, useData } from '../api/cache.ts';
import { ApiProblem, ask } from '../api/client.ts';
import type { Plan } from '../api/shapes.ts';
import { say } from '../parts/toasts.tsx';
import { apiPath } from '../state/route.ts';
import { draftOf, isDirty, landed, moved, redone, settled, typed, undone, type Draft, type Saved } from './draft.ts';

export interface Editing {
  readonly draft: Draft;
  readonly document: PlanDocument;
  readonly dirty: boolean;
  readonly saving: boolean;
  /** Why the server took the last save not. */
  readonly refused: ApiProblem | null;
  /** Makes a step; the sentence why it cannot be made, or null. */
  readonly make: (step: Step, group?: string) => string | null;
  readonly write: (text: string, group?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly settle: (text: string) => void;
  /** The commit that it made; null where there was nothing to save. Rejects where it was not saved. */
  readonly save: () => Promise<string | null>;
}

interface Changed {
  readonly plan: Plan;
  readonly commit: string | null;
}

const COMMIT_DIGITS = 7;

/** Null until the file has been read. */
export function useDraft(planId: string, slug: string): Editing | null {
  const sourcePath = apiPath('plans', planId, '/source');
  const source = useData<Saved>(sourcePath).data;
  const [draft, setDraft] = useState<Draft | null>(() => kept(planId));
  const [saving, setSaving] = useState(false);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const [cache] = useState(() => new SectionCache());
  const latest = useRef(draft);
  const isSaving = useRef(false);

  const set = useCallback(
    (next: Draft) => {
      latest.current = next;
      keep(planId, next);
      setDraft(next);
    },
    [planId],
  );
  useEffect(() => {
    // What is read while a save is under way may be older than what it makes.
    if (source === null || isSaving.current) return;
    const now: Saved = { text: source.text, revision: source.revision };
    set(latest.current === null ? draftOf(now) : moved(latest.current, now));
  }, [source, set]);
  const document = useMemo(() => (draft === null ? null : parsePlan(draft.text, slug, cache).plan), [draft, slug, cache]);
  useLeaveGuard(draft !== null && isDirty(draft));

  if (draft === null || document === null) return null;
  const change = (next: (draft: Draft) => Draft): void => {
    if (latest.current !== null) set(next(latest.current));
    setRefused(null);
  };
  const write = (text: string, group?: string): void => change((now) => typed(now, text, group ?? null));
  const save = async (): Promise<string | null> => {
    const { current } = latest;
    if (current === null || !isDirty(current) || isSaving.current) return null;
    isSaving.current = true;
    setSaving(true);
    try {
      const { commit, revision } = await put(planId, current);
      set(landed(latest.current ?? current, { text: current.text, revision }));
      setRefused(null);
      say(commit === null ? 'Saved.' : `Saved as ${commit.slice(0, COMMIT_DIGITS)}.`, commit === null ? null : taking(planId, commit));
      return commit;
    } catch (error) {
      if (error instanceof ApiProblem) setRefused(error);
      throw error;
    } finally {
      isSaving.current = false;
      setSaving(false);
      invalidate((path) => path.startsWith(apiPath('plans', planId)));
    }
  };
  return {
    draft,
    document,
    dirty: isDirty(draft),
    saving,
    refused,
    write,
    save,
    make: (step, group) => {
      const text = latest.current?.text ?? draft.text;
      const edit = step(text, parsePlan(text, slug, cache).plan);
      if ('refused' in edit) return edit.refused;
      write(applyEdits(text, edit.edits), group);
      return null;
    },
    undo: () => change(undone),
    redo: () => change(redone),
    settle: (text) => change((now) => settled(now, text)),
  };
}

async function put(planId: string, { text, saved }: Draft): Promise<{ readonly commit: string | null; readonly revision: string }> {
  const path = apiPath('plans', planId, '/source');
  const { plan, commit } = (await ask<Changed>(path, { method: 'PUT', body: { text }, revision: saved.revision })).data;
  return { commit, revision: plan.revision };
}

/** The button beside what was saved: a commit that takes it back. */
function taking(planId: string, commit: string): { readonly words: string; readonly run: () => void } {
  return {
    words: 'Undo',
    run: () => {
      ask<Changed>(apiPath('plans', planId, '/undo'), { method: 'POST', body: { commit } })
        .then(({ data }) => say(`Taken back${data.commit === null ? '' : ` by ${data.commit.slice(0, COMMIT_DIGITS)}`}.`))
        .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
        .finally(() => invalidate((path) => path.startsWith(apiPath('plans', planId))));
    },
  };
}

const keyOf = (planId: string): string => `plans-draft:${planId}`;

function kept(planId: string): Draft | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(keyOf(planId)) ?? 'null') as { saved: Saved; text: string } | null;
    return found === null ? null : draftOf(found.saved, found.text);
  } catch {
    return null;
  }
}

function keep(planId: string, draft: Draft): void {
  try {
    if (isDirty(draft)) sessionStorage.setItem(keyOf(planId), JSON.stringify({ saved: draft.saved, text: draft.text }));
    else sessionStorage.removeItem(keyOf(planId));
  } catch {
    // A browser that keeps nothing asks before the page is left.
  }
}

/** The browser asks before a page with changes is closed. Another page of the dashboard finds the draft again. */
function useLeaveGuard(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);
}
