/**
 * What people decide by a command while a runner works in the checkout: digests, appended to a file beside the lock before the plan file
 * is changed. Nobody can tell a command's change of the plan from an agent's by the file alone; by this the runner can. Each counts once.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './lock.ts';

/** Before a decision that is taken and counts no more. */
const SPENT = '-';

/** Leaves a person's decisions for the run that holds the lock. On the disk before the plan file says so. */
export function leaveDecisions(commonDir: string, planId: string, run: string, decided: readonly string[]): void {
  append(commonDir, planId, run, '', decided);
}

/** The decisions have been committed: what says the same once more is nobody's word. */
export function spendDecisions(commonDir: string, planId: string, run: string, decided: readonly string[]): void {
  append(commonDir, planId, run, SPENT, decided);
}

/** The decisions that were left for a run and not spent yet; of those about one thing the last. */
export function readDecisions(commonDir: string, planId: string, run: string): ReadonlySet<string> {
  const byThing = new Map<string, string>();
  for (const line of linesFor(commonDir, planId, run)) {
    const spent = line.startsWith(SPENT);
    const decision = spent ? line.slice(SPENT.length) : line;
    const thing = decision.slice(0, decision.indexOf('='));
    if (!spent) byThing.set(thing, decision);
    // Only that very one: a person may have said something else since.
    else if (byThing.get(thing) === decision) byThing.delete(thing);
  }
  return new Set(byThing.values());
}

function append(commonDir: string, planId: string, run: string, mark: string, decided: readonly string[]): void {
  if (decided.length === 0) return;
  // One write: a reader sees whole lines, or the beginning of one, which no digest equals.
  const lines = decided.map((decision) => `${run} ${mark}${decision}\n`).join('');
  appendFileSync(decisionsFile(commonDir, planId), lines, { flush: true });
}

function linesFor(commonDir: string, planId: string, run: string): readonly string[] {
  try {
    const lines = readFileSync(decisionsFile(commonDir, planId), 'utf8').split('\n');
    return lines.filter((line) => line.startsWith(`${run} `)).map((line) => line.slice(run.length + 1));
  } catch {
    return [];
  }
}

/** The run has ended, and nobody asks for its decisions any more. */
export function forgetDecisions(commonDir: string, planId: string): void {
  rmSync(decisionsFile(commonDir, planId), { force: true });
}

function decisionsFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.decisions`);
}
