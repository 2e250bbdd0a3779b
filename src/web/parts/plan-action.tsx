/** The one right thing to do with a plan, as a button. */
import type { ReactNode } from 'react';
import { useAction, useCanWrite } from '../api/actions.ts';
import { ask } from '../api/client.ts';
import type { Plan } from '../api/shapes.ts';
import { keptDraft } from '../editor/kept-draft.ts';
import { Link, navigate, useLocation } from '../router.tsx';
import { actionFor, type Action, type GoWords } from '../state/plan-list.ts';
import { apiPath, planPath } from '../state/route.ts';
import { Icon, type IconName } from './icon.tsx';
import { say } from './toasts.tsx';

const ICONS: Readonly<Record<GoWords | Extract<Action, { type: 'ask' }>['verb'], IconName>> = {
  execute: 'play',
  pause: 'pause',
  resume: 'play',
  'Fix errors': 'warning',
  Edit: 'draft',
  'Review with Claude': 'spark',
  Decide: 'hand',
  'View details': 'right',
};

interface PlanActionProps {
  readonly plan: Plan;
  /** One of many on a page, none of which is the main one. */
  readonly small?: boolean;
}

export function PlanAction({ plan, small = false }: PlanActionProps): ReactNode {
  const canWrite = useCanWrite();
  const { path } = useLocation();
  const { busy, run } = useAction();
  const action = actionFor(plan);
  const look = small ? 'button is-small' : 'button is-main';
  const isAbout = (words: string): string | undefined => (small ? `${words}: ${plan.title}` : undefined);
  if (action.type === 'go' && action.to.split('?')[0] === path) return null;
  if (action.type === 'go')
    return (
      <Link to={action.to} className={look} aria-label={isAbout(action.words)} data-action>
        <Icon name={ICONS[action.words]} />
        {action.words}
      </Link>
    );
  if (!canWrite) return null;
  const { verb, words } = action;
  return (
    <button
      type="button"
      className={verb === 'pause' && !small ? 'button' : look}
      aria-label={isAbout(words)}
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
  // What runs is the file.
  if (verb !== 'pause' && keptDraft(plan.id) !== null)
    throw new Error(`What you have changed of “${plan.title}” is not saved. Save it or undo it in the editor before the plan goes on.`);
  await ask(apiPath('plans', plan.id, `/${verb}`), { method: 'POST', body: {} });
  if (verb === 'pause') return say(`“${plan.title}” pauses once what runs is done.`);
  navigate(planPath(plan.id, 'run'));
}
