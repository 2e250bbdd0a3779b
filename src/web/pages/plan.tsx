/** The frame of all pages of one plan: its title, its status, what can be done with it, and the way to its other pages. */
import { lazy, useEffect, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { PlanDetail } from '../api/shapes.ts';
import { Age, Diagnostics, Empty, Progress, Refused, Skeleton } from '../parts/basics.tsx';
import { Badge } from '../parts/badge.tsx';
import { PlanAction } from '../parts/plan-action.tsx';
import { Link, navigate } from '../router.tsx';
import { badgeOf } from '../state/plan-list.ts';
import { apiPath, planPath, type PlanTab } from '../state/route.ts';
import { countOf, pauseWords } from '../state/words.ts';

const OverviewTab = lazy(() => import('./overview.tsx').then((page) => ({ default: page.OverviewTab })));
const EditorTab = lazy(() => import('../editor/editor-tab.tsx').then((page) => ({ default: page.EditorTab })));
const HistoryTab = lazy(() => import('../review/history-tab.tsx').then((page) => ({ default: page.HistoryTab })));
const ReviewTab = lazy(() => import('../review/review-tab.tsx').then((page) => ({ default: page.ReviewTab })));
const RunTab = lazy(() => import('./run.tsx').then((page) => ({ default: page.RunTab })));

const TABS: readonly (readonly [PlanTab, string])[] = [
  ['overview', 'Plan'],
  ['edit', 'Edit'],
  ['review', 'Review'],
  ['run', 'Execution'],
  ['history', 'History'],
];

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
        <Empty title="There is no such plan">
          <p>
            It may have been renamed or removed; what it was is in git. <Link to="/">All plans</Link>
          </p>
        </Empty>
      );
    return problem === null ? <Skeleton /> : <Refused problem={problem} />;
  }
  return (
    <>
      <title>{`${data.plan.title} · Plans`}</title>
      <PlanHead detail={data} tab={tab} />
      {problem !== null && <Refused problem={problem} />}
      {!data.plan.valid && tab !== 'edit' && (
        <div className="notice is-failed">
          <div>
            <p>This plan has errors, and is not executed until they are mended.</p>
            <Diagnostics list={data.plan.diagnostics} />
          </div>
        </div>
      )}
      <Tab detail={data} tab={tab} />
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

function PlanHead({ detail: { plan }, tab }: { readonly detail: PlanDetail; readonly tab: PlanTab }): ReactNode {
  const why = plan.status === 'paused' ? pauseWords(plan.pauseReason) : null;
  return (
    <header className="plan-head">
      <p className="crumbs">
        <Link to="/">Plans</Link> <span aria-hidden="true">/</span> <code>{plan.sourceFile}</code>
      </p>
      <div className="page-head">
        <h1>{plan.title}</h1>
        <PlanAction plan={plan} />
      </div>
      <div className="row facts">
        <Badge kind={badgeOf(plan)} />
        {why !== null && <span>{why}</span>}
        <span>
          {plan.completedTasks} of {countOf(plan.totalTasks, 'task')}
        </span>
        <Progress done={plan.completedTasks} total={plan.totalTasks} running={plan.status === 'running'} label="Tasks" />
        <Age time={plan.updatedAt} before="changed " />
      </div>
      <nav className="tabs" aria-label="Pages of this plan">
        {TABS.map(([name, words]) => (
          <Link key={name} to={planPath(plan.id, name)} aria-current={name === tab ? 'page' : undefined}>
            {words}
          </Link>
        ))}
      </nav>
    </header>
  );
}
