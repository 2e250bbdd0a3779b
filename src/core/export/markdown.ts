/** A plan as a plain list for people: headings, boxes and text, without frontmatter. */
import type { Plan, Task } from '../plan.ts';
import { itemLines, listText, markOf } from './parts.ts';

export function markdownText(text: string, plan: Plan): string {
  const titles = new Map(plan.phases.flatMap(({ tasks }) => tasks.map(({ id, title }) => [id, title])));
  return listText(text, plan, plan.title, (task) =>
    itemLines(`[${markOf(task) === 'x' ? 'x' : ' '}] ${titleOf(task)}`, bodyOf(task, titles)),
  );
}

/** GitHub has no box for what was skipped. */
function titleOf({ title, status }: Task): string {
  return status === 'skipped' ? `~~${title}~~` : title;
}

function bodyOf({ dependsOn, description }: Task, titles: ReadonlyMap<string, string>): string {
  if (dependsOn.length === 0) return description;
  const after = `After: ${dependsOn.map((id) => titles.get(id) ?? id).join('; ')}`;
  return description === '' ? after : `${after}\n\n${description}`;
}
