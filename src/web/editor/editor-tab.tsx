/** The editor of a plan: forms, the file and a drawing, all of one draft that is saved as one commit. */
import { useCallback, useDeferredValue, useEffect, type ReactNode } from 'react';
import { useAction, useCanWrite } from '../api/actions.ts';
import { ask } from '../api/client.ts';
import type { PlanDetail } from '../api/shapes.ts';
import { sayOnTask } from '../api/steering.ts';
import { Diagnostics, Refused, Skeleton } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { navigate, useLocation } from '../router.tsx';
import { decisionFor } from '../state/decision.ts';
import { apiPath, planPath } from '../state/route.ts';
import { countOf } from '../state/words.ts';
import { ConflictBox } from './conflict.tsx';
import { isDirty, merged } from './draft.ts';
import { useEditing, type Editing, type EditorState } from './editing.ts';
import { PlanForm } from './forms.tsx';
import { useConfig } from './frontmatter-fields.tsx';
import { GraphPane } from './graph-pane.tsx';
import { useLint } from './lint.ts';
import { Outline } from './outline.tsx';
import type { Carried } from './placing.ts';
import { SourcePane } from './source-pane.tsx';
import '../styles/editor.css';

const VIEWS = ['outline', 'source', 'graph'] as const;
type View = (typeof VIEWS)[number];
const VIEW_WORDS: Readonly<Record<View, string>> = { outline: 'Outline', source: 'Markdown', graph: 'Graph' };

export function EditorTab({ detail }: { readonly detail: PlanDetail }): ReactNode {
  const { editing, state } = useEditing(detail.plan.id, detail.plan.slug);
  return state === null ? <Skeleton /> : <Editor detail={detail} editing={editing} state={state} />;
}

interface EditorProps {
  readonly detail: PlanDetail;
  readonly editing: Editing;
  readonly state: EditorState;
}

function Editor({ detail, editing, state }: EditorProps): ReactNode {
  const { plan } = detail;
  const { draft, document, refused } = state;
  const canWrite = useCanWrite();
  const config = useConfig(plan.repositoryId);
  const diagnostics = useLint(plan.repositoryId, draft.text);
  const { query } = useLocation();
  const { view, open } = shownIn(query);
  const go = useCallback(
    (change: (now: Shown) => Partial<Shown>): void => {
      const now = shownIn(new URLSearchParams(window.location.search));
      navigate(addressOf(plan.id, { ...now, ...change(now) }), { replace: true });
    },
    [plan.id],
  );
  const toggle = useCallback(
    (part: Carried): void => go((now) => ({ open: now.open?.kind === part.kind && now.open.id === part.id ? null : part })),
    [go],
  );
  const choose = useCallback(
    (id: string): void => go(() => ({ open: { kind: 'task', id }, ...(isNarrow() ? { view: 'outline' } : {}) })),
    [go],
  );
  // A key in the file is shown before the outline beside it follows.
  const followed = useDeferredValue(document);
  const outlined = view === 'source' ? followed : document;
  // The drawing of a thousand tasks takes a moment, at first and after a key in a field: neither waits for it.
  const drawn = useDeferredValue(view === 'graph' ? document : null, null);
  const { theirs } = draft;
  // What a run ticks is no other opinion: nobody is asked about each box.
  const isOfRun = plan.executionId !== null && theirs !== null && merged(draft) !== null;
  useEffect(() => {
    if (isOfRun) editing.rebase();
  }, [isOfRun, editing]);
  return (
    <div className="editor">
      <EditorBar
        editing={editing}
        state={state}
        canWrite={canWrite}
        detail={detail}
        view={view}
        setView={(to) => go(() => ({ view: to }))}
      />
      {theirs !== null && <ConflictBox key={theirs.revision} editing={editing} draft={{ ...draft, theirs }} plan={plan} />}
      {refused !== null && (
        <div className="refused">
          <Refused problem={refused} />
          <Diagnostics list={refused.details.diagnostics ?? []} />
        </div>
      )}
      {view === 'outline' && diagnostics.length > 0 && (
        <button type="button" className="notice is-paused is-link" onClick={() => go(() => ({ view: 'source' }))}>
          <Icon name="warning" />
          <span>
            {countOf(diagnostics.length, 'remark')} on this text. {diagnostics[0]?.message}
          </span>
        </button>
      )}
      <div className={view === 'outline' ? 'panes' : 'panes is-beside'}>
        <div className="pane-outline">
          <PlanForm editing={editing} plan={outlined} />
          <Outline editing={editing} plan={outlined} config={config} canWrite={canWrite} open={open} toggle={toggle} />
        </div>
        {view === 'source' && (
          <SourcePane readOnly={!canWrite} text={draft.text} write={(text) => editing.write(text, 'source')} diagnostics={diagnostics} />
        )}
        {view === 'graph' && drawn === null && <Skeleton />}
        {view === 'graph' && drawn !== null && <GraphPane plan={drawn} chosen={open?.kind === 'task' ? open.id : null} choose={choose} />}
      </div>
    </div>
  );
}

/** Where there is room for one pane alone. */
function isNarrow(): boolean {
  return window.matchMedia('(max-width: 67.99rem)').matches;
}

interface Shown {
  readonly view: View;
  readonly open: Carried | null;
}

function shownIn(query: URLSearchParams): Shown {
  return { view: VIEWS.find((one) => one === query.get('view')) ?? 'outline', open: openIn(query) };
}

function openIn(query: URLSearchParams): Carried | null {
  for (const kind of ['task', 'phase'] as const) {
    const id = query.get(kind);
    if (id !== null) return { kind, id };
  }
  return null;
}

function addressOf(plan: string, { view, open }: Shown): string {
  const query = new URLSearchParams();
  if (view !== 'outline') query.set('view', view);
  if (open !== null) query.set(open.kind, open.id);
  const text = query.toString();
  return planPath(plan, 'edit') + (text === '' ? '' : `?${text}`);
}

interface EditorBarProps {
  readonly editing: Editing;
  readonly state: EditorState;
  readonly canWrite: boolean;
  readonly detail: PlanDetail;
  readonly view: View;
  readonly setView: (view: View) => void;
}

function EditorBar({ editing, state: { draft, saving }, canWrite, detail, view, setView }: EditorBarProps): ReactNode {
  const dirty = isDirty(draft);
  useSaveKey(editing);
  return (
    <div className="editor-bar">
      <div className="chips" role="group" aria-label="Shown beside">
        {VIEWS.map((one) => (
          <button key={one} type="button" className="chip" aria-pressed={one === view} onClick={() => setView(one)}>
            {VIEW_WORDS[one]}
          </button>
        ))}
      </div>
      <span className="grow" />
      {canWrite && (
        <>
          <button
            type="button"
            className="button is-plain is-icon"
            aria-label="Undo"
            title="Undo"
            disabled={draft.past.length === 0}
            onClick={() => editing.undo()}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            className="button is-plain is-icon is-redo"
            aria-label="Redo"
            title="Redo"
            disabled={draft.future.length === 0}
            onClick={() => editing.redo()}
          >
            <Icon name="undo" />
          </button>
          <output className="quiet">{saving ? 'Saving' : dirty ? 'Not saved' : 'Saved'}</output>
          <MarkButton editing={editing} status={detail.plan.status} saving={saving} />
          <RetryButton editing={editing} detail={detail} />
          <button
            type="button"
            className="button is-main"
            disabled={!dirty || saving || draft.theirs !== null}
            onClick={() => void editing.save()}
          >
            Save
          </button>
        </>
      )}
    </div>
  );
}

interface MarkButtonProps {
  readonly editing: Editing;
  readonly status: PlanDetail['plan']['status'];
  readonly saving: boolean;
}

function MarkButton({ editing, status, saving }: MarkButtonProps): ReactNode {
  if (status !== 'draft' && status !== 'ready') return null;
  const next = status === 'draft' ? 'ready' : 'draft';
  return (
    <button type="button" className="button" disabled={saving} onClick={() => void editing.mark(next)}>
      {next === 'ready' ? 'Mark as ready' : 'Back to draft'}
    </button>
  );
}

/** Where a task has failed and is edited for that: the way back to the run. */
function RetryButton({ editing, detail }: Pick<EditorBarProps, 'editing' | 'detail'>): ReactNode {
  const { busy, run } = useAction();
  if (decisionFor(detail)?.type !== 'failure') return null;
  const retry = async (): Promise<void> => {
    if (!(await editing.save())) return;
    // A task that was edited may have another name by now.
    const decision = decisionFor((await ask<PlanDetail>(apiPath('plans', detail.plan.id))).data);
    if (decision?.type === 'failure') await sayOnTask(decision.task, 'retry');
    navigate(planPath(detail.plan.id, 'run'));
  };
  return (
    <button type="button" className="button" disabled={busy} onClick={() => run(retry)}>
      Save & retry
    </button>
  );
}

function useSaveKey(editing: Editing): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      void editing.save();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [editing]);
}
