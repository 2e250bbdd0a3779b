/**
 * Readings of long plans that outlast the process: a runner that is started again has thousands of tasks at hand without reading them. One holds for
 * exactly one text (its boxes aside), the names of the config it was checked against, and the build that read it; deleting it costs time alone.
 */
import { createHash } from 'node:crypto';
import { decodePlan, encodePlan, keepableBoxes, withEmptyBoxes } from '../core/kept-check.ts';
import type { Check } from '../core/check.ts';
import { checkPlan } from '../core/lint.ts';
import { parsePlan } from '../core/parse.ts';
import type { Workspace } from './workspace.ts';

/** Set when the program is built: a digest of all that reads plans. Run from its sources it has none, and keeps no readings. */
declare const PLANS_BUILD: string | undefined;
const BUILD = typeof PLANS_BUILD === 'string' ? PLANS_BUILD : null;
/** UTF-16 code units. A shorter plan is read as fast. */
const LONG_TEXT = 65_536;

type Place = Pick<Workspace, 'known' | 'cache' | 'store'>;

/** Reads a plan and applies every rule, as `checkPlan`: the fast way where the reading was kept. */
export function checkText(place: Place, text: string, id: string, build: string | null = BUILD): Check {
  const { known, cache } = place;
  return cache.check(text, id, known, () => keptCheck(place, text, id, build) ?? checkPlan(text, id, { known, cache }));
}

/** To be called where nobody waits: keeps the reading of a long text for the next process, or, where one was kept, reads its parts for the edits to come. */
export function keepReading(place: Place, text: string, id: string, build: string | null = BUILD): void {
  if (build === null || text.length < LONG_TEXT) return;
  const { known, cache } = place;
  const rows = place.store().readings;
  const kept = rows.find(id);
  if (kept !== null && kept.key === keyOf(place, text, id, kept.head, build)) {
    parsePlan(text, id, cache);
    return;
  }
  const check = checkPlan(text, id, { known, cache });
  const boxes = keepableBoxes(text, check);
  const head = JSON.stringify(boxes);
  const key = keyOf(place, text, id, head, build);
  if (boxes === null || key === null) return;
  const body = encodePlan(check.plan);
  rows.keep(id, { key, head, digest: digestOf(body), body });
}

function keptCheck(place: Place, text: string, id: string, build: string | null): Check | null {
  if (build === null || text.length < LONG_TEXT) return null;
  const rows = place.store().readings;
  const kept = rows.find(id);
  if (kept === null || kept.key !== keyOf(place, text, id, kept.head, build)) return null;
  const body = rows.body(id, kept.key);
  // A file that was damaged on the disk may yet be read.
  const plan = body === null || digestOf(body) !== kept.digest ? null : decodePlan(body, text);
  return plan === null ? null : { plan, diagnostics: [], valid: true };
}

/** What a reading stands for, as a digest; null where the text has something else where the boxes are. */
function keyOf({ known }: Place, text: string, id: string, head: string, build: string): string | null {
  const empty = withEmptyBoxes(text, boxesIn(head));
  if (empty === null) return null;
  const names = JSON.stringify([build, id, [...known.gates].toSorted(), [...known.agents].toSorted(), head]);
  return createHash('sha256').update(names).update('\0').update(empty).digest('hex');
}

function boxesIn(head: string): readonly number[] {
  try {
    return (JSON.parse(head) as readonly number[] | null) ?? [];
  } catch {
    return [];
  }
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
