/** Accepted suggestions, made on a plan: in an order that works, each whole or not at all, and none on what it was not made for. */
import { againstOf } from './against.ts';
import type { NewTask } from './embed.ts';
import { changedKeys, performChange, type Performed, type Present, type Version } from './perform.ts';
import { riskyFields } from './diff.ts';
import { findPhase, findTask } from './progress.ts';
import type { SuggestionRecord } from './record.ts';
import type { PlacedSuggestion } from './review.ts';
import { changeOf, suggestionOf } from './suggest-change.ts';
import type { FieldValues } from './yaml-text.ts';
import { SUGGESTION_TYPES } from './review-types.ts';
import type { Refusal, SuggestedChange, Suggestion } from './suggestion.ts';

/** What the plan's state says of a suggestion. */
type SuggestionState =
  | { readonly type: 'open' }
  /** Its target is another than it was made for, or gone. */
  | { readonly type: 'stale'; readonly message: string }
  /** It cannot be done on the plan as it is. */
  | { readonly type: 'blocked'; readonly message: string };

export interface Applied extends Version {
  /** Ids, in the order of the review. */
  readonly applied: readonly string[];
  readonly refused: readonly { readonly id: string; readonly reason: 'stale' | 'blocked' | 'conflict'; readonly message: string }[];
  /** Suggestions that were not asked for, as they have to be said now that the others are made. */
  readonly renewed: readonly Suggestion[];
}

/** What would become of a suggestion by itself. */
export function stateOf(version: Version, suggestion: Suggestion, present: Present): SuggestionState {
  return stateWith(version, suggestion, madeOf(version, suggestion, present));
}

function madeOf(version: Version, suggestion: Suggestion, present: Present): Performed | Refusal {
  const change = changeOf(version, suggestion);
  return 'refused' in change ? change : performChange(version, change, present);
}

function stateWith(version: Version, suggestion: Suggestion, made: Performed | Refusal): SuggestionState {
  const stale = staleness(version, suggestion);
  if (stale !== null) return { type: 'stale', message: stale };
  return 'refused' in made ? { type: 'blocked', message: made.refused } : { type: 'open' };
}

/** A suggestion of a review for those who look at it from outside. */
export function suggestionRecord(version: Version, suggestion: PlacedSuggestion, present: Present): SuggestionRecord {
  const { id, type, target, title, reasoning, before, after, ticked } = suggestion;
  const made = madeOf(version, suggestion, present);
  const state = stateWith(version, suggestion, made);
  const problem = state.type === 'open' ? null : state.message;
  const risks = 'refused' in made ? [] : riskyFields(version.plan, made.plan);
  return { id, type, target, title, reasoning, before: before === '' ? null : before, after, ticked, state: state.type, problem, risks };
}

/**
 * Makes the suggestions with the ids in `chosen`. The order is: phases, tasks, changes, moves, and last what replaces a task; one that breaks a
 * rule of the linter waits for those after it, which may mend that. Two that change the same thing exclude each other: the first stays.
 */
export function applySuggestions(
  version: Version,
  suggestions: readonly Suggestion[],
  chosen: ReadonlySet<string>,
  present: Present,
): Applied {
  const applying = new Applying(version, present);
  let waiting: readonly Suggestion[] = SUGGESTION_TYPES.flatMap((type) =>
    suggestions.filter((suggestion) => suggestion.type === type && chosen.has(suggestion.id) && applying.admit(suggestion)),
  );
  for (let left = Infinity; waiting.length > 0 && waiting.length < left;) {
    left = waiting.length;
    waiting = waiting.filter((suggestion) => !applying.apply(suggestion));
  }
  for (const suggestion of waiting) applying.giveUp(suggestion);
  const renewed = suggestions.flatMap((suggestion) => (chosen.has(suggestion.id) ? [] : applying.renew(version, suggestion)));
  const applied = suggestions.map(({ id }) => id).filter((id) => applying.applied.has(id));
  return { ...applying.version, applied, refused: applying.refused, renewed };
}

/** Why a suggestion is not about the plan as it is now; null where it is. */
function staleness({ plan }: Version, suggestion: Suggestion): string | null {
  const { type, target, against } = suggestion;
  const now = againstOf(plan, suggestion);
  if (now === null) return `Its target "${target}" is not in the plan any more.`;
  if (against === undefined || against === now) return null;
  const name = findTask(plan, target)?.title ?? findPhase(plan, target)?.title ?? target;
  switch (type) {
    case 'modify_task':
    case 'break_down_task':
      return `The task "${name}" has been changed since.`;
    case 'add_task':
      return `The phase "${name}" has been changed since.`;
    case 'add_phase':
      return 'The phases of the plan have been changed since.';
    case 'reorder':
      return `The order around "${name}" has been changed since.`;
  }
}

class Applying {
  version: Version;
  readonly applied = new Set<string>();
  readonly refused: Applied['refused'][number][] = [];
  readonly #present: Present;
  readonly #changes = new Map<string, SuggestedChange>();
  /** What has been changed, and by which suggestion. */
  readonly #claims: (Claim & { readonly by: string })[] = [];
  /** Tasks that are replaced. */
  readonly #replaced = new Map<string, Replaced>();
  readonly #reasons = new Map<string, string>();

  constructor(version: Version, present: Present) {
    this.version = version;
    this.#present = present;
  }

  /** Whether a suggestion is about the plan as it was, and says what it does. */
  admit(suggestion: Suggestion): boolean {
    const { id } = suggestion;
    const stale = staleness(this.version, suggestion);
    const change = changeOf(this.version, suggestion);
    if (stale !== null) this.refused.push({ id, reason: 'stale', message: stale });
    else if ('refused' in change) this.refused.push({ id, reason: 'blocked', message: change.refused });
    else this.#changes.set(id, change);
    return this.#changes.has(id);
  }

  /** Makes a suggestion, or finds that it never can be made; false where another may have to be made first. */
  apply({ id }: Suggestion): boolean {
    const change = this.#changes.get(id);
    if (change === undefined) return true;
    const other = this.#conflict(change);
    if (other !== null) {
      this.refused.push({ id, reason: 'conflict', message: `It changes what "${other}" changes too, and that has been applied.` });
      return true;
    }
    const made = performChange(this.version, redirected(change, this.#replaced), this.#present);
    if ('refused' in made) {
      this.#reasons.set(id, made.refused);
      return false;
    }
    if (change.type === 'break_down_task') this.#replaced.set(change.task, { first: made.added[0] ?? '', last: lastOf(made) });
    this.version = { text: made.text, plan: made.plan };
    this.#claims.push(...claimsOf(change).map((claim) => ({ ...claim, by: id })));
    this.applied.add(id);
    return true;
  }

  giveUp({ id }: Suggestion): void {
    this.refused.push({ id, reason: 'blocked', message: this.#reasons.get(id) ?? 'It cannot be made.' });
  }

  /** A suggestion that was about the plan before, as one about the plan now; none where it stays as it is, or is stale. */
  renew(before: Version, suggestion: Suggestion): readonly Suggestion[] {
    if (this.applied.size === 0 || staleness(before, suggestion) !== null) return [];
    const old = changeOf(before, suggestion);
    if ('refused' in old || this.#conflict(old) !== null) return [];
    const change = redirected(old, this.#replaced);
    const performed = performChange(this.version, change, this.#present);
    if ('refused' in performed) return [];
    const { id, against } = suggestion;
    const now = suggestionOf(this.version, performed, change, suggestion.reasoning);
    const isSame = now.against === against && now.before === suggestion.before && now.after === suggestion.after;
    // Who has said nothing of what it is against goes on saying nothing.
    return isSame ? [] : [{ ...now, id, against: against === undefined ? undefined : now.against }];
  }

  #conflict(change: SuggestedChange): string | null {
    const wanted = claimsOf(change);
    const other = this.#claims.find((claim) =>
      wanted.some(({ item, key }) => claim.item === item && (claim.key === key || claim.key === '*' || key === '*')),
    );
    return other?.by ?? null;
  }
}

/** What a change needs for itself alone: a key of a task, or with `*` the whole of it. */
interface Claim {
  readonly item: string;
  readonly key: string;
}

function claimsOf(change: SuggestedChange): readonly Claim[] {
  switch (change.type) {
    case 'add_task':
    case 'add_phase':
      return [];
    case 'modify_task':
      return changedKeys(change).map((key) => ({ item: change.task, key }));
    case 'reorder':
      // A task is moved and then replaced where it is: the one leaves the other alone.
      return [{ item: `order of ${change.of} ${change.item}`, key: '*' }];
    case 'break_down_task':
      return [{ item: change.task, key: '*' }];
  }
}

interface Replaced {
  /** The part that stands where the task stood. */
  readonly first: string;
  /** The parts that what waited for the task waits for now. */
  readonly last: readonly string[];
}

function lastOf({ plan, added }: Performed): readonly string[] {
  const waitedFor = new Set(added.flatMap((id) => findTask(plan, id)?.dependsOn ?? []));
  return added.filter((id) => !waitedFor.has(id));
}

/** The change with the parts of a task in the place of one that is not there any more. */
function redirected(change: SuggestedChange, replaced: ReadonlyMap<string, Replaced>): SuggestedChange {
  if (replaced.size === 0) return change;
  const before = (id: string | undefined) => (id === undefined ? undefined : (replaced.get(id)?.first ?? id));
  const fields = (values: FieldValues): FieldValues => {
    const { dependsOn } = values;
    if (!Array.isArray(dependsOn)) return values;
    return { ...values, dependsOn: [...new Set(dependsOn.flatMap((id: string) => replaced.get(id)?.last ?? [id]))] };
  };
  const tasks = (list: readonly NewTask[]) => list.map((task) => ({ ...task, fields: fields(task.fields ?? {}) }));
  switch (change.type) {
    case 'add_task':
      return { ...change, beforeTask: before(change.beforeTask), task: { ...change.task, fields: fields(change.task.fields ?? {}) } };
    case 'reorder':
      return change.of === 'task' ? { ...change, before: before(change.before) } : change;
    case 'modify_task':
      return { ...change, fields: fields(change.fields) };
    case 'add_phase':
      return { ...change, tasks: tasks(change.tasks) };
    case 'break_down_task':
      return { ...change, parts: tasks(change.parts) };
  }
}
