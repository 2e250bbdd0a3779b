/** Says that a conversation with Claude has ended, to whoever has gone on to another page meanwhile. */
import { useEffect, useRef, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { Job } from '../api/shapes.ts';
import { complain, say } from '../parts/toasts.tsx';
import { navigate } from '../router.tsx';
import { planPath } from '../state/route.ts';
import { countOf } from '../state/words.ts';

export function JobNotices(): ReactNode {
  const jobs = useData<{ readonly jobs: readonly Job[] }>('/api/jobs').data?.jobs;
  const running = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (jobs === undefined) return;
    for (const job of jobs) if (job.status !== 'running' && running.current.has(job.id) && !isShown(job)) tell(job);
    running.current = new Set(jobs.filter(({ status }) => status === 'running').map(({ id }) => id));
  }, [jobs]);
  return null;
}

/** Whether the page that is shown says so itself. */
function isShown(job: Job): boolean {
  const { pathname, search } = window.location;
  if (job.kind === 'generate') return pathname === '/new' && new URLSearchParams(search).get('job') === job.id;
  return job.planId !== null && pathname === planPath(job.planId, 'review');
}

function tell({ status, problem, result, planId, title }: Job): void {
  if (status === 'cancelled') return;
  if (problem !== null) return complain(new Error(problem.detail));
  if (result === null) return;
  if ('planId' in result) {
    const to = planPath(result.planId, 'edit');
    return say(`Claude has written “${title}”, as a draft.`, { words: 'Open', run: () => navigate(to) });
  }
  // Who has marked a task as done sees it done.
  if (!('suggestions' in result)) return;
  const to = planId === null ? '/' : planPath(planId, 'review');
  say(`Claude has made ${countOf(result.suggestions.length, 'suggestion')} for “${title}”.`, { words: 'Show', run: () => navigate(to) });
}
