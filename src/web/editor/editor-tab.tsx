/** The editor of a plan: forms and the file itself, both of one draft that is saved as one commit. */
import { useEffect, type ReactNode } from 'react';
import { inSteps, planSteps } from '../../core/authoring.ts';
import { useCanWrite } from '../api/actions.ts';
import type { PlanDetail } from '../api/shapes.ts';
import { Diagnostics, Refused, Skeleton } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { complain } from '../parts/toasts.tsx';
import { useLocation } from '../router.tsx';
import { TextField } from './fields.tsx';
import { useDraft, type Editing } from './use-draft.ts';
import '../styles/editor.css';

export function EditorTab({ detail: { plan } }: { readonly detail: PlanDetail }): ReactNode {
  const editing = useDraft(plan.id, plan.slug);
  const canWrite = useCanWrite();
  const view = useLocation().query.get('view');
  if (editing === null) return <Skeleton />;
  return (
    <div className="editor">
      {canWrite && <EditorBar editing={editing} />}
      {editing.refused !== null && <SaveRefused editing={editing} />}
      <fieldset className="bare" disabled={!canWrite}>
        {view === 'source' ? null : <PlanForm editing={editing} />}
        <SourceField editing={editing} />
      </fieldset>
    </div>
  );
}

function EditorBar({ editing }: { readonly editing: Editing }): ReactNode {
  const { draft, dirty, saving, save, undo, redo } = editing;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      save().catch(complain);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  return (
    <div className="editor-bar">
      <button type="button" className="button is-plain is-icon" aria-label="Undo" disabled={draft.past.length === 0} onClick={undo}>
        <Icon name="undo" />
      </button>
      <button
        type="button"
        className="button is-plain is-icon is-redo"
        aria-label="Redo"
        disabled={draft.future.length === 0}
        onClick={redo}
      >
        <Icon name="undo" />
      </button>
      <span className="grow" />
      <output className="quiet">{saving ? 'Saving' : dirty ? 'Not saved' : 'Saved'}</output>
      <button type="button" className="button is-main" disabled={!dirty || saving} onClick={() => save().catch(complain)}>
        Save
      </button>
    </div>
  );
}

function SaveRefused({ editing: { refused } }: { readonly editing: Editing }): ReactNode {
  if (refused === null) return null;
  return (
    <div>
      <Refused problem={refused} />
      <Diagnostics list={refused.details.diagnostics ?? []} />
    </div>
  );
}

function PlanForm({ editing: { document, make } }: { readonly editing: Editing }): ReactNode {
  return (
    <section className="card form" aria-label="The plan">
      <TextField label="Title" value={document.title} change={(title) => make(inSteps(planSteps({ title })), 'title')} />
      <TextField
        label="Description"
        rows={6}
        mono
        value={document.description}
        change={(description) => make(inSteps(planSteps({ description })), 'description')}
      />
    </section>
  );
}

function SourceField({ editing: { draft, write } }: { readonly editing: Editing }): ReactNode {
  return <TextField label="Markdown" rows={24} mono value={draft.text} change={(text) => (write(text, 'source'), null)} />;
}
