/** The text of a review file: written once, then changed by splices, so that what people wrote into it stays. */
import { applyEdits } from './edit.ts';
import type { TextEdit } from './diagnostic.ts';
import { indented } from './embed.ts';
import { editFields } from './field-edits.ts';
import { lineDiff } from './line-diff.ts';
import { lineEndingOf } from './lines.ts';
import { changedKeys } from './perform.ts';
import type { Plan } from './plan.ts';
import { findPhase, findTask } from './progress.ts';
import { parseReview } from './review.ts';
import { endOfText, insertBlock, removeBlock } from './slots.ts';
import type { Suggestion, SuggestedChange } from './suggestion.ts';
import { yamlLines } from './yaml-text.ts';

/** A suggestion as it is written: with what its checkbox says. */
export interface TitledSuggestion extends Suggestion {
  readonly title: string;
}

interface ReviewHead {
  readonly createdBy: 'user' | 'claude' | 'api';
  readonly model: string | null;
}

const INDENT = '  ';

/** The text of a new review. */
export function formatReview(plan: Plan, head: ReviewHead, suggestions: readonly TitledSuggestion[]): string {
  const file = `${plan.id}.plan.md`;
  const lines = [
    '---',
    ...yamlLines({ createdBy: head.createdBy, model: head.model }),
    '---',
    '',
    `# Review of ${plan.title}`,
    '',
    `Suggestions for [${file}](${file}). Tick those you accept, then run \`plans apply ${plan.id} --ticked\`; \`plans dismiss\` takes`,
    'one off the list. A line that begins with `+` may be changed first: what stands there is what is applied.',
  ];
  return [lines.join('\n'), ...suggestions.map((one) => suggestionLines(one).join('\n'))].join('\n\n').concat('\n');
}

/**
 * Adds suggestions at the end of a review, behind those that are there, if they are not among them. All else stays as it is, but for who made
 * the last ones.
 */
export function addSuggestions(text: string, head: ReviewHead, suggestions: readonly TitledSuggestion[]): string {
  const { review } = parseReview(text);
  const eol = lineEndingOf(text);
  const values = { createdBy: head.createdBy, model: head.model ?? undefined };
  const edits: TextEdit[] = review.frontmatter === null ? [] : [...editFields(text, review.frontmatter, values, eol)];
  const last = review.suggestions.at(-1)?.placed.item;
  const offset = last === undefined ? endOfText(text) : last.offset + last.length;
  const known = new Set(review.suggestions.map(({ id }) => id));
  const added = suggestions.filter(({ id }) => !known.has(id));
  const block = added.map((one) => suggestionLines(one).join(eol)).join(eol + eol);
  if (added.length > 0) edits.push(insertBlock(text, offset, block, eol, true));
  return applyEdits(text, edits);
}

/** Takes suggestions out of a review. Null where no checkbox is left in it. */
export function removeSuggestions(text: string, ids: ReadonlySet<string>): string | null {
  const { suggestions, others } = parseReview(text).review;
  if (others === 0 && suggestions.every(({ id }) => ids.has(id))) return null;
  const eol = lineEndingOf(text);
  const edits = suggestions.filter(({ id }) => ids.has(id)).map(({ placed }) => removeBlock(text, placed.item, eol, false));
  const left = applyEdits(text, edits);
  const last = suggestions.at(-1);
  const atEnd = last !== undefined && ids.has(last.id) && last.placed.item.offset + last.placed.item.length >= text.trimEnd().length;
  // The blank line that stood before what stood last is nobody's.
  return atEnd ? left.trimEnd() + eol : left;
}

/** Says of suggestions anew what they are made against and what they would change; ticks, reasons and comments stay. */
export function renewSuggestions(text: string, renewed: readonly Suggestion[]): string {
  const eol = lineEndingOf(text);
  const edits = parseReview(text).review.suggestions.flatMap((old): readonly TextEdit[] => {
    const now = renewed.find(({ id }) => id === old.id);
    if (now === undefined) return [];
    const { frontmatter, diff, indent } = old.placed;
    const { phase = null, beforeTask = null, beforePhase = null } = now.place;
    const values = { against: now.against ?? null, phase, beforeTask, beforePhase };
    const changed = Object.entries(values).filter(([key, value]) => value !== null || frontmatter.fields.has(key));
    const ended = /[\r\n]$/.test(text.slice(diff.offset, diff.offset + diff.length)) ? eol : '';
    const block = indented(diffLines(now), indent).join(eol) + ended;
    return [...editFields(text, frontmatter, Object.fromEntries(changed), eol), { ...diff, text: block }];
  });
  return applyEdits(text, edits);
}

function suggestionLines(suggestion: TitledSuggestion): readonly string[] {
  const { id, type, target, against, place, reasoning, title } = suggestion;
  const yaml = ['```yaml', ...yamlLines({ id, type, target, ...place, against }), '```'];
  const quoted = reasoning === '' ? [] : ['', ...reasoning.split(/\r\n|\n|\r/).map((line) => `> ${line}`.trimEnd())];
  return [`- [ ] ${title}`, '', ...indented([...yaml, ...quoted, '', ...diffLines(suggestion)], INDENT)];
}

/** The diff in a fence that is longer than any within it. */
function diffLines({ type, before, after }: Pick<Suggestion, 'type' | 'before' | 'after'>): readonly string[] {
  // What takes a task's place is read better whole than woven into it.
  const lines = type === 'break_down_task' ? [...lineDiff(before, ''), ...lineDiff('', after)] : lineDiff(before, after);
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`{3,}/g) ?? []).map(({ length }) => length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}diff`, ...lines, fence];
}

/** What a checkbox says: the change in a few words. */
export function titleOf(plan: Plan, change: SuggestedChange): string {
  const task = (id: string) => `"${findTask(plan, id)?.title ?? id}"`;
  const phase = (id: string) => `"${findPhase(plan, id)?.title || id}"`;
  switch (change.type) {
    case 'add_task':
      return oneLine(`Add "${change.task.title}" to ${phase(change.phase)}`);
    case 'add_phase':
      return oneLine(`Add the phase "${change.phase.title}" with ${count(change.tasks.length)}`);
    case 'break_down_task':
      return oneLine(`Break ${task(change.task)} down into ${count(change.parts.length)}`);
    case 'reorder':
      return oneLine(
        change.of === 'task'
          ? `Move ${task(change.item)} ${change.before === undefined ? `to the end of ${phase(change.phase)}` : `before ${task(change.before)}`}`
          : `Move the phase ${phase(change.item)} ${change.before === undefined ? 'to the end of the plan' : `before ${phase(change.before)}`}`,
      );
    case 'modify_task':
      return oneLine(`Change ${changedKeys(change).join(', ')} of ${task(change.task)}`);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function count(tasks: number): string {
  return `${tasks} ${tasks === 1 ? 'task' : 'tasks'}`;
}
