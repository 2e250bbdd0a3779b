/** Which phases and tasks of one version of a plan are which of another: what every comparison of versions rests on. */
import { inOrder } from './order.ts';
import { similarPairs } from './similar.ts';
import { slugOf } from './slug.ts';

interface Titled {
  readonly id: string;
  readonly title: string;
}

interface PhaseOfTasks extends Titled {
  readonly tasks: readonly Titled[];
}

export interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

/** A task and where it stands. */
export interface Placed<P extends PhaseOfTasks> {
  readonly task: P['tasks'][number];
  readonly phase: P;
  readonly index: number;
}

interface Matching<T> {
  /** In the order after. */
  readonly pairs: readonly Pair<T>[];
  readonly added: readonly T[];
  readonly removed: readonly T[];
  /** Those of the pairs that stand in another phase, or in another order among those that stayed: the fewest that explain it. */
  readonly moved: ReadonlySet<Pair<T>>;
}

export interface Matched<P extends PhaseOfTasks> {
  readonly phases: Matching<P>;
  readonly tasks: Matching<Placed<P>>;
}

/** Of the tasks of a phase or plan, before or after, so many have to be the same for it to be the same under another title. */
const SAME_TASKS = 0.5;

/**
 * What has the same id is the same. Of what is left: phases with the same title, with most of their tasks in common, with a similar title; then tasks
 * with the same title in the same phase, and with a similar one. Two ids that are both given, and are not the slug of their title, are never
 * the same for a similarity. A broken plan can hold an id twice: each is matched at most once, in order.
 */
export function matchVersions<P extends PhaseOfTasks>(before: readonly P[], after: readonly P[]): Matched<P> {
  const tasks = new Matcher(placed(before), placed(after));
  tasks.byKey(({ task }) => task.id);
  const phases = new Matcher(before, after);
  phases.byKey(({ id }) => id);
  phases.byKey(({ title }) => title);
  phases.byPairs(bySharedTasks(phases, tasks));
  phases.byPairs(
    bySimilarTitle(
      phases,
      'phase',
      (phase) => phase,
      () => true,
    ),
  );
  const placeOf = ({ phase }: Placed<P>): P => phases.found.get(phase) ?? phase;
  tasks.byKey(({ task }) => task.title, placeOf);
  tasks.byPairs(
    bySimilarTitle(
      tasks,
      'task',
      ({ task }) => task,
      (old, now) => placeOf(now) === old.phase,
    ),
  );
  return {
    phases: phases.result(orderOf(phases.pairs(), (phase) => before.indexOf(phase))),
    tasks: tasks.result(movedTasks(tasks.pairs(), phases.found)),
  };
}

/** Whether two versions are of one plan, as far as tasks tell: half of them, at least, have the same id and title. */
export function haveSameTasks(before: readonly PhaseOfTasks[], after: readonly PhaseOfTasks[]): boolean {
  const [old, now] = [before, after].map((phases) => phases.flatMap(({ tasks }) => tasks.map(({ id, title }) => `${id}\n${title}`)));
  const known = new Set(old);
  const shared = (now ?? []).filter((task) => known.has(task)).length;
  return shared > 0 && shared >= Math.max(old?.length ?? 0, now?.length ?? 0) * SAME_TASKS;
}

class Matcher<T> {
  readonly found = new Map<T, T>();
  readonly #after: readonly T[];
  #before: readonly T[];

  constructor(before: readonly T[], after: readonly T[]) {
    this.#before = before;
    this.#after = after;
  }

  /** What has no partner yet. */
  get left(): { readonly before: readonly T[]; readonly after: readonly T[] } {
    return { before: this.#before, after: this.#after.filter((item) => !this.found.has(item)) };
  }

  /** With `within`, both must stand in the same. Of what is after, that is what it was before. */
  byKey(keyOf: (item: T) => string, within?: (item: T) => unknown): void {
    const byKey = Map.groupBy(this.#before, keyOf);
    this.byPairs(
      this.left.after.flatMap((after): Pair<T>[] => {
        const same = byKey.get(keyOf(after)) ?? [];
        const at = within === undefined ? 0 : same.findIndex((one) => within(one) === within(after));
        const [before] = at < 0 ? [] : same.splice(at, 1);
        return before === undefined ? [] : [{ before, after }];
      }),
    );
  }

  byPairs(pairs: readonly Pair<T>[]): void {
    const taken = new Set(pairs.map(({ before }) => before));
    for (const { before, after } of pairs) this.found.set(after, before);
    if (taken.size > 0) this.#before = this.#before.filter((item) => !taken.has(item));
  }

  pairs(): readonly Pair<T>[] {
    return this.#after.flatMap((after) => {
      const before = this.found.get(after);
      return before === undefined ? [] : [{ before, after }];
    });
  }

  result(moved: readonly Pair<T>[]): Matching<T> {
    const { before: removed, after: added } = this.left;
    const same = new Set(moved.map(({ after }) => after));
    const pairs = this.pairs();
    return { pairs, added, removed, moved: new Set(pairs.filter(({ after }) => same.has(after))) };
  }
}

function bySharedTasks<P extends PhaseOfTasks>(phases: Matcher<P>, tasks: Matcher<Placed<P>>): readonly Pair<P>[] {
  const { before, after } = phases.left;
  if (before.length === 0 || after.length === 0) return [];
  const open = new Set(before);
  const homes = Map.groupBy(tasks.pairs(), (pair) => pair.after.phase);
  const pairs: Pair<P>[] = [];
  for (const phase of after) {
    const from = Map.groupBy(homes.get(phase) ?? [], (pair) => pair.before.phase);
    const [best] = [...from].filter(([old]) => open.has(old)).sort(([, a], [, b]) => b.length - a.length);
    if (best === undefined || best[1].length < SAME_TASKS * Math.max(best[0].tasks.length, phase.tasks.length)) continue;
    open.delete(best[0]);
    pairs.push({ before: best[0], after: phase });
  }
  return pairs;
}

function bySimilarTitle<T>(
  matcher: Matcher<T>,
  noun: 'phase' | 'task',
  of: (item: T) => Titled,
  may: (before: T, after: T) => boolean,
): readonly Pair<T>[] {
  const { before, after } = matcher.left;
  if (before.length === 0 || after.length === 0) return [];
  const given = (item: T): boolean => isGiven(of(item), noun);
  const [givenBefore, givenAfter] = [before.map(given), after.map(given)];
  const found = similarPairs(
    before.map((item) => of(item).title),
    after.map((item) => of(item).title),
    (from, to) => !(givenBefore[from] === true && givenAfter[to] === true) && may(before[from] as T, after[to] as T),
  );
  return found.map(([from, to]) => ({ before: before[from] as T, after: after[to] as T }));
}

/** Of those with one title, all but the first have a number behind the slug. */
function isGiven({ id, title }: Titled, noun: 'phase' | 'task'): boolean {
  const slug = slugOf(title, noun);
  return id !== slug && !(id.startsWith(slug) && /^-\d+$/.test(id.slice(slug.length)));
}

function movedTasks<P extends PhaseOfTasks>(pairs: readonly Pair<Placed<P>>[], phaseBefore: ReadonlyMap<P, P>): readonly Pair<Placed<P>>[] {
  const stayed = Map.groupBy(pairs, ({ before, after }) => (phaseBefore.get(after.phase) === before.phase ? after.phase : null));
  return [...stayed].flatMap(([phase, list]) => (phase === null ? list : orderOf(list, ({ index }) => index)));
}

/** The fewest pairs that must have moved: all but a longest run that kept its order. */
function orderOf<T>(pairs: readonly Pair<T>[], indexOf: (item: T) => number): readonly Pair<T>[] {
  const kept = inOrder(pairs.map((pair) => indexOf(pair.before)));
  return pairs.filter((_, position) => !kept.has(position));
}

function placed<P extends PhaseOfTasks>(phases: readonly P[]): readonly Placed<P>[] {
  return phases.flatMap((phase) => phase.tasks.map((task, index) => ({ task, phase, index })));
}
