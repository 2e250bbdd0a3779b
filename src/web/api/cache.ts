/** What the API has answered, by path. Whoever looks at a path is told when it changes; what events make stale is asked for again. */
import { useCallback, useSyncExternalStore } from 'react';
import { shared } from '../state/shared.ts';
import { ApiProblem, ask } from './client.ts';

export interface Entry<T> {
  /** Null until the first answer. */
  readonly data: T | null;
  /** Of the last request, where it was refused. */
  readonly problem: ApiProblem | null;
}

interface Slot {
  entry: Entry<unknown>;
  readonly listeners: Set<() => void>;
  /** Of the last answer: all that was written before it is in it. Null where nobody knows. */
  moment: string | null;
  asking: boolean;
  stale: boolean;
  /** While it is being asked for, the stream has begun after this moment: of another one it is asked for once more. */
  since: string | null;
}

const NOTHING: Entry<never> = { data: null, problem: null };
/** What comes within so short a time is asked for once. Milliseconds. */
const GATHER_MS = 30;
/** Paths that are remembered though nobody looks at them. */
const MAX_UNWATCHED = 50;

const slots = new Map<string, Slot>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** Looks at a path; null looks at nothing. */
export function useData<T>(path: string | null): Entry<T> {
  const subscribe = useCallback((listener: () => void) => (path === null ? () => {} : watch(path, listener)), [path]);
  return useSyncExternalStore(subscribe, () => (path === null ? NOTHING : (slots.get(path)?.entry ?? NOTHING))) as Entry<T>;
}

/** Asks anew for every path of which `isStale` says so: now where somebody looks, else when somebody does. */
export function invalidate(isStale: (path: string) => boolean): void {
  for (const [path, slot] of slots) if (isStale(path)) slot.stale = true;
  timer ??= setTimeout(() => {
    timer = null;
    for (const [path, slot] of slots) if (slot.stale && slot.listeners.size > 0) void load(path, slot);
  }, GATHER_MS);
}

/** The stream begins: what was answered at another moment may be out of date. Null: all of it may. */
export function begunAfter(moment: string | null): void {
  for (const slot of slots.values()) if (slot.asking) slot.since = moment;
  invalidate((path) => {
    const slot = slots.get(path);
    return slot === undefined || (slot.asking ? moment === null : slot.moment !== moment || moment === null);
  });
}

/** Asks for a path that somebody will look at in a moment. */
export function lookAhead(path: string): void {
  const slot = slotOf(path);
  if (slot.entry === NOTHING && !slot.asking) void load(path, slot);
}

function watch(path: string, listener: () => void): () => void {
  const slot = slotOf(path);
  slot.listeners.add(listener);
  // What is being asked for is on its way to this one too.
  if (!slot.asking && (slot.entry === NOTHING || slot.stale || slot.entry.problem !== null)) void load(path, slot);
  return () => {
    slot.listeners.delete(listener);
  };
}

function slotOf(path: string): Slot {
  const known = slots.get(path);
  if (known !== undefined) return known;
  for (const [old, { listeners }] of slots) {
    if (slots.size < MAX_UNWATCHED) break;
    if (listeners.size === 0) slots.delete(old);
  }
  const made: Slot = { entry: NOTHING, listeners: new Set(), moment: null, asking: false, stale: false, since: null };
  slots.set(path, made);
  return made;
}

async function load(path: string, slot: Slot): Promise<void> {
  // Marked as stale meanwhile, it is asked for once more after this.
  if (slot.asking) {
    slot.stale = true;
    return;
  }
  slot.asking = true;
  try {
    do {
      slot.stale = false;
      const { entry, moment } = await answerTo(path, slot.entry);
      slot.moment = moment;
      slot.stale ||= slot.since !== null && slot.since !== moment;
      slot.since = null;
      tell(slot, entry);
    } while (slot.stale && slot.listeners.size > 0);
  } finally {
    slot.asking = false;
  }
}

async function answerTo(path: string, before: Entry<unknown>): Promise<{ readonly entry: Entry<unknown>; readonly moment: string | null }> {
  try {
    const { data, moment } = await ask<unknown>(path);
    const found = shared(before.data, data);
    // The whole is another one with each answer: whoever waits for the next hears of it, also where it says the same.
    return { entry: { data: found === before.data && isObject(found) ? { ...found } : found, problem: null }, moment };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    // What was known stays on the page while the server is away; what is gone, is gone.
    return { entry: { data: error.details.status === 404 ? null : before.data, problem: error }, moment: null };
  }
}

function isObject(data: unknown): data is object {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function tell(slot: Slot, entry: Entry<unknown>): void {
  slot.entry = entry;
  for (const listener of slot.listeners) listener();
}
