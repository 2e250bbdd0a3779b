/** A diff in words that every output shares, and in the groups in which people read it. */
import { align } from './alignment.ts';
import type { Change, PlanDiff, PlanVersion, Risk, Side } from './diff-record.ts';
import { durationText } from './frontmatter.ts';
import { slugOf } from './slug.ts';

type ChangeOf<T extends Change['type']> = Extract<Change, { type: T }>;

/** All that became of one thing. */
export interface ChangeGroup {
  readonly of: Change['of'];
  readonly id: string;
  readonly title: string;
  readonly changes: readonly Change[];
}

/** A phase with what changed in it; null for what is the plan's own. */
export interface PhaseGroup {
  /** The phase's id; null for the plan. */
  readonly id: string | null;
  readonly title: string;
  /** Its own changes; null where there are none. */
  readonly own: ChangeGroup | null;
  readonly tasks: readonly ChangeGroup[];
}

/** The changes in the order of the document, by phase and task. `titleOf` names a phase that did not change itself. */
export function groupsOf(changes: readonly Change[], titleOf: (phase: string) => string): readonly PhaseGroup[] {
  const phases = new Map<string | null, Change[]>();
  for (const change of changes) {
    const phase = change.of === 'plan' ? null : change.of === 'phase' ? change.id : change.phase;
    const list = phases.get(phase);
    if (list === undefined) phases.set(phase, [change]);
    else list.push(change);
  }
  return [...phases].map(([id, list]) => {
    const own = list.filter(({ of }) => of !== 'task');
    const tasks = Map.groupBy(
      list.filter(({ of }) => of === 'task'),
      (change) => `${change.type === 'removed'} ${change.id}`,
    );
    const [first] = own;
    return {
      id,
      title: first?.title ?? (id === null ? '' : titleOf(id)),
      own: first === undefined ? null : { of: first.of, id: first.id, title: first.title, changes: own },
      tasks: [...tasks.values()].map((all): ChangeGroup => ({
        of: 'task',
        id: all[0]?.id ?? '',
        title: all[0]?.title ?? '',
        changes: all,
      })),
    };
  });
}

/** Titles of phases by their ids, of both versions; one without a name is that of the tasks before the first heading. */
export function phaseTitles({ before, after }: PlanDiff): (phase: string) => string {
  const titles = new Map([before, after].flatMap((version) => version?.phases.map(({ id, title }) => [id, title] as const) ?? []));
  return (phase) => (titles.get(phase) === '' ? 'Tasks' : (titles.get(phase) ?? phase));
}

/** Whether what was said of a task that is done is not what is said of it now. */
export function isSaidAnew({ changes }: ChangeGroup): boolean {
  return changes.some((change) => (change.type === 'renamed' || change.type === 'reworded') && change.finished);
}

/** The id before, where it is not merely that of another title. */
export function otherId({ of, was, id, before, after }: ChangeOf<'renamed'>): string | null {
  const noun = of === 'phase' ? 'phase' : 'task';
  return was === slugOf(before, noun) && id === slugOf(after, noun) ? null : was;
}

/** Ids of an order that are shown. */
const ORDER_MAX = 16;

/** Where the order of execution differs: both from the first id that does to the last, the first of many. `…` stands for the rest. */
export function ordersOf({
  before,
  after,
  reordered,
}: PlanDiff): { readonly before: readonly string[]; readonly after: readonly string[] } | null {
  if (reordered.length === 0 || before === null || after === null) return null;
  const differing = align(before.order, after.order).filter(({ same }) => !same);
  const [first, last] = [differing[0], differing.at(-1)];
  return {
    before: orderExcerpt(before.order, first?.before[0], last?.before[1]),
    after: orderExcerpt(after.order, first?.after[0], last?.after[1]),
  };
}

function orderExcerpt(order: readonly string[], from = 0, to = order.length): readonly string[] {
  const end = Math.min(to, from + ORDER_MAX);
  return [...(from > 0 ? ['…'] : []), ...order.slice(from, end), ...(end < order.length ? ['…'] : [])];
}

/** How many keys that are code differ. */
export function risksIn({ changes }: Pick<PlanDiff, 'changes'>): number {
  return changes.reduce((sum, change) => sum + ('fields' in change ? change.fields.filter(({ risk }) => risk !== null).length : 0), 0);
}

/** `HEAD`, `main (3f2a1b0)`, `the working tree`. */
export function sideWords({ type, revision, commit }: Side): string {
  switch (type) {
    case 'worktree':
      return 'the working tree';
    case 'index':
      return 'the index';
    case 'none':
      return 'nothing committed yet';
    case 'commit': {
      const short = commit?.slice(0, 7) ?? '';
      return revision === null || commit?.startsWith(revision) === true ? short : `${revision} (${short})`;
    }
  }
}

/** What a key that is code gives power over. */
export function riskWords(risk: Risk): string {
  switch (risk) {
    case 'command':
      return 'a command that is run';
    case 'agent':
      return 'who does it';
    case 'gates':
      return 'what is checked';
    case 'files':
      return 'what may be touched';
    case 'budget':
      return 'what it may cost';
    case 'approval':
      return 'whether a person is asked';
  }
}

/** `ticked by hand`, `ticked by 3f2a1b0`. */
export function statusWords({ before, after, commit }: ChangeOf<'status'>): string {
  const by = commit === null ? 'by hand' : `by ${commit.slice(0, 7)}`;
  switch (after) {
    case 'completed':
      return `ticked ${by}`;
    case 'skipped':
      return `skipped ${by}`;
    case 'failed':
      return `marked as failed ${by}`;
    case 'pending':
      return before === 'completed' ? `unticked ${by}` : `${before} no more, ${by}`;
  }
}

/** `from the start to after “seed”`; phases are named where it is another one. */
export function moveWords({ of, from, to }: ChangeOf<'moved'>, phaseTitle: (phase: string) => string): string {
  const other = of === 'task' && from.phase !== to.phase;
  const spot = (place: typeof from) => {
    const where = place.after === null ? 'the start' : `after “${place.after}”`;
    return other && place.phase !== null ? `“${phaseTitle(place.phase)}”` : where;
  };
  return `moved from ${spot(from)} to ${spot(to)}`;
}

const MINUTE = 60_000;

/** What is left to do of both versions; null where nobody asked. The one before is null too where it says the same. */
export function forecastWords({ before, after }: PlanDiff): { readonly before: string | null; readonly after: string } | null {
  if (after?.forecast == null) return null;
  const [old, now] = [before === null ? null : leftIn(before), leftIn(after)];
  return { before: old === now ? null : old, after: now };
}

function leftIn({ forecast }: PlanVersion): string {
  if (forecast === null) return 'not known';
  if (forecast.tasks === 0) return 'nothing left for an agent';
  // What is only estimated is told in minutes.
  const time =
    forecast.time === null ? 'time unknown' : durationText(Math.max(MINUTE, Math.round(forecast.time.expected / MINUTE) * MINUTE));
  const cost = forecast.cost === null ? 'cost unknown' : `$${forecast.cost.expected.toFixed(2)}`;
  return `${forecast.tasks} task${forecast.tasks === 1 ? '' : 's'}, ${time}, ${cost}`;
}
