/** The frame around every page, and which page it is. */
import { Component, lazy, Suspense, useEffect, useMemo, type ReactNode } from 'react';

import { useData } from './api/cache.ts';
import type { Connection } from './api/event-source.ts';
import { useConnection } from './api/stream.ts';
import { Empty, Skeleton } from './parts/basics.tsx';
import { Toasts } from './parts/toasts.tsx';
import { PlansPage } from './pages/plans.tsx';
import { Link, navigate, useLocation } from './router.tsx';
import { routeOf, type Route } from './state/route.ts';
import { Announcer } from './shell/announcer.tsx';
import { JobNotices } from './shell/job-notices.tsx';
import { Shortcuts } from './shell/shortcuts.tsx';
import { ThemeSwitch } from './shell/theme.tsx';

const PlanPage = lazy(() => import('./pages/plan.tsx').then((page) => ({ default: page.PlanPage })));
const InsightsPage = lazy(() => import('./insights/insights-page.tsx').then((page) => ({ default: page.InsightsPage })));
const NewDialog = lazy(() => import('./new/new-dialog.tsx').then((page) => ({ default: page.NewDialog })));
const LoginPage = lazy(() => import('./pages/login.tsx').then((page) => ({ default: page.LoginPage })));

export function App(): ReactNode {
  const { path } = useLocation();
  const route = useMemo(() => routeOf(path), [path]);
  const { data: session, problem } = useData('/api/session');
  const isOut = problem?.details.status === 401 && route.page !== 'login';
  useEffect(() => {
    if (isOut) navigate(`/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`, { replace: true });
  }, [isOut]);
  return (
    <>
      <a className="button skip-link" href="#content">
        Skip to content
      </a>
      <TopBar route={route} />
      <main id="content" className="page" tabIndex={-1}>
        {route.page === 'new' && !isOut && (
          <Caught>
            <Suspense>
              <NewDialog />
            </Suspense>
          </Caught>
        )}
        <Caught key={route.page === 'new' ? 'plans' : route.page}>
          <Suspense fallback={<Skeleton />}>{isOut ? null : <Page route={route} />}</Suspense>
        </Caught>
      </main>
      <Toasts />
      <Announcer route={route} />
      {session !== null && !isOut && <JobNotices />}
    </>
  );
}

function Page({ route }: { readonly route: Route }): ReactNode {
  switch (route.page) {
    case 'plans':
    case 'new':
      return <PlansPage />;
    case 'login':
      return <LoginPage />;
    case 'plan':
      return <PlanPage key={route.plan} id={route.plan} tab={route.tab} />;
    case 'insights':
      return <InsightsPage />;
    case 'nothing':
      return <Nowhere />;
  }
}

function Nowhere(): ReactNode {
  return (
    <Empty title="There is nothing here" icon="search" isPage>
      <title>Nothing here · Plans</title>
      <p>The address may be of a plan that was renamed or removed.</p>
      <Link className="button" to="/">
        All plans
      </Link>
    </Empty>
  );
}

const CONNECTIONS: Readonly<Record<Connection, string>> = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' };
const CONNECTION_HINTS: Readonly<Record<Connection, string>> = {
  connecting: 'The server has not answered yet.',
  live: 'What changes is shown the moment it does.',
  lost: 'The server cannot be reached. What is shown is what it said last; it goes on by itself once the server is there.',
};

function TopBar({ route }: { readonly route: Route }): ReactNode {
  return (
    <header className="bar">
      <div>
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="26" height="26" />
          <span>Plans</span>
        </Link>
        {route.page === 'login' ? (
          <span className="grow" />
        ) : (
          <>
            <nav aria-label="Pages">
              <Link to="/" aria-current={route.page === 'plans' || route.page === 'new' ? 'page' : undefined}>
                Plans
              </Link>
              <Link to="/insights" aria-current={route.page === 'insights' ? 'page' : undefined}>
                Insights
              </Link>
            </nav>
            <ConnectionSign />
            <Shortcuts route={route} />
          </>
        )}
        <ThemeSwitch />
      </div>
    </header>
  );
}

function ConnectionSign(): ReactNode {
  const connection = useConnection();
  return (
    <output className={`connection is-${connection}`} title={CONNECTION_HINTS[connection]}>
      <span>{CONNECTIONS[connection]}</span>
    </output>
  );
}

/** What the browsers say where a part of the dashboard cannot be loaded. */
const LOST_PART = /dynamically imported module|Importing a module script failed/i;
const LOST_WORDS = 'A part of the dashboard could not be loaded: the server cannot be reached, or is of another version since.';

/** A page that breaks says so, and leaves the rest of the dashboard as it is. */
class Caught extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <Empty title="This page could not be shown" icon="warning" isPage>
        <p>{LOST_PART.test(this.state.error.message) ? LOST_WORDS : this.state.error.message}</p>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Load it anew
        </button>
      </Empty>
    );
  }
}
