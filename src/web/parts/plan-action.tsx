/** The one right thing to do with a plan, as a button. */
import type { ReactNode } from 'react';
import { useAction, useCanWrite } from '../api/actions.ts';
import { ask } from '../api/client.ts';
import type { Plan } from '../api/shapes.ts';
import { Link, navigate, useLocation } from '../router.tsx';
import { actionFor, type Action } from '../state/plan-list.ts';
import { apiPath, planPath } from '../state/route.ts';
import { Icon, type IconName } from './icon.tsx';
import { say } from './toasts.tsx';

const ICONS: Readonly<Record<Extract<Action, { type: 'ask' }>['verb'], IconName>> = { execute: 'play', pause: 'pause', resume: 'play' };

export function PlanAction({ plan }: { readonly plan: Plan }): ReactNode {
  const canWrite = useCanWrite();
  const { path } = useLocation();
  const { busy, run } = useAction();
  const action = actionFor(plan);
  if (action.type === 'go' && action.to.split('?')[0] === path) return null;
  if (action.type === 'go')
    return (
      <Link to={action.to} className={plan.status === 'completed' ? 'button' : 'button is-main'} data-action>
        {action.words}
      </Link>
    );
  if (!canWrite) return null;
  const { verb, words } = action;
  return (
    <button
      type="button"
      className={verb === 'pause' ? 'button' : 'button is-main'}
      data-action
      disabled={busy}
      onClick={() => run(() => steerPlan(plan, verb))}
    >
      <Icon name={ICONS[verb]} />
      {words}
    </button>
  );
}

async function steerPlan(plan: Plan, verb: 'execute' | 'pause' | 'resume'): Promise<void> {
  await ask(apiPath('plans', plan.id, `/${verb}`), { method: 'POST', body: {} });
  if (verb === 'pause') return say(`“${plan.title}” pauses once what runs is done.`);
  navigate(planPath(plan.id, 'run'));
}
