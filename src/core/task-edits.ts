/** Byte-exact edits of whole tasks: add, remove, move, and their texts. */
import type { TextEdit } from './diagnostic.ts';
import { frontmatterEdits, noPhase, noTask, type EditResult } from './edit.ts';
import { beginsLikeFrontmatter, descriptionLines, indented, taskLines, titleText, type NewTask } from './embed.ts';
import { afterLineEnding, lineEnd, linesOf } from './lines.ts';
import type { Plan, Task } from './plan.ts';
import { findPhase, findTask } from './progress.ts';
import { slugOf } from './slug.ts';
import { insertBlock, removeBlock, taskSlot } from './slots.ts';

/** Adds a task at the end of a phase, or before one of its tasks, with the bullet of its neighbours. */
export function addTask(text: string, plan: Plan, phaseId: string, task: NewTask & { readonly before?: string }): EditResult {
  const title = titleText(task.title);
  if (typeof title !== 'string') return title;
  const phase = findPhase(plan, phaseId);
  if (phase === undefined) return noPhase(phaseId);
  const before = phase.tasks.find(({ id }) => id === task.before);
  if (task.before !== undefined && before === undefined) return noTask(task.before);
  const slot = taskSlot(text, phase, before);
  const lines = taskLines({ ...task, title, mark: ' ' }, slugOf(title, 'task'), slot.prefix);
  return { edits: [insertBlock(text, slot.offset, lines.join(plan.place.eol), plan.place.eol, slot.loose || lines.length > 1)] };
}

/** Removes a task, and its id from `dependsOn` of the others. */
export function removeTask(text: string, plan: Plan, taskId: string): EditResult {
  const task = findTask(plan, taskId);
  if (task === undefined) return noTask(taskId);
  return { edits: [removal(text, plan, task), ...forgetTasks(text, plan, new Set([taskId]))] };
}

function removal(text: string, plan: Plan, task: Task): TextEdit {
  const tasks = plan.phases.find((phase) => phase.tasks.includes(task))?.tasks ?? [];
  const previous = tasks[tasks.indexOf(task) - 1]?.place.item;
  const next = tasks[tasks.indexOf(task) + 1]?.place.item;
  const { item } = task.place;
  const tightly = previous !== undefined && previous.offset + previous.length === item.offset && next?.offset === item.offset + item.length;
  return removeBlock(text, item, plan.place.eol, tightly);
}

/** Edits that remove tasks from the `dependsOn` of the tasks that stay. */
export function forgetTasks(text: string, plan: Plan, gone: ReadonlySet<string>): readonly TextEdit[] {
  return plan.phases
    .flatMap((phase) => phase.tasks)
    .filter((task) => !gone.has(task.id) && task.dependsOn.some((id) => gone.has(id)))
    .flatMap((task) => {
      const rest = task.dependsOn.filter((id) => !gone.has(id));
      return frontmatterEdits(text, plan, task, { dependsOn: rest.length === 0 ? null : rest }, false);
    });
}

/** Moves a task as it is typed: before another task of the phase, or to the phase's end. */
export function moveTask(text: string, plan: Plan, taskId: string, to: { readonly phase: string; readonly before?: string }): EditResult {
  const task = findTask(plan, taskId);
  if (task === undefined) return noTask(taskId);
  const phase = findPhase(plan, to.phase);
  if (phase === undefined) return noPhase(to.phase);
  const before = phase.tasks.find(({ id }) => id === to.before);
  if (to.before !== undefined && before === undefined) return noTask(to.before);
  const index = phase.tasks.indexOf(task);
  const stays = before === undefined ? index === phase.tasks.length - 1 : before === task || phase.tasks[index + 1] === before;
  if (index >= 0 && stays) return { edits: [] };
  const { item } = task.place;
  const slot = taskSlot(text, phase, before);
  const source = text.slice(item.offset, item.offset + item.length);
  const loose = slot.loose || linesOf(source).some((line) => source.slice(line.start, line.end).trim() === '');
  return { edits: [removal(text, plan, task), insertBlock(text, slot.offset, source, plan.place.eol, loose)] };
}

/** Gives a task another title. Its id stays: a derived one is pinned. */
export function retitleTask(text: string, plan: Plan, taskId: string, title: string): EditResult {
  const task = findTask(plan, taskId);
  if (task === undefined) return noTask(taskId);
  const line = titleText(title);
  if (typeof line !== 'string') return line;
  if (line === task.title) return { edits: [] };
  const pin = !task.pinned && slugOf(line, 'task') !== task.id ? frontmatterEdits(text, plan, task, { id: task.id }, false) : [];
  return { edits: [{ ...task.place.title, text: line }, ...pin] };
}

/** Gives a task another description; an empty one removes it. Any Markdown can stand in it, as it is indented. */
export function setTaskDescription(text: string, plan: Plan, taskId: string, description: string): EditResult {
  const task = findTask(plan, taskId);
  if (task === undefined) return noTask(taskId);
  const { description: place, frontmatter, title, indent } = task.place;
  const { eol } = plan.place;
  const lines = descriptionLines(description);
  const head = lineEnd(text, frontmatter === null ? title.offset + title.length : frontmatter.block.offset + frontmatter.block.length);
  if (lines.length === 0) return { edits: place.length === 0 ? [] : [{ ...place, text: '' }] };
  const body = indented(lines, indent).join(eol);
  const fence = frontmatter === null && beginsLikeFrontmatter(lines) ? ['```yaml', `id: ${JSON.stringify(task.id)}`, '```'] : [];
  const top = indented(fence, indent).map((line) => line + eol);
  if (place.length === 0) {
    const lead = fence.length === 0 ? '' : eol + eol + top.join('').slice(0, -eol.length);
    return { edits: [{ offset: head, length: 0, text: `${lead}${eol}${eol}${body}` }] };
  }
  // Right under the title a paragraph would become part of it.
  const isApart = afterLineEnding(text, head) < place.offset;
  const ended = /[\r\n]$/.test(text.slice(place.offset, place.offset + place.length)) ? eol : '';
  const block = fence.length === 0 ? '' : top.join('') + eol;
  return { edits: [{ ...place, text: `${isApart ? '' : eol}${block}${body}${ended}` }] };
}
