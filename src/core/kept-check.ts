/**
 * The reading of a long plan in a form that can be kept: it holds for every text that differs in its boxes alone, so that it outlasts the
 * ticks of a run. A tick is a character between brackets, which moves nothing and changes how nothing else is read.
 */
import type { Span } from './diagnostic.ts';
import type { Check } from './check.ts';
import type { FieldPlace, Frontmatter, Plan, Task } from './plan.ts';

const MARKS = ' xX';

/** Offsets of all boxes, ascending; null where the reading cannot be kept: something is wrong with the text, or a box is none of the usual. */
export function keepableBoxes(text: string, { plan, diagnostics }: Check): readonly number[] | null {
  if (diagnostics.length > 0) return null;
  const places = tasksOf(plan).map(({ place }) => place.box);
  const isUsual = places.every(({ offset, length }) => length === 1 && MARKS.includes(text[offset] ?? '?'));
  return isUsual ? places.map(({ offset }) => offset) : null;
}

/** The text with all boxes empty; null where something else stands in one. */
export function withEmptyBoxes(text: string, boxes: readonly number[]): string | null {
  let [result, from] = ['', 0];
  for (const offset of boxes) {
    if (!MARKS.includes(text[offset] ?? '?')) return null;
    result += `${text.slice(from, offset)} `;
    from = offset + 1;
  }
  return result + text.slice(from);
}

/** What most tasks say, and is left out. */
const USUAL = { pinned: true, description: '', status: 'pending', dependsOn: [] as string[], allowNoChanges: false, attempts: 0 } as const;

/** A task without what is usual; its places as numbers, relative to its item but for the item itself. */
type Short = Omit<Partial<Task>, 'place'> & {
  /** Item, box, title, description; then the frontmatter's block, content, and for each field its key, value and entry: offset and length. */
  readonly at: readonly number[];
  readonly indent: string;
  /** The frontmatter's indentation, style and keys; null without one. */
  readonly keys: readonly [string, Frontmatter['style'], ...string[]] | null;
};

/** The plan as text. */
export function encodePlan(plan: Plan): string {
  const phases = plan.phases.map((phase) => ({ ...phase, tasks: phase.tasks.map(shortOf) }));
  return JSON.stringify({ ...plan, phases }, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}

/** The plan that `text` is, which differs from the encoded one's in its boxes alone; null where a tick changes more than a status. */
export function decodePlan(encoded: string, text: string): Plan | null {
  const plan = JSON.parse(encoded) as Plan;
  revive(plan.place);
  for (const { place, tasks } of plan.phases) {
    revive(place);
    const all = tasks as unknown as (Short | Task)[];
    for (const [index, short] of all.entries()) {
      const task = wholeOf(short as Short);
      const isTicked = text[task.place.box.offset] !== ' ';
      if (isTicked !== (task.status === 'completed')) {
        if (task.place.frontmatter?.fields.has('status') === true) return null;
        Object.assign(task, { status: isTicked ? 'completed' : 'pending' } satisfies Partial<Task>);
      }
      all[index] = task;
    }
  }
  return plan;
}

function shortOf({ place, ...said }: Task): Short {
  const from = place.item.offset;
  const at = [from, place.item.length];
  const add = (...spans: readonly Span[]) => spans.forEach(({ offset, length }) => at.push(offset - from, length));
  add(place.box, place.title, place.description);
  const { frontmatter } = place;
  if (frontmatter !== null) {
    add(frontmatter.block, frontmatter.content);
    for (const { key, value, entry } of frontmatter.fields.values()) add(key, value, entry);
  }
  const unusual = Object.entries(said).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(USUAL[key as keyof typeof USUAL]));
  const keys = frontmatter === null ? null : ([frontmatter.indent, frontmatter.style, ...frontmatter.fields.keys()] as const);
  return { ...Object.fromEntries(unusual), at, indent: place.indent, keys };
}

function wholeOf({ at, indent, keys, ...said }: Short): Task {
  const [from = 0, length = 0] = at;
  let next = 2;
  const span = (): Span => ({ offset: from + (at[next++] ?? 0), length: at[next++] ?? 0 });
  const place = { item: { offset: from, length }, box: span(), title: span(), indent, description: span(), frontmatter: null };
  return { ...USUAL, ...said, place: keys === null ? place : { ...place, frontmatter: frontmatterOf(keys, span) } } as Task;
}

function frontmatterOf([indent, style, ...names]: NonNullable<Short['keys']>, span: () => Span): Frontmatter {
  const [block, content] = [span(), span()];
  const fields = new Map<string, FieldPlace>();
  for (const name of names) fields.set(name, { key: span(), value: span(), entry: span() });
  return { block, content, indent, style, fields };
}

function revive(place: { readonly frontmatter: Frontmatter | null }): void {
  if (place.frontmatter === null) return;
  const entries = place.frontmatter.fields as unknown as readonly [string, FieldPlace][];
  Object.assign(place.frontmatter, { fields: new Map(entries) });
}

function tasksOf(plan: Plan): readonly Task[] {
  return plan.phases.flatMap(({ tasks }) => tasks);
}
