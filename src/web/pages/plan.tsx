/** The frame of all pages of one plan: its title, its status, what can be done with it, and the way to its other pages. */
import { lazy, Suspense, useEffect, useRef, type ReactNode } from 'react';
import { useAction, useCanWrite } from '../api/actions.ts';
import { useData } from '../api/cache.ts';
import type { Plan, PlanDetail, Repository } from '../api/shapes.ts';
import { markReady } from '../api/steering.ts';
import { Age, Diagnostics, Empty, Progress, Refused, Skeleton } from '../parts/basics.tsx';
import { Badge } from '../parts/badge.tsx';
import { sayCommitted } from '../parts/committed.ts';
import { Icon } from '../parts/icon.tsx';
import { PlanAction } from '../parts/plan-action.tsx';
import { UnsavedNotice, UnsavedText } from '../parts/unsaved.tsx';
import { Link, navigate } from '../router.tsx';
import { decisionFor } from '../state/decision.ts';
import { badgeOf, tabTitle } from '../state/plan-list.ts';
import { apiPath, PLAN_TABS, planPath, type PlanTab } from '../state/route.ts';
import { countOf, pauseWords } from '../state/words.ts';

const OverviewTab = lazy(() => import('./overview.tsx').then((page) => ({ default: page.OverviewTab })));
const EditorTab = lazy(() => import('../editor/editor-tab.tsx').then((page) => ({ default: page.EditorTab })));
const HistoryTab = lazy(() => import('../review/history-tab.tsx').then((page) => ({ default: page.HistoryTab })));
const ReviewTab = lazy(() => import('../review/review-tab.tsx').then((page) => ({ default: page.ReviewTab })));
const RunTab = lazy(() => import('./run.tsx').then((page) => ({ default: page.RunTab })));

const TAB_WORDS: Readonly<Record<PlanTab, string>> = {
  overview: 'Plan',
  edit: 'Edit',
  review: 'Review',
  run: 'Execution',
  history: 'History',
};

export function PlanPage({ id, tab }: { readonly id: string; readonly tab: PlanTab }): ReactNode {
  const { data, problem } = useData<PlanDetail>(apiPath('plans', id));
  // Where one repository is served its name may be left out of an address; events do not leave it out.
  const whole = data?.plan.id;
  useEffect(() => {
    if (whole !== undefined && whole !== id) navigate(planPath(whole, tab) + window.location.search, { replace: true });
  }, [whole, id, tab]);
  if (data === null) {
    if (problem?.details.status === 404)
      return (
        <Empty title="There is no such plan" icon="search" isPage>
          <title>No such plan · Plans</title>
          <p>It may have been renamed or removed; what it was is in git.</p>
          <UnsavedText plan={id} />
          <Link className="button" to="/">
            All plans
          </Link>
        </Empty>
      );
    return (
      <>
        <title>Plans</title>
        {problem === null ? <Skeleton /> : <Refused problem={problem} />}
      </>
    );
  }
  return (
    <>
      <title>{tab === 'overview' ? tabTitle(data.plan) : `${tabTitle(data.plan)} · ${TAB_WORDS[tab]}`}</title>
      <PlanHead detail={data} tab={tab} />
      {problem !== null && <Refused problem={problem} />}
      {tab !== 'edit' && <UnsavedNotice plan={data.plan.id} />}
      {!data.plan.valid && tab !== 'edit' && (
        <div className="notice is-failed">
          <Icon name="warning" />
          <div className="stack">
            <p>This plan has errors, and is not executed until they are mended.</p>
            <Diagnostics list={data.plan.diagnostics} />
          </div>
        </div>
      )}
      {/* The head stays, and what has the focus in it, while a tab is loaded. */}
      <Suspense fallback={<Skeleton />}>
        <Tab detail={data} tab={tab} />
      </Suspense>
    </>
  );
}

function Tab({ detail, tab }: { readonly detail: PlanDetail; readonly tab: PlanTab }): ReactNode {
  switch (tab) {
    case 'overview':
      return <OverviewTab detail={detail} />;
    case 'review':
      return <ReviewTab detail={detail} />;
    case 'history':
      return <HistoryTab detail={detail} />;
    case 'edit':
      return <EditorTab key={detail.plan.id} detail={detail} />;
    case 'run':
      return <RunTab key={detail.plan.id} detail={detail} />;
  }
}

function PlanHead({ detail, tab }: { readonly detail: PlanDetail; readonly tab: PlanTab }): ReactNode {
  const { plan } = detail;
  // The box below asks for the same, and knows more.
  const isAsked = tab === 'run' && decisionFor(detail) !== null;
  const why = plan.valid && plan.status === 'paused' && !isAsked ? pauseWords(plan.pauseReason) : null;
  const isAtRest = plan.valid && (plan.status === 'completed' || plan.status === 'failed');
  return (
    <header className="plan-head">
      <nav className="crumbs" aria-label="Where this plan is">
        <Link to="/">Plans</Link>
        <RepositoryName id={plan.repositoryId} />
        <span aria-hidden="true">/</span>
        <code>{plan.sourceFile}</code>
      </nav>
      <div className="page-head">
        <h1>{plan.title}</h1>
        {tab !== 'edit' && <MarkReady plan={plan} />}
        {!isAtRest && !isAsked && <PlanAction plan={plan} />}
      </div>
      <div className="row facts">
        <Badge kind={badgeOf(plan)} />
        {why !== null && <span>{why}</span>}
        {plan.completedTasks > 0 && (
          <Progress done={plan.completedTasks} total={plan.totalTasks} running={plan.status === 'running'} label="Tasks" />
        )}
        <span>
          {plan.completedTasks > 0 ? `${plan.completedTasks} of ` : ''}
          {countOf(plan.totalTasks, 'task')}
        </span>
        <span className="is-last">
          <Age time={plan.updatedAt} before="changed " />
        </span>
      </div>
      <Tabs plan={plan.id} tab={tab} />
    </header>
  );
}

function RepositoryName({ id }: { readonly id: string }): ReactNode {
  const repositories = useData<{ readonly repositories: readonly Repository[] }>('/api/repositories').data?.repositories ?? [];
  const name = repositories.length > 1 ? repositories.find((one) => one.id === id)?.name : undefined;
  if (name === undefined) return null;
  return (
    <>
      <span aria-hidden="true">/</span>
      <Link to={`/?repository=${encodeURIComponent(id)}`}>{name}</Link>
    </>
  );
}

/** A draft is never executed: whoever has read it says that it is ready. */
function MarkReady({ plan }: { readonly plan: Plan }): ReactNode {
  const { busy, run } = useAction();
  const canWrite = useCanWrite();
  if (!canWrite || !plan.valid || plan.status !== 'draft' || plan.totalTasks === 0) return null;
  const mark = async (): Promise<void> => {
    const commit = await markReady(plan);
    sayCommitted(plan.id, 'Marked as ready', commit);
  };
  return (
    <button type="button" className="button" disabled={busy} onClick={() => run(mark)}>
      <Icon name="check" />
      Mark as ready
    </button>
  );
}

function Tabs({ plan, tab }: { readonly plan: string; readonly tab: PlanTab }): ReactNode {
  const current = useRef<HTMLAnchorElement>(null);
  // On a phone there may be no room for all of them.
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  return (
    <nav className="tabs" aria-label="Pages of this plan">
      {PLAN_TABS.map((name) => (
        <Link
          key={name}
          to={planPath(plan, name)}
          aria-current={name === tab ? 'page' : undefined}
          ref={name === tab ? current : undefined}
        >
          {TAB_WORDS[name]}
        </Link>
      ))}
    </nav>
  );
}
