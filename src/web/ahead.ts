/** What an address shows, loaded all at once: each part would else be asked for when the one before it is there, and a slow line waits for each. */
import { lookAhead } from './api/cache.ts';
import { apiPath, type PlanTab, type Route } from './state/route.ts';

const TABS: Readonly<Record<PlanTab, () => Promise<unknown>>> = {
  overview: () => import('./pages/overview.tsx'),
  edit: () => import('./editor/editor-tab.tsx'),
  review: () => import('./review/review-tab.tsx'),
  run: () => import('./pages/run.tsx'),
  history: () => import('./review/history-tab.tsx'),
};

/** Begins to load it. What fails is asked for again by who shows it, and said there. */
export function loadAhead(route: Route): void {
  for (const part of partsOf(route)) part.catch(() => {});
  if (route.page !== 'plan') return;
  lookAhead(apiPath('plans', route.plan));
  if (route.tab === 'edit') lookAhead(apiPath('plans', route.plan, '/source'));
}

function partsOf(route: Route): readonly Promise<unknown>[] {
  switch (route.page) {
    case 'plan':
      return [import('./pages/plan.tsx'), TABS[route.tab](), import('./parts/markdown.tsx')];
    case 'new':
      return [import('./new/new-dialog.tsx')];
    case 'insights':
      return [import('./insights/insights-page.tsx')];
    case 'login':
      return [import('./pages/login.tsx')];
    case 'plans':
    case 'nothing':
      return [];
  }
}
