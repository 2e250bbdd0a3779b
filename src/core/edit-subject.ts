/** What a commit of a person's edit is called. */
import { outlineOf } from './outline.ts';
import type { Plan } from './plan.ts';

/** Where nobody has looked at what differs, or it is more than can be said in a few words. */
export const EDIT = 'edit the plan';

/** Without the plan's name, which stands before it. A word on the plan is told as that; what else was edited is in the diff. */
export function editSubject(before: Plan, after: Plan): string {
  if (before.status === after.status || !saySame({ ...before, status: after.status }, after)) return EDIT;
  if (after.status === 'ready') return 'marked as ready';
  return after.status === 'draft' ? 'marked as a draft' : `status: ${before.status} → ${after.status}`;
}

function saySame(one: Plan, other: Plan): boolean {
  return JSON.stringify(outlineOf(one)) === JSON.stringify(outlineOf(other));
}
