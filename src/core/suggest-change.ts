/** A change as a suggestion, and back: what a review file shows is the plan's own text before and after, and the change is read from that. */
import { againstOf, movesPhase } from './against.ts';
import type { NewTask } from './embed.ts';
import { phaseIn, taskDifference, taskFields, tasksIn } from './fragment.ts';
import type { Performed, Version } from './perform.ts';
import type { Plan } from './plan.ts';
import { findPhase, findTask, phaseOf } from './progress.ts';
import { sha256 } from './sha256.ts';
import { endedSlug, slugOf } from './slug.ts';
import type { Refusal, SuggestedChange, Suggestion, SuggestionPlace } from './suggestion.ts';
import type { FieldValues } from './yaml-text.ts';

/** Hexadecimal digits that tell suggestions about the same thing apart. */
const ID_DIGITS = 4;

/** Keys of a task that its parts take over where they say nothing else. */
const INHERITED = [
  'agent',
  'model',
  'gates',
  'files',
  'canRunInParallel',
  'allowNoChanges',
  'maxAttempts',
  'timeout',
  'maxBudgetUsd',
  'assignee',
];

/** The parts of a task with what they inherit from it, for a person to see before they accept it. What they wait for is worked out when they are made. */
export function withInherited({ text, plan }: Version, id: string, parts: readonly NewTask[]): readonly NewTask[] {
  const whole: FieldValues = taskFields(sourceOf(text, plan, id));
  const inherited = Object.fromEntries(INHERITED.filter((key) => whole[key] !== undefined).map((key) => [key, whole[key]]));
  return parts.map((part) => ({ ...part, fields: { ...inherited, ...part.fields } }));
}

/** A change as a suggestion. `performed` is what `performChange` made of it. */
export function suggestionOf(version: Version, performed: Performed, change: SuggestedChange, reasoning: string): Suggestion {
  const { type } = change;
  const about = { type, target: targetOf(version.plan, change), place: placeOf(change) };
  const sides = sidesOf(version, performed, change);
  const digits = sha256(JSON.stringify([about, sides])).slice(0, ID_DIGITS);
  const id = endedSlug(slugOf(`${WORD[type]} ${subjectOf(change)}`, 'task'), digits);
  return { id, ...about, against: againstOf(version.plan, about) ?? undefined, reasoning, ...sides };
}

const WORD = { add_task: 'add', modify_task: 'modify', reorder: 'move', add_phase: 'add', break_down_task: 'split' } as const;

function subjectOf(change: SuggestedChange): string {
  switch (change.type) {
    case 'add_task':
      return change.task.title;
    case 'add_phase':
      return change.phase.title;
    case 'modify_task':
    case 'break_down_task':
      return change.task;
    case 'reorder':
      return change.item;
  }
}

function targetOf(plan: Plan, change: SuggestedChange): string {
  switch (change.type) {
    case 'add_task':
      return change.phase;
    case 'add_phase':
      return plan.id;
    case 'modify_task':
    case 'break_down_task':
      return change.task;
    case 'reorder':
      return change.item;
  }
}

function placeOf(change: SuggestedChange): SuggestionPlace {
  switch (change.type) {
    case 'add_task':
      return change.beforeTask === undefined ? {} : { beforeTask: change.beforeTask };
    case 'add_phase':
      return change.beforePhase === undefined ? {} : { beforePhase: change.beforePhase };
    case 'reorder':
      if (change.of === 'phase') return change.before === undefined ? {} : { beforePhase: change.before };
      return { phase: change.phase, ...(change.before === undefined ? {} : { beforeTask: change.before }) };
    case 'modify_task':
    case 'break_down_task':
      return {};
  }
}

function sidesOf(version: Version, performed: Performed, change: SuggestedChange): Pick<Suggestion, 'before' | 'after'> {
  const { text, plan } = version;
  const { added } = performed;
  switch (change.type) {
    case 'add_task':
      return { before: '', after: sourceOf(performed.text, performed.plan, added[0] ?? '') };
    case 'add_phase': {
      const section = findPhase(performed.plan, performed.phase ?? '')?.place.section ?? { offset: 0, length: 0 };
      return { before: '', after: lf(performed.text.slice(section.offset, section.offset + section.length)) };
    }
    case 'modify_task':
      return { before: sourceOf(text, plan, change.task), after: sourceOf(performed.text, performed.plan, change.task) };
    case 'break_down_task': {
      const places = added.flatMap((id) => findTask(performed.plan, id)?.place.item ?? []);
      const end = Math.max(...places.map(({ offset, length }) => offset + length));
      return { before: sourceOf(text, plan, change.task), after: lf(performed.text.slice(places[0]?.offset ?? end, end)) };
    }
    case 'reorder':
      return { before: orderOf(plan, plan, change), after: orderOf(performed.plan, plan, change) };
  }
}

/** The names of all that a move concerns, in their order. */
function orderOf(now: Plan, before: Plan, change: Extract<SuggestedChange, { type: 'reorder' }>): string {
  if (change.of === 'phase') return now.phases.map(({ title, id }) => `## ${title === '' ? id : title}`).join('\n');
  const ids = [phaseOf(before, change.item)?.id, change.phase];
  return now.phases
    .filter(({ id }) => ids.includes(id))
    .flatMap((phase) => [`## ${phase.title === '' ? phase.id : phase.title}`, ...phase.tasks.map(({ id, title }) => `- ${title} (${id})`)])
    .join('\n');
}

function sourceOf(text: string, plan: Plan, id: string): string {
  const item = findTask(plan, id)?.place.item;
  return item === undefined ? '' : lf(text.slice(item.offset, item.offset + item.length));
}

function lf(text: string): string {
  return text.replace(/\r\n|\r/g, '\n').replace(/\n+$/, '');
}

/** What a suggestion would do, read from its text; else a sentence why it says nothing that can be done. */
export function changeOf({ text, plan }: Version, suggestion: Suggestion): SuggestedChange | Refusal {
  const { type, target, place, before, after } = suggestion;
  switch (type) {
    case 'add_task': {
      const tasks = tasksIn(after);
      if ('refused' in tasks) return tasks;
      const [task, ...more] = tasks;
      if (task === undefined || more.length > 0) return { refused: `Its text is ${tasks.length} tasks, and has to be one.` };
      return { type, phase: target, beforeTask: place.beforeTask, task };
    }
    case 'add_phase': {
      const made = phaseIn(after);
      return 'refused' in made ? made : { type, beforePhase: place.beforePhase, ...made };
    }
    case 'modify_task': {
      // Without a text before it is about the task as it is.
      const difference = taskDifference(target, before === '' ? sourceOf(text, plan, target) : before, after);
      return 'refused' in difference ? difference : { type, task: target, ...difference };
    }
    case 'break_down_task': {
      const parts = tasksIn(after);
      return 'refused' in parts ? parts : { type, task: target, parts };
    }
    case 'reorder':
      if (movesPhase(plan, target, place)) return { type, of: 'phase', item: target, before: place.beforePhase };
      return { type, of: 'task', item: target, phase: place.phase ?? phaseOf(plan, target)?.id ?? '', before: place.beforeTask };
  }
}
