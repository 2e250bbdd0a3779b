/** One task's Markdown, taken out of a plan for a person to edit and put back where it stood. */
import { applyEdits } from '../core/edit.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { checkPlan } from '../core/lint.ts';
import type { Plan } from '../core/plan.ts';
import { findTask } from '../core/progress.ts';
import { steer } from './control.ts';
import type { Caller, Steered } from './control.ts';

/** The task's Markdown as it stands in the file: its whole list item. Null where there is no such task. */
export function taskText(text: string, plan: Plan, id: string): string | null {
  const item = findTask(plan, id)?.place.item;
  return item === undefined ? null : text.slice(item.offset, item.offset + item.length);
}

export type Replaced =
  | { readonly type: 'replaced'; readonly steered: Steered }
  /** The edited text would make errors; nothing was changed. */
  | { readonly type: 'invalid'; readonly text: string; readonly diagnostics: readonly Diagnostic[] };

/** Puts an edited text in the place of the task's, every other byte staying. Refused where the task has changed meanwhile. */
export async function replaceTask(
  caller: Caller,
  loaded: { readonly text: string; readonly plan: Plan },
  edit: { readonly task: string; readonly from: string; readonly to: string },
): Promise<Replaced> {
  const { known, cache } = caller.workspace;
  const splice = (text: string, plan: Plan) => {
    const item = findTask(plan, edit.task)?.place.item;
    // Made again on a newer text it is done already where the new text stands there.
    if (item === undefined || text.slice(item.offset, item.offset + item.length) !== edit.from) return null;
    return [{ ...item, text: ended(edit.to, edit.from) }];
  };
  const tried = splice(loaded.text, loaded.plan);
  if (tried !== null) {
    const text = applyEdits(loaded.text, tried);
    const { valid, diagnostics } = checkPlan(text, caller.planId, { known, cache });
    if (!valid) return { type: 'invalid', text, diagnostics: diagnostics.filter(({ severity }) => severity === 'error') };
  }
  const change = (text: string, plan: Plan) => {
    const edits = splice(text, plan);
    return edits === null ? { refused: `The task "${edit.task}" was changed in the file meanwhile.` } : { edits };
  };
  return { type: 'replaced', steered: await steer(caller, change) };
}

/** A text with the line ending that what it replaces had at its end. */
function ended(to: string, from: string): string {
  const ending = /(?:\r\n|\n|\r)?$/.exec(from)?.[0] ?? '';
  return to.replace(/(?:\r\n|\n|\r)*$/, '') + ending;
}
