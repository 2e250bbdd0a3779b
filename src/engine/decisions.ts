/**
 * What people decide by a command while a runner works in the checkout: digests, appended to a file beside the lock before the plan file
 * is changed. Nobody can tell a command's change of the plan from an agent's by the file alone; by this the runner can.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './lock.ts';

/** Leaves a person's decisions for the run that holds the lock. On the disk before the plan file says so. */
export function leaveDecisions(commonDir: string, planId: string, run: string, decided: readonly string[]): void {
  if (decided.length === 0) return;
  // One write: a reader sees whole lines, or the beginning of one, which no digest equals.
  appendFileSync(decisionsFile(commonDir, planId), decided.map((digest) => `${run} ${digest}\n`).join(''), { flush: true });
}

/** The decisions that were left for a run. */
export function readDecisions(commonDir: string, planId: string, run: string): ReadonlySet<string> {
  try {
    const lines = readFileSync(decisionsFile(commonDir, planId), 'utf8').split('\n');
    return new Set(lines.filter((line) => line.startsWith(`${run} `)).map((line) => line.slice(run.length + 1)));
  } catch {
    return new Set();
  }
}

/** The run has ended, and nobody asks for its decisions any more. */
export function forgetDecisions(commonDir: string, planId: string): void {
  rmSync(decisionsFile(commonDir, planId), { force: true });
}

function decisionsFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.decisions`);
}
