/** What was told of the plans so far, and what has changed since: from the cache's rows, whichever process brought them up to date. */
import type { FileWrite } from '../adapters/files.ts';
import type { FileRow } from '../adapters/store/file-rows.ts';
import type { Store } from '../adapters/store/store.ts';
import { changesBetween, type PlanChanges } from '../core/change.ts';
import { NO_OUTLINE, outlineOf, type Outline } from '../core/outline.ts';
import { parsePlan } from '../core/parse.ts';
import type { PlanChange } from '../core/watch-event.ts';
import { blobId } from './plan-content.ts';

/** So many of this process's writes that no sync has met yet are remembered. */
const MAX_OWN = 256;
/** So many characters of their texts are kept together; what a write of which nothing is kept lay between is told without saying what it was. */
const MAX_OWN_LENGTH = 8 * 1024 * 1024;

/** A change and the version of the file that it led to; null: there is no file. */
export interface FoundChange {
  readonly change: PlanChange;
  readonly path: string;
  readonly digest: string | null;
}

interface Version {
  readonly digest: string;
  readonly path: string;
}

/** A version to compare; `text` where it may be in no row. */
interface Compared {
  readonly digest: string;
  readonly text: string | null;
}

interface Step {
  readonly before: Compared;
  readonly after: Compared;
}

export class Told {
  readonly #store: () => Store;
  #versions: ReadonlyMap<string, Version>;
  /** Oldest first. */
  #own: Step[] = [];

  /** What the cache says now counts as told. */
  constructor(store: () => Store) {
    this.#store = store;
    this.#versions = versionsOf(store().files.all());
  }

  get size(): number {
    return this.#versions.size;
  }

  /** Takes a write of this process's as told: whoever made it has said so. */
  own(write: FileWrite): void {
    this.#own.push({ before: compared(write.before), after: compared(write.after) });
    let length = 0;
    const newest = this.#own.toReversed().slice(0, MAX_OWN);
    this.#own = newest.map((step) => ((length += lengthOf(step)) <= MAX_OWN_LENGTH ? step : withoutTexts(step))).toReversed();
  }

  /** What has changed since the last call, in the order of the plans' names. */
  take(): readonly FoundChange[] {
    const store = this.#store();
    const [now, changes] = store.snapshot(() => {
      const rows = versionsOf(store.files.all());
      return [rows, this.#changes(store, rows)] as const;
    });
    this.#versions = now;
    return changes.toSorted((a, b) => (a.change.plan < b.change.plan ? -1 : 1));
  }

  #changes(store: Store, now: ReadonlyMap<string, Version>): FoundChange[] {
    const before = this.#versions;
    const all: FoundChange[] = [];
    const gone = new Map([...before].filter(([plan]) => !now.has(plan)));
    for (const [plan, { digest, path }] of now) {
      const old = before.get(plan);
      if (old?.digest === digest) continue;
      const found = (kind: PlanChange['kind'], changes: PlanChange['changes']) =>
        all.push({ change: { plan, kind, ...asItIs(store, plan), changes }, path, digest });
      if (old !== undefined) {
        const step = this.#step(old.digest, digest);
        if (step !== 'own') found('edited', changesOf(store, plan, step));
        continue;
      }
      const was = [...gone].find(([, other]) => other.digest === digest)?.[0];
      const outline = store.history.outline(digest);
      if (was === undefined) found('added', outline === null ? null : recorded(changesBetween(NO_OUTLINE, outline)));
      else found('renamed', recorded({ ...changesBetween(NO_OUTLINE, NO_OUTLINE), was }));
      if (was !== undefined) gone.delete(was);
    }
    for (const [plan, { digest, path }] of gone) {
      const outline = store.history.outline(digest);
      const changes = outline === null ? null : recorded(changesBetween(outline, NO_OUTLINE));
      all.push({ change: { plan, kind: 'removed', title: null, status: null, valid: false, error: null, changes }, path, digest: null });
    }
    return all;
  }

  /** What is left of the way between two versions when this process's own writes at its beginning and its end are taken off. */
  #step(from: string, to: string): Step | 'own' {
    let before = version(from);
    let after = version(to);
    for (;;) {
      if (before.digest === after.digest) return 'own';
      const next = this.#own.findIndex((write) => write.before.digest === before.digest);
      const last = next >= 0 ? -1 : this.#own.findLastIndex((write) => write.after.digest === after.digest);
      const [write] = next >= 0 ? this.#own.splice(next, 1) : last >= 0 ? this.#own.splice(last, 1) : [];
      if (write === undefined) return { before, after };
      if (next >= 0) before = write.after;
      else after = write.before;
    }
  }
}

function version(digest: string): Compared {
  return { digest, text: null };
}

function compared(text: string): Compared {
  return { digest: blobId(Buffer.from(text)), text };
}

function lengthOf({ before, after }: Step): number {
  return (before.text?.length ?? 0) + (after.text?.length ?? 0);
}

function withoutTexts({ before, after }: Step): Step {
  return { before: version(before.digest), after: version(after.digest) };
}

function versionsOf(rows: ReadonlyMap<string, FileRow>): ReadonlyMap<string, Version> {
  return new Map([...rows.values()].map(({ planId, digest, path }) => [planId, { digest, path }]));
}

/** Null where one of the two is known no more. */
function changesOf(store: Store, plan: string, { before, after }: Step): PlanChange['changes'] {
  const [old, now] = [outlineAt(store, plan, before), outlineAt(store, plan, after)];
  return old === null || now === null ? null : recorded(changesBetween(old, now));
}

function outlineAt(store: Store, plan: string, { digest, text }: Compared): Outline | null {
  return store.history.outline(digest) ?? (text === null ? null : outlineOf(parsePlan(text, plan).plan));
}

/** The same, as records are typed. */
function recorded(changes: PlanChanges): NonNullable<PlanChange['changes']> {
  return changes as NonNullable<PlanChange['changes']>;
}

function asItIs(store: Store, planId: string): Pick<PlanChange, 'title' | 'status' | 'valid' | 'error'> {
  const [plan] = store.records.plans(planId);
  if (plan === undefined) return { title: null, status: null, valid: false, error: null };
  const first = plan.valid ? undefined : store.records.diagnostics(planId).find(({ diagnostic }) => diagnostic.severity === 'error');
  const error = first === undefined ? null : { line: first.diagnostic.line, message: first.diagnostic.message };
  return { title: plan.title, status: plan.status, valid: plan.valid, error };
}
