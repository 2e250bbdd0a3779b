/** A phase in the order in which it was typed: stretches of prose, and tasks. */
import type { Phase, Plan, Task } from '../plan.ts';
import { dedented } from '../section.ts';

type Part = { readonly type: 'prose'; readonly text: string } | { readonly type: 'task'; readonly task: Task };

/** The parts of a phase; `text` is what the plan was read from. */
function partsOf(text: string, { tasks, place }: Phase): readonly Part[] {
  const prose = place.prose.map((span) => ({ offset: span.offset, part: { type: 'prose', text: dedented(text, span, 0) } as const }));
  const own = tasks.map((task) => ({ offset: task.place.item.offset, part: { type: 'task', task } as const }));
  return [...prose, ...own]
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ part }) => part)
    .filter((part) => part.type === 'task' || part.text !== '');
}

/** The character between a task's brackets. */
export function markOf({ status }: Task): 'x' | '-' | ' ' {
  return status === 'completed' ? 'x' : status === 'skipped' ? '-' : ' ';
}

/** A list item with its description. */
export function itemLines(first: string, description: string): readonly string[] {
  const body = description === '' ? [] : description.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
  // A list right under the item goes on with it; a paragraph would go on with its title.
  const apart = body.length > 0 && !/^ {2}(?:[-*+]|\d{1,9}[.)]) /.test(body[0] ?? '');
  return [`- ${first}`, ...(apart ? [''] : []), ...body, ...(apart ? [''] : [])];
}

/** The whole list: title, description, and each phase with its heading; `task` makes a task's lines. */
export function listText(text: string, plan: Plan, title: string, task: (task: Task, phase: Phase) => readonly string[]): string {
  const lines: string[] = [`# ${title}`, ''];
  if (plan.description !== '') lines.push(plan.description, '');
  for (const phase of plan.phases) {
    if (phase.title !== '') lines.push(`## ${phase.title}`, '');
    for (const part of partsOf(text, phase)) {
      if (part.type === 'task') lines.push(...task(part.task, phase));
      else lines.push(...(lines.at(-1) === '' ? [] : ['']), part.text, '');
    }
    if (lines.at(-1) !== '') lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
