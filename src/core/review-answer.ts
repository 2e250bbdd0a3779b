/** What Claude answers when it is asked to review a plan, and the suggestions that are made of it: each one that works by itself, or a sentence why not. */
import { z } from 'zod';
import { answeredTask } from './generation.ts';
import { TaskAnswer } from './generation-answer.ts';
import {
  globProblems,
  lineProblems,
  proseProblems,
  taskProblems,
  textProblems,
  titleProblems,
  type AnswerProblem,
} from './generation-check.ts';
import { performChange, type Present, type Version } from './perform.ts';
import type { Plan } from './plan.ts';
import { findTask, phaseOf } from './progress.ts';
import { titleOf, type TitledSuggestion } from './review-text.ts';
import { changeOf, suggestionOf, withInherited } from './suggest-change.ts';
import type { ReviewType } from './review-types.ts';
import type { SuggestedChange } from './suggestion.ts';

/** What a person looks through at one sitting. */
export const MAX_SUGGESTIONS = 12;
/** Characters of a reason. */
const MAX_REASONING = 1_500;
/** Characters of a description. */
const MAX_DESCRIPTION = 6_000;
/** Parts of one task. With more it was a plan of its own. */
const MAX_PARTS = 8;

const reasoning = z
  .string()
  .describe(
    'Why, in one to three sentences for the person who decides: what would go wrong without it, and the file or fact that shows it. No praise, no heading.',
  );
const taskId = z.string().describe('The id of a task of the plan that is not done.');
const before = (what: string) => z.string().nullable().describe(`The id of the ${what} that it goes before; null: the end.`);

const AddTask = z.strictObject({
  type: z.literal('add_task'),
  reasoning,
  phase: z.string().describe('The id of the phase that the task goes to.'),
  beforeTask: before('task'),
  task: TaskAnswer,
});
const AddPhase = z.strictObject({
  type: z.literal('add_phase'),
  reasoning,
  beforePhase: before('phase'),
  title: z.string().describe('What the phase achieves, in a few words. One line.'),
  description: z.string().describe('One to three sentences that hold for all of its tasks, or empty. No headings, no checkboxes.'),
  executionMode: z.enum(['sequential', 'parallel', 'manual']),
  pauseAfter: z.boolean(),
  tasks: z.array(TaskAnswer).describe('At least one.'),
});
const words = {
  title: z.string().nullable().describe('The new title, one line of at most 60 characters; null: it stays.'),
  description: z
    .string()
    .nullable()
    .describe(
      'The whole new description, with all of the old one that stays right, and the acceptance criteria as a list of empty checkboxes at its end; null: it stays. No headings, no HTML comments; close every code fence.',
    ),
  files: z.array(z.string()).nullable().describe('All globs that the task may change, anew; null: they stay.'),
};
const dependencies = { dependsOn: z.array(z.string()).nullable().describe('All ids that it waits for, anew; null: they stay.') };
const Modification = z.strictObject({ type: z.literal('modify_task'), reasoning, task: taskId, ...words, ...dependencies });
const MoveTask = z.strictObject({
  type: z.literal('reorder'),
  reasoning,
  task: taskId,
  phase: z.string().describe('The id of the phase that it goes to, perhaps its own.'),
  beforeTask: before('task'),
});
const BreakDown = z.strictObject({
  type: z.literal('break_down_task'),
  reasoning,
  task: taskId,
  parts: z
    .array(TaskAnswer)
    .describe(
      `2 to ${MAX_PARTS} tasks that take its place, in their order, with ids that no task has. In dependsOn name only other parts: what the task waits for, and what waits for it, is handed on.`,
    ),
});

type Suggested = z.infer<typeof AddTask | typeof AddPhase | typeof MoveTask | typeof BreakDown> | PartOf<z.infer<typeof Modification>>;
type PartOf<T> = T extends { type: infer Type; task: infer Task; reasoning: infer Why }
  ? { type: Type; task: Task; reasoning: Why } & Partial<T>
  : never;

export interface ReviewAnswer {
  readonly assessment: string;
  readonly suggestions: readonly Suggested[];
}

/** The answer to be asked for: only what the kinds of review can suggest. */
export function reviewAnswer(types: readonly ReviewType[]): z.ZodType<ReviewAnswer> {
  const asks = (type: ReviewType): boolean => types.includes(type);
  const base = { type: z.literal('modify_task'), reasoning, task: taskId };
  const variants = [
    ...(asks('refine_descriptions') || asks('optimize_order')
      ? [z.strictObject({ ...base, ...(asks('refine_descriptions') ? words : {}), ...(asks('optimize_order') ? dependencies : {}) })]
      : []),
    ...(asks('add_missing') ? [AddTask, AddPhase] : []),
    ...(asks('optimize_order') ? [MoveTask] : []),
    ...(asks('break_down') ? [BreakDown] : []),
  ];
  const suggestion = variants.length === 1 && variants[0] !== undefined ? variants[0] : z.union(variants);
  return z.strictObject({
    assessment: z
      .string()
      .describe('One or two sentences: how ready the plan is, and what matters most. Where nothing is worth a change, why.'),
    suggestions: z
      .array(suggestion)
      .describe(`At most ${MAX_SUGGESTIONS}, what matters most first. Empty where nothing is worth a person's time.`),
  }) as unknown as z.ZodType<ReviewAnswer>;
}

/** What a review is about. */
export type ReviewScope = { readonly type: 'plan' } | { readonly type: 'phase' | 'task'; readonly id: string };

export interface Suggestions {
  readonly suggestions: readonly TitledSuggestion[];
  /** Why others of the answer cannot be used, a sentence each, for whoever is to mend them. */
  readonly problems: readonly string[];
}

/** Makes suggestions of an answer. Those whose id is among `known` have been made before, and are left out. */
export function suggestionsIn(
  answer: ReviewAnswer,
  version: Version,
  about: { readonly scope: ReviewScope; readonly made: ReadonlySet<string>; readonly present: Present },
): Suggestions {
  const given = answer.suggestions;
  if (given.length > MAX_SUGGESTIONS) {
    const message = `The answer has ${given.length} suggestions, and at most ${MAX_SUGGESTIONS} are looked at. Choose those that matter most.`;
    return { suggestions: [], problems: [message] };
  }
  const found = new Map<string, TitledSuggestion>();
  const problems: string[] = [];
  for (const [index, one] of given.entries()) {
    const result = suggestionIn(one, version, about.scope, about.present);
    if ('problems' in result) problems.push(...result.problems.map((problem) => `Suggestion ${index + 1} (${one.type}): ${problem}`));
    else if (!about.made.has(result.id)) found.set(result.id, result);
  }
  return { suggestions: [...found.values()], problems };
}

function suggestionIn(
  given: Suggested,
  version: Version,
  scope: ReviewScope,
  present: Present,
): TitledSuggestion | { readonly problems: readonly string[] } {
  const wrong = [...textProblems('Its reasoning', given.reasoning, MAX_REASONING), ...ownProblems(given, version)].filter(
    ({ severity }) => severity === 'error',
  );
  if (wrong.length > 0) return { problems: wrong.map(({ message }) => message) };
  const change = changeIn(given, version);
  const outside = beyond(change, version, scope);
  if (outside !== null) return { problems: [outside] };
  const performed = performChange(version, change, present);
  if ('refused' in performed) return { problems: [performed.refused] };
  const late = change.type === 'reorder' ? waitsForLater(performed.plan, change.item) : null;
  if (late !== null) return { problems: [late] };
  const suggestion = { ...suggestionOf(version, performed, change, given.reasoning.trim()), title: titleOf(version.plan, change) };
  // What a person reads and ticks is the text: it has to do what was asked for.
  const read = changeOf(version, suggestion);
  const again = 'refused' in read ? read : performChange(version, read, present);
  if ('refused' in again || again.text !== performed.text)
    return { problems: ['It would read differently in a review. Say it in plainer Markdown.'] };
  return suggestion;
}

/** A sentence where a task stands before one of its phase that it waits for: it would be done after it all the same. */
function waitsForLater(plan: Plan, id: string): string | null {
  const tasks = phaseOf(plan, id)?.tasks ?? [];
  const at = tasks.findIndex((task) => task.id === id);
  const late = tasks.slice(at + 1).find((task) => tasks[at]?.dependsOn.includes(task.id));
  return late === undefined ? null : `"${id}" would stand before "${late.id}", which it waits for.`;
}

/** What can be said against its texts. */
function ownProblems(given: Suggested, { plan }: Version): readonly AnswerProblem[] {
  switch (given.type) {
    case 'add_task':
      return taskProblems(given.task);
    case 'add_phase':
      return [
        ...titleProblems('The title of the phase', given.title),
        ...proseProblems('The description of the phase', given.description),
        ...given.tasks.flatMap(taskProblems),
        ...(given.tasks.length === 0 ? [error('The phase has no tasks. Give it one.')] : []),
      ];
    case 'break_down_task': {
      const { length } = given.parts;
      const count = length < 2 || length > MAX_PARTS ? [error(`It has ${length} parts; 2 to ${MAX_PARTS} make sense.`)] : [];
      return [...count, ...given.parts.flatMap(taskProblems)];
    }
    case 'modify_task': {
      const what = `The description of "${given.task}"`;
      const old = textProblems(what, findTask(plan, given.task)?.description ?? '', Infinity).map(({ message }) => message);
      const { title, description, files } = given;
      return [
        ...(title == null ? [] : titleProblems('The title', title)),
        // What is there already is not held against it.
        ...(description == null ? [] : textProblems(what, description, MAX_DESCRIPTION).filter(({ message }) => !old.includes(message))),
        ...(description?.trim() === '' ? [error(`${what} is empty. Say what is to be done, or leave it as it is.`)] : []),
        ...(files ?? []).flatMap((glob) => globProblems(`the task "${given.task}"`, glob)),
      ];
    }
    case 'reorder':
      return lineProblems('The id of the task', given.task);
  }
}

function changeIn(given: Suggested, version: Version): SuggestedChange {
  switch (given.type) {
    case 'add_task':
      return { type: 'add_task', phase: given.phase, beforeTask: given.beforeTask ?? undefined, task: answeredTask(given.task) };
    case 'add_phase': {
      const { title, description, executionMode, pauseAfter } = given;
      const fields = {
        ...(executionMode === 'sequential' ? {} : { executionMode }),
        ...(pauseAfter ? { pauseAfter } : {}),
      };
      const beforePhase = given.beforePhase ?? undefined;
      return { type: 'add_phase', beforePhase, phase: { title, description, fields }, tasks: given.tasks.map(answeredTask) };
    }
    case 'break_down_task':
      return { type: 'break_down_task', task: given.task, parts: withInherited(version, given.task, given.parts.map(answeredTask)) };
    case 'reorder':
      return { type: 'reorder', of: 'task', item: given.task, phase: given.phase, before: given.beforeTask ?? undefined };
    case 'modify_task': {
      const { files, dependsOn } = given;
      return {
        type: 'modify_task',
        task: given.task,
        title: given.title ?? undefined,
        description: given.description ?? undefined,
        fields: { ...(files == null ? {} : { files: orNone(files) }), ...(dependsOn == null ? {} : { dependsOn: orNone(dependsOn) }) },
      };
    }
  }
}

/** A list that says nothing is not written. */
function orNone(values: readonly string[]): readonly string[] | null {
  return values.length === 0 ? null : values;
}

/** Why a change is not one that was asked about; null where it is. */
function beyond(change: SuggestedChange, { plan }: Version, scope: ReviewScope): string | null {
  if (scope.type === 'plan') return null;
  const phase = scope.type === 'phase' ? scope.id : phaseOf(plan, scope.id)?.id;
  const asked = `Only the ${scope.type} "${scope.id}" was asked about.`;
  switch (change.type) {
    case 'add_phase':
      return `${asked} A whole phase is more than that.`;
    case 'add_task':
      return change.phase === phase ? null : `${asked} It is about the phase "${change.phase}".`;
    case 'modify_task':
    case 'break_down_task':
      return isAsked(change.task) ? null : `${asked} It is about the task "${change.task}".`;
    case 'reorder':
      return isAsked(change.item) ? null : `${asked} It is about "${change.item}".`;
  }
  function isAsked(task: string): boolean {
    return scope.type === 'task' ? task === scope.id : phaseOf(plan, task)?.id === phase;
  }
}

function error(message: string): AnswerProblem {
  return { severity: 'error', message };
}
