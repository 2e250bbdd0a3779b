/** A new plan, over the list in which it will be: written by Claude from what is wanted, or by hand. Its address opens it too. */
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import type { Job, Repository } from '../api/shapes.ts';
import { Empty, Refused, Skeleton } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { JobProgress } from '../parts/job-progress.tsx';
import { say } from '../parts/toasts.tsx';
import { leave, navigate, useLocation } from '../router.tsx';
import { planPath } from '../state/route.ts';
import { ByHand } from './by-hand.tsx';
import { Generate } from './generate.tsx';
import { forgetKept } from './kept.ts';
import '../styles/editor.css';
import '../styles/review.css';
import '../styles/new.css';

export function NewDialog(): ReactNode {
  const { query } = useLocation();
  const job = query.get('job');
  const byHand = query.get('by') === 'hand';
  const canWrite = useCanWrite();
  const dialog = useDialog();
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="new-plan" onKeyDown={submitByKey}>
      <title>New plan · Plans</title>
      <header>
        <h2 id="new-plan" className="grow">
          New plan
        </h2>
        {job === null && canWrite && <HowSwitch byHand={byHand} />}
        <button type="button" className="button is-plain is-icon" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="cross" />
        </button>
      </header>
      {job === null ? <Form byHand={byHand} /> : <Generating id={job} close={() => dialog.current?.close()} />}
    </dialog>
  );
}

/** Open as long as its component is there; closed by the person, the page goes back to where they were. */
function useDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    const back = (): void => leave('/');
    element?.showModal();
    element?.addEventListener('close', back);
    return () => {
      // Another page is shown already. Closed rather than only removed, it gives the focus back.
      element?.removeEventListener('close', back);
      element?.close();
    };
  }, []);
  return dialog;
}

function submitByKey(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.currentTarget.querySelector('form')?.requestSubmit();
}

function HowSwitch({ byHand }: { readonly byHand: boolean }): ReactNode {
  return (
    <div className="switch" role="group" aria-label="How it is written">
      <button type="button" className="chip" aria-pressed={!byHand} onClick={() => navigate('/new', { replace: true })}>
        With Claude
      </button>
      <button type="button" className="chip" aria-pressed={byHand} onClick={() => navigate('/new?by=hand', { replace: true })}>
        By hand
      </button>
    </div>
  );
}

function Form({ byHand }: { readonly byHand: boolean }): ReactNode {
  const { data, problem } = useData<{ readonly repositories: readonly Repository[] }>('/api/repositories');
  const session = useData('/api/session').data;
  const canWrite = useCanWrite();
  if (data === null || session === null) return problem === null ? <Skeleton /> : <Refused problem={problem} />;
  if (!canWrite)
    return (
      <Empty title="This browser may only look" icon="file">
        <p>It has signed in with a token that changes nothing.</p>
      </Empty>
    );
  return byHand ? <ByHand repositories={data.repositories} /> : <Generate repositories={data.repositories} />;
}

function Generating({ id, close }: { readonly id: string; readonly close: () => void }): ReactNode {
  const { data: job, problem } = useData<Job>(`/api/jobs/${encodeURIComponent(id)}`);
  const made = job?.status === 'completed' && job.result !== null && 'planId' in job.result ? job.result.planId : null;
  useEffect(() => {
    if (made === null) return;
    forgetKept();
    say('The plan is written, as a draft.');
    navigate(planPath(made, 'edit'), { replace: true });
  }, [made]);
  if (job === null && problem === null) return <Skeleton />;
  if (job?.status === 'running')
    return (
      <>
        <div className="dialog-body">
          <JobProgress job={job} />
        </div>
        <footer>
          <button type="button" className="button" onClick={close}>
            Go on in the background
          </button>
        </footer>
      </>
    );
  if (job?.status === 'completed') return <Skeleton rows={1} />;
  return (
    <>
      <div className="dialog-body">
        {job?.status === 'cancelled' ? (
          <p>It was stopped, and nothing was written. What you asked for is still in the form.</p>
        ) : (
          <Refused problem={job?.problem == null ? (problem ?? new Error('It failed.')) : new Error(job.problem.detail)} />
        )}
      </div>
      <footer>
        <button type="button" className="button is-main" onClick={() => navigate('/new', { replace: true })}>
          Back to the form
        </button>
      </footer>
    </>
  );
}
