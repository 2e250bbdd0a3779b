/** Which answers of the API an event makes out of date. */
import type { StreamEvent } from '../api/shapes.ts';

const LISTS: ReadonlySet<string> = new Set(['/api/plans', '/api/executions', '/api/repositories']);

/** Says for the path of an answer whether it may differ after an event. */
export function staleAfter(event: StreamEvent): (path: string) => boolean {
  const plans = plansOf(event);
  if (plans === 'none') return () => false;
  if (plans === 'all') return () => true;
  const run = event.kind === 'run' ? event.executionId : null;
  return (path) => {
    const [asked = '', query = ''] = path.split('?');
    if (LISTS.has(asked)) return !query.includes('planId=') || plans.some((plan) => query.includes(encodeURIComponent(plan)));
    if (/^\/api\/repositories\/[^/]+\/(?:stats|estimate)/.test(asked) || asked === '/api/stats') return true;
    if (run !== null && isAbout(asked, run)) return true;
    return plans.some((plan) => isAbout(asked, plan));
  };
}

/** Whether a path names a plan, a part of it or a run: `/api/plans/r:auth`, `/api/tasks/r:auth:login/attempts`; not `/api/plans/r:auth-2`. */
function isAbout(path: string, plan: string): boolean {
  const at = path.indexOf(plan);
  if (at < 0) return false;
  const next = path[at + plan.length];
  return next === undefined || next === ':' || next === '/';
}

function plansOf(stream: StreamEvent): readonly string[] | 'all' | 'none' {
  const own = stream.planId === null ? [] : [stream.planId];
  switch (stream.kind) {
    case 'server':
      // Where a stream begins, the moment of each answer says whether it is out of date.
      return stream.event.type === 'stream-started' ? 'none' : 'all';
    case 'watch': {
      if (stream.event.type !== 'plans-changed') return 'none';
      const named = stream.event.plans.flatMap(({ plan, changes }) => [plan, ...(changes?.was === undefined ? [] : [changes.was])]);
      return named.map((plan) => `${stream.repositoryId}:${plan}`);
    }
    case 'planner':
      return stream.event.type === 'planner-output' || stream.event.type === 'planner-usage' ? 'none' : own;
    case 'run':
      return isOfPlan(stream.event.type) ? own : 'none';
  }
}

/** Not what only the page of the execution shows, and shows from the event itself. */
function isOfPlan(type: string): boolean {
  return !/^(?:agent-output|agent-usage|gate-started|gate-output|message-asked|note)$/.test(type);
}
