/** Ticks and unticks every task of a text, and says what went wrong. */
import { applyEdits, setTaskStatus } from '../../src/core/edit.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { SectionCache } from '../../src/core/section-cache.ts';
import type { Plan } from '../../src/core/plan.ts';

function summary(plan: Plan): string[] {
  return plan.phases.flatMap((phase) => [
    `${phase.id}|${phase.title}|${phase.description}`,
    ...phase.tasks.map((task) => JSON.stringify([task.id, task.title, task.description, task.status])),
  ]);
}

/** Flips every task by its box; returns how many were flipped and a sentence for each that changed more than it should. */
export function flipAll(text: string): { flipped: number; problems: string[] } {
  const cache = new SectionCache();
  const { plan } = parsePlan(text, 'p', cache);
  const before = summary(plan);
  const problems: string[] = [];
  const ids = new Set<string>();
  let flipped = 0;
  for (const task of plan.phases.flatMap((phase) => phase.tasks)) {
    // Of tasks with one id only the first can be named.
    if (ids.has(task.id)) continue;
    ids.add(task.id);
    const hasStatus = ['status', 'attempts', 'error'].some((key) => task.place.frontmatter?.fields.has(key));
    const result = setTaskStatus(text, plan, task.id, { status: task.status === 'completed' ? 'pending' : 'completed' });
    if ('refused' in result) {
      if (!/[\r\n]/.test(text.slice(task.place.box.offset, task.place.box.offset + 1))) problems.push(result.refused);
      continue;
    }
    flipped += 1;
    const after = applyEdits(text, result.edits);
    const differing = after.length === text.length ? after.split('').filter((unit, index) => unit !== text[index]).length : -1;
    if (!hasStatus && differing !== 1) problems.push(`${task.id}: ${differing} code units differ`);
    const now = summary(parsePlan(after, 'p', cache).plan);
    const changed = now.filter((line, index) => line !== before[index]);
    if (now.length !== before.length || changed.length !== 1) problems.push(`${task.id}: ${changed.length} entries differ`);
  }
  return { flipped, problems };
}
