/** Byte-exact edits of whole phases and of the plan's own texts. */
import type { Span, TextEdit } from './diagnostic.ts';
import { noPhase, setPlanFields, type EditResult } from './edit.ts';
import { descriptionLines, headingText, refusal, titleText } from './embed.ts';
import { editFields, insertFence } from './field-edits.ts';
import { lineEnd, linesOf } from './lines.ts';
import type { Plan } from './plan.ts';
import { findPhase } from './progress.ts';
import { slugOf } from './slug.ts';
import { endOfText, insertBlock, phaseSlot } from './slots.ts';
import { forgetTasks } from './task-edits.ts';
import { yamlLines, type FieldValues } from './yaml-text.ts';

export interface NewPhase {
  readonly title: string;
  readonly description?: string;
  /** Keys of the frontmatter. */
  readonly fields?: FieldValues;
}

/** Adds a phase at the end of the plan, or before another phase. */
export function addPhase(text: string, plan: Plan, phase: NewPhase & { readonly before?: string }): EditResult {
  const title = headingText(phase.title);
  if (typeof title !== 'string') return title;
  const refused = refusal(phase.description ?? '');
  if (refused !== null) return refused;
  const before = phase.before === undefined ? undefined : findPhase(plan, phase.before);
  if (phase.before !== undefined && before === undefined) return noPhase(phase.before);
  if (before !== undefined && before.place.headingLine === null) return beforeUnnamed();
  const fields = yamlLines(phase.fields ?? {});
  const body = descriptionLines(phase.description ?? '');
  const lines = [
    `## ${title}`,
    ...(fields.length === 0 ? [] : ['', '```yaml', ...fields, '```']),
    ...(body.length === 0 ? [] : ['', ...body]),
  ];
  return { edits: [insertBlock(text, phaseSlot(text, plan, before), lines.join(plan.place.eol), plan.place.eol, true)] };
}

/** Removes a phase with its tasks, and their ids from `dependsOn` of the others. */
export function removePhase(text: string, plan: Plan, phaseId: string): EditResult {
  const phase = findPhase(plan, phaseId);
  if (phase === undefined) return noPhase(phaseId);
  return { edits: [{ ...phase.place.section, text: '' }, ...forgetTasks(text, plan, new Set(phase.tasks.map(({ id }) => id)))] };
}

/** Moves a phase as it is typed: before another, or to the end. */
export function movePhase(text: string, plan: Plan, phaseId: string, to: { readonly before?: string }): EditResult {
  const phase = findPhase(plan, phaseId);
  if (phase === undefined) return noPhase(phaseId);
  const before = to.before === undefined ? undefined : findPhase(plan, to.before);
  if (to.before !== undefined && before === undefined) return noPhase(to.before);
  if (phase.place.headingLine === null)
    return { refused: 'The first phase has no heading, and can only stand first. Give it a heading to move it.' };
  if (before !== undefined && before.place.headingLine === null) return beforeUnnamed();
  const index = plan.phases.indexOf(phase);
  if (before === phase || plan.phases[index + 1] === before) return { edits: [] };
  const { section } = phase.place;
  const source = text.slice(section.offset, section.offset + section.length);
  const end = endOfText(source);
  const offset = before === undefined ? endOfText(text) : before.place.section.offset;
  return { edits: [{ ...section, text: '' }, insertBlock(text, offset, source.slice(0, end), plan.place.eol, true)] };
}

/** Gives a phase another title. Its id stays: a derived one is pinned. */
export function retitlePhase(text: string, plan: Plan, phaseId: string, title: string): EditResult {
  const phase = findPhase(plan, phaseId);
  if (phase === undefined) return noPhase(phaseId);
  const { headingLine, heading, frontmatter } = phase.place;
  if (headingLine === null || heading === null) return { refused: 'The first phase has no heading. Write one into the file.' };
  const line = headingText(title);
  if (typeof line !== 'string') return line;
  const edits = headingEdits(text, headingLine, heading, 2, line);
  if (phase.id === slugOf(titleText(title) as string, 'phase') || frontmatter?.fields.has('id') === true) return { edits };
  const id = { id: phase.id };
  const pin =
    frontmatter === null
      ? insertFence(text, headingLine.offset + headingLine.length, '', yamlLines(id), plan.place.eol)
      : editFields(text, frontmatter, id, plan.place.eol);
  return { edits: [...edits, ...pin] };
}

/** An ATX heading's text is replaced; any other heading becomes an ATX heading, since a title can begin like a list or a quote. */
function headingEdits(text: string, line: Span, title: Span, depth: number, value: string): readonly TextEdit[] {
  const source = text.slice(line.offset, line.offset + line.length);
  const isAtx = title.length > 0 && /^ {0,3}#{1,6}[ \t]/.test(source);
  return [isAtx ? { ...title, text: value } : { ...line, text: `${'#'.repeat(depth)} ${value}` }];
}

/** Gives a phase another description, before its tasks; prose that stood between the tasks was part of the old one and goes. */
export function setPhaseDescription(text: string, plan: Plan, phaseId: string, description: string): EditResult {
  const phase = findPhase(plan, phaseId);
  if (phase === undefined) return noPhase(phaseId);
  const refused = refusal(description);
  if (refused !== null) return refused;
  const [lead, ...rest] = phase.place.prose;
  const { eol } = plan.place;
  if (lead === undefined || phase.place.headingLine === null) return { refused: 'The first phase has no heading, and so no description.' };
  return { edits: [...proseEdits(text, lead, descriptionLines(description), eol), ...rest.map((span) => ({ ...span, text: eol }))] };
}

/** Replaces a stretch of prose, or inserts one at the end of the line where it would stand. */
function proseEdits(text: string, place: Span, lines: readonly string[], eol: string): readonly TextEdit[] {
  if (place.length > 0) {
    const after = place.offset + place.length;
    const isApart = text.slice(after, lineEnd(text, after)).trim() === '';
    return [{ ...place, text: lines.map((line) => line + eol).join('') + (lines.length === 0 || isApart ? '' : eol) }];
  }
  if (lines.length === 0) return [];
  const end = lineEnd(text, place.offset);
  const next = linesOf(text, end).at(1);
  const isApart = next === undefined || text.slice(next.start, next.end).trim() === '';
  return [{ offset: end, length: 0, text: eol + eol + lines.join(eol) + (isApart ? '' : eol) }];
}

/** Gives the plan another title, where it has it: in the frontmatter, the first heading, or both where they say the same. */
export function retitlePlan(text: string, plan: Plan, title: string): EditResult {
  const value = titleText(title);
  const line = headingText(title);
  if (typeof line !== 'string' || typeof value !== 'string') return titleText('') as { readonly refused: string };
  const { frontmatter, heading, headingLine } = plan.place;
  const field = frontmatter?.fields.has('title') === true ? setPlanFields(text, plan, { title: value }) : { edits: [] };
  if ('refused' in field) return field;
  if (heading !== null && headingLine !== null) {
    const shown = text.slice(heading.offset, heading.offset + heading.length);
    if (field.edits.length > 0 && shown !== plan.title) return field;
    return { edits: [...field.edits, ...headingEdits(text, headingLine, heading, 1, line)] };
  }
  if (field.edits.length > 0) return field;
  const offset = afterTop(text, plan);
  return { edits: [insertBlock(text, offset, `# ${line}`, plan.place.eol, true)] };
}

function afterTop(text: string, plan: Plan): number {
  const { frontmatter } = plan.place;
  if (frontmatter === null) return text.startsWith('\uFEFF') ? 1 : 0;
  const block = frontmatter.block;
  return linesOf(text, block.offset + block.length)[0]?.next ?? text.length;
}

/** Gives the plan another description; an empty one removes it. */
export function setPlanDescription(text: string, plan: Plan, description: string): EditResult {
  const refused = refusal(description);
  if (refused !== null) return refused;
  const lines = descriptionLines(description);
  const { description: place, heading, eol } = plan.place;
  if (place.length > 0 || heading !== null) return { edits: proseEdits(text, place, lines, eol) };
  return { edits: lines.length === 0 ? [] : [insertBlock(text, afterTop(text, plan), lines.join(eol), eol, true)] };
}

function beforeUnnamed(): { readonly refused: string } {
  return { refused: 'The first phase has no heading, so nothing can stand before it. Give it a heading first.' };
}
