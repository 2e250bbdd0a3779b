/** A new plan: written by Claude from what is wanted, or by hand. */
import { useEffect, type ReactNode } from 'react';
import { useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import type { Job, Repository } from '../api/shapes.ts';
import { Empty, Refused, Skeleton } from '../parts/basics.tsx';
import { JobProgress } from '../parts/job-progress.tsx';
import { say } from '../parts/toasts.tsx';
import { navigate, useLocation } from '../router.tsx';
import { planPath } from '../state/route.ts';
import { ByHand } from './by-hand.tsx';
import { Generate } from './generate.tsx';
import '../styles/editor.css';
import '../styles/review.css';

export function NewPage(): ReactNode {
  const { query } = useLocation();
  const repositories = useData<{ readonly repositories: readonly Repository[] }>('/api/repositories').data?.repositories;
  const canWrite = useCanWrite();
  const job = query.get('job');
  const byHand = query.get('by') === 'hand';
  return (
    <div className="new-page">
      <title>New plan · Plans</title>
      <div className="page-head">
        <h1>New plan</h1>
      </div>
      {job === null && (
        <div className="chips" role="group" aria-label="How it is written">
          <button type="button" className="chip" aria-pressed={!byHand} onClick={() => navigate('/new', { replace: true })}>
            Generate with Claude
          </button>
          <button type="button" className="chip" aria-pressed={byHand} onClick={() => navigate('/new?by=hand', { replace: true })}>
            By hand
          </button>
        </div>
      )}
      {job !== null ? (
        <Generating id={job} />
      ) : repositories === undefined ? (
        <Skeleton />
      ) : !canWrite ? (
        <Empty title="This browser may only read" />
      ) : byHand ? (
        <ByHand repositories={repositories} />
      ) : (
        <Generate repositories={repositories} />
      )}
    </div>
  );
}

function Generating({ id }: { readonly id: string }): ReactNode {
  const { data: job, problem } = useData<Job>(`/api/jobs/${encodeURIComponent(id)}`);
  const made = job?.status === 'completed' && job.result !== null && 'planId' in job.result ? job.result.planId : null;
  useEffect(() => {
    if (made === null) return;
    say('The plan is written, as a draft.');
    navigate(planPath(made, 'edit'), { replace: true });
  }, [made]);
  if (job === null) return problem === null ? <Skeleton /> : <Refused problem={problem} />;
  if (job.status === 'running') return <JobProgress job={job} />;
  return (
    <>
      {job.problem !== null && <Refused problem={new Error(job.problem.detail)} />}
      <div className="row">
        <button type="button" className="button" onClick={() => navigate('/new')}>
          Try again
        </button>
      </div>
    </>
  );
}
