/** Pieces of a plan as they stand in a suggestion: read as the plan itself would be. */
import type { NewTask } from './embed.ts';
import { parsePlan } from './parse.ts';
import type { NewPhase } from './plan-edits.ts';
import { readSection, type Block, type TaskBlock } from './section.ts';
import type { Refusal } from './suggestion.ts';
import type { FieldValue, FieldValues } from './yaml-text.ts';

/** What a runner and a person's decisions write: nothing that a suggestion could say. */
const NOT_SUGGESTED = ['status', 'attempts', 'error', 'approved'] as const;

/** The tasks of a piece of Markdown, as new ones; else a sentence. */
export function tasksIn(markdown: string): readonly NewTask[] | Refusal {
  const blocks = taskBlocks(markdown);
  return 'refused' in blocks ? blocks : newTasks(blocks, markdown);
}

/** The one phase of a piece of Markdown and its tasks, as new ones; else a sentence. */
export function phaseIn(markdown: string): { readonly phase: NewPhase; readonly tasks: readonly NewTask[] } | Refusal {
  const text = markdown.trim();
  const blocks = blocksIn(text);
  if ('refused' in blocks) return blocks;
  const [heading, ...rest] = blocks;
  const tasks = rest.filter((block) => block.kind === 'task');
  const others = rest.filter((block) => block.kind === 'heading' && block.depth <= 2);
  if (heading?.kind !== 'heading' || heading.depth !== 2 || heading.span.offset !== 0 || others.length > 0)
    return { refused: 'Its text has to be one phase: "## title" and its tasks.' };
  const made = newTasks(tasks, text);
  if ('refused' in made) return made;
  const own = ownKeys(heading, text)[0];
  if (own !== undefined) return { refused: `"${own[0]}" of "${heading.title}" cannot be suggested. Write it into the plan yourself.` };
  const description = parsePlan(text, 'suggested').plan.phases[0]?.description ?? '';
  return { phase: { title: heading.title, description, fields: fieldsOf(heading) }, tasks: made };
}

function newTasks(blocks: readonly TaskBlock[], markdown: string): readonly NewTask[] | Refusal {
  const tasks: NewTask[] = [];
  for (const block of blocks) {
    if (block.mark !== ' ') return { refused: `The box of "${block.title}" is ticked, and a suggestion cannot do a task. Clear it.` };
    const key = NOT_SUGGESTED.find((name) => block.fields[name] !== undefined);
    if (key !== undefined) return { refused: `"${key}" of "${block.title}" is written by a runner or by a person's command. Remove it.` };
    const own = ownKeys(block, markdown)[0];
    if (own !== undefined) return { refused: `"${own[0]}" of "${block.title}" cannot be suggested. Write it into the plan yourself.` };
    tasks.push({ title: block.title, description: block.description, fields: fieldsOf(block) });
  }
  return tasks;
}

/** The keys of a task's frontmatter as they are written. */
export function taskFields(markdown: string): FieldValues {
  const blocks = taskBlocks(markdown);
  const [block] = 'refused' in blocks ? [] : blocks;
  return block === undefined ? {} : fieldsOf(block);
}

/** What differs between two versions of one task. */
export interface TaskDifference {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly fields: FieldValues;
}

/** What of task `id` a piece of Markdown says otherwise than the one before; else a sentence. */
export function taskDifference(id: string, before: string, after: string): TaskDifference | Refusal {
  const [old, now] = [onlyTask(before), onlyTask(after)];
  if ('refused' in old) return old;
  if ('refused' in now) return now;
  const [a, b] = [fieldsOf(old), fieldsOf(now)];
  // A new title has the id pinned, so that it stays.
  const named = b['id'] ?? a['id'] ?? id;
  if (named !== id) return { refused: `It would give "${id}" another id, "${String(named)}", and ids stay. Remove that line.` };
  if (old.mark !== now.mark) return { refused: `It would change the box of "${id}", and a suggestion cannot do a task. Put it back.` };
  const fields: Record<string, FieldValue> = {};
  for (const key of Object.keys({ ...a, ...b })) {
    if (key === 'id' || JSON.stringify(a[key]) === JSON.stringify(b[key])) continue;
    if (NOT_SUGGESTED.some((name) => name === key))
      return { refused: `"${key}" of "${id}" is written by a runner or by a person's command. Put it back.` };
    fields[key] = b[key] ?? null;
  }
  const own = ownKeys(now, after);
  if (JSON.stringify(ownKeys(old, before)) !== JSON.stringify(own)) {
    return { refused: `"${own[0]?.[0] ?? 'x-'}" of "${id}" cannot be suggested. Write it into the plan yourself.` };
  }
  return {
    title: now.title === old.title ? undefined : now.title,
    description: now.description === old.description ? undefined : now.description,
    fields,
  };
}

function onlyTask(markdown: string): TaskBlock | Refusal {
  const blocks = taskBlocks(markdown);
  if ('refused' in blocks) return blocks;
  const [block, ...more] = blocks;
  if (block === undefined || more.length > 0)
    return { refused: `Its text is ${blocks.length} tasks, and has to be one: "- [ ] title" and what belongs to it.` };
  return block;
}

function taskBlocks(markdown: string): readonly TaskBlock[] | Refusal {
  const blocks = blocksIn(markdown);
  if ('refused' in blocks) return blocks;
  const heading = blocks.find((block) => block.kind === 'heading');
  if (heading !== undefined)
    return { refused: `Its text has a heading, "${heading.title}", where only tasks can stand. Indent it, or remove it.` };
  return blocks.filter((block) => block.kind === 'task');
}

function blocksIn(markdown: string): readonly Block[] | Refusal {
  const { blocks, findings, open } = readSection(markdown);
  if (findings[0] !== undefined) return { refused: findings[0].message };
  return open ? { refused: 'Its text leaves a code fence, a comment or an HTML block open. Close it.' } : blocks;
}

/** In the order in which they are written. */
function fieldsOf({ fields, frontmatter }: Block): FieldValues {
  const values: FieldValues = fields;
  return Object.fromEntries(
    [...(frontmatter?.fields.keys() ?? [])].flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])),
  );
}

/** Keys that begin with `x-`, with what is written there. */
function ownKeys({ frontmatter }: Block, markdown: string): readonly (readonly [key: string, source: string])[] {
  return [...(frontmatter?.fields ?? [])].flatMap(([key, { value }]) =>
    key.startsWith('x-') ? [[key, markdown.slice(value.offset, value.offset + value.length)] as const] : [],
  );
}
