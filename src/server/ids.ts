/**
 * Ids that are unique over all repositories of one server, and stable: `<repository>:<plan>`, `<repository>:<plan>:<task>`. Where one repository
 * is served, what its files say does as well.
 */
import { Refusal } from './problem.ts';
import type { Served, Registry } from './served.ts';

/** Characters of an id: three slugs. */
const MAX_ID_CHARS = 512;

export interface PlanRef {
  readonly served: Served;
  readonly plan: string;
}

/** A phase or a task. */
export interface PartRef extends PlanRef {
  readonly part: string;
}

export function planIdOf(served: Pick<Served, 'id'>, plan: string): string {
  return `${served.id}:${plan}`;
}

/** Of a phase or a task. */
export function partIdOf(served: Pick<Served, 'id'>, plan: string, part: string): string {
  return `${served.id}:${plan}:${part}`;
}

/** The plan that an id names; whether there is one is not looked at. A {@link Refusal} where it can name none. */
export function planRef(registry: Registry, id: string): PlanRef {
  const { served, rest } = split(registry, id, 'plan');
  return { served, plan: named(rest, 'plan', id) };
}

/** The phase or task that an id names. No slug of these has a colon; the name of a plan's file may. */
export function partRef(registry: Registry, id: string, noun: 'phase' | 'task'): PartRef {
  const { served, rest } = split(registry, id, noun);
  const at = rest.lastIndexOf(':');
  if (at < 1 || at === rest.length - 1) throw new Refusal('not-found', `There is no ${noun} "${id}": its id is <plan>:<${noun}>.`);
  return { served, plan: named(rest.slice(0, at), noun, id), part: rest.slice(at + 1) };
}

/** A part of the same plan, as an id or as its file calls it. */
export function partIn({ served, plan }: PlanRef, id: string): string {
  const prefix = [`${planIdOf(served, plan)}:`, `${plan}:`].find((each) => id.startsWith(each)) ?? '';
  return id.slice(prefix.length);
}

function split(registry: Registry, id: string, noun: string): { readonly served: Served; readonly rest: string } {
  if (id.length > MAX_ID_CHARS) throw nothing(noun, `${id.slice(0, 40)}…`);
  const at = id.indexOf(':');
  const served = at < 0 ? undefined : registry.find(id.slice(0, at));
  if (served !== undefined) return { served, rest: id.slice(at + 1) };
  const [only, ...others] = registry.all;
  if (only !== undefined && others.length === 0) return { served: only, rest: id };
  throw nothing(noun, id);
}

/** A plan's name is that of a file in one folder: nothing that leads elsewhere. */
function named(plan: string, noun: string, id: string): string {
  if (plan === '' || plan === '.' || plan === '..' || /[/\\\0\p{Cc}]/u.test(plan) || plan.startsWith('.')) throw nothing(noun, id);
  return plan;
}

export function nothing(noun: string, id: string): Refusal {
  return new Refusal('not-found', `There is no ${noun} "${id}".`);
}
