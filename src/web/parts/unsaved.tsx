/** What this browser has made of a plan and not saved, said where it is not seen. */
import type { ReactNode } from 'react';
import { keptDraft } from '../editor/kept-draft.ts';
import { Link } from '../router.tsx';
import { planPath } from '../state/route.ts';
import { Icon } from './icon.tsx';

/** On the other pages of the plan. */
export function UnsavedNotice({ plan }: { readonly plan: string }): ReactNode {
  if (keptDraft(plan) === null) return null;
  return (
    <p className="notice is-paused">
      <Icon name="draft" />
      <span>
        What you have changed in the editor is not saved yet. <Link to={planPath(plan, 'edit')}>Go on with it</Link>
      </span>
    </p>
  );
}

/** Where the plan is no longer there: on another branch, or removed. */
export function UnsavedText({ plan }: { readonly plan: string }): ReactNode {
  const kept = keptDraft(plan);
  if (kept === null) return null;
  return (
    <details className="card unsaved">
      <summary>What you have changed is not saved. It stays in this tab, and is in the editor when the plan comes back.</summary>
      <pre tabIndex={0} aria-label="Your text">
        {kept.text}
      </pre>
    </details>
  );
}
