/** Which of the tasks that may start is started: the one that the longest chain of others waits for. */
import type { Plan, Task } from './plan.ts';
import { isOpen } from './plan.ts';
import { inScope, phaseOf } from './progress.ts';
import { readiness } from './schedule.ts';

interface Choice {
  readonly plan: Plan;
  readonly scope: ReadonlySet<string> | null;
  readonly approved: ReadonlySet<string>;
  readonly maxConcurrency: number;
  readonly estimate: (task: string) => number;
  readonly active: ReadonlyMap<string, unknown>;
}

/** The next task to start, or null where none may. In a parallel phase the longest remaining chain first; ties by document order. */
export function choose({ plan, scope, approved, maxConcurrency, estimate, active }: Choice): Task | null {
  const running = new Set(active.keys());
  const scoped = inScope(plan, scope);
  // In order nothing starts beside another: the common question of a long phase, and the longest to answer in full.
  if (running.size > 0 && scoped.phases.find(({ tasks }) => tasks.some(isOpen))?.executionMode !== 'parallel') return null;
  const ready = readiness(scoped, { approved, running }).filter((entry) => entry.ready);
  const [first] = ready;
  if (first === undefined) return null;
  const phase = phaseOf(plan, first.task.id);
  if (phase === undefined || phase.executionMode !== 'parallel') return running.size === 0 ? first.task : null;
  if (running.size >= (phase.maxConcurrency ?? maxConcurrency)) return null;
  const busy = phase.tasks.filter((task) => running.has(task.id));
  const free = ready.map(({ task }) => task).filter((task) => !busy.some((other) => overlap(task.files, other.files)));
  if (free.length < 2) return free[0] ?? null;
  const chains = chainsOf(phase.tasks.filter(isOpen), estimate);
  return free.reduce((best, task) => ((chains.get(task.id) ?? 0) > (chains.get(best.id) ?? 0) ? task : best));
}

/** For each task its own time and that of the longest chain of tasks that wait for it. */
export function chainsOf(tasks: readonly Task[], estimate: (task: string) => number): ReadonlyMap<string, number> {
  const dependents = new Map<string, string[]>();
  for (const task of tasks) for (const id of task.dependsOn) dependents.set(id, [...(dependents.get(id) ?? []), task.id]);
  const chains = new Map<string, number>();
  // From a stack, not by recursion: a chain may be as long as the plan. A task is settled once all that wait for it are.
  for (const { id } of tasks) {
    const stack = [id];
    const entered = new Set<string>();
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const after = dependents.get(top) ?? [];
      const open = chains.has(top) || entered.has(top) ? [] : after.filter((other) => !chains.has(other) && !entered.has(other));
      entered.add(top);
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      const longest = after.reduce((most, other) => Math.max(most, chains.get(other) ?? 0), 0);
      if (!chains.has(top)) chains.set(top, estimate(top) + longest);
    }
  }
  return chains;
}

/**
 * Whether two lists of globs may name the same file. In doubt, yes: what stands before the first wildcard of one must be in the way of
 * the other, and so must what stands behind the last. A task that names no files may touch any, and is not held back for it.
 */
export function overlap(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.some((one) => b.some((other) => mayMeet(one, other)));
}

function mayMeet(a: string, b: string): boolean {
  const [x, y] = [fixedParts(a), fixedParts(b)];
  if (!x.wild && !y.wild) return x.head === y.head || x.head.startsWith(`${y.head}/`) || y.head.startsWith(`${x.head}/`);
  const heads = x.head.startsWith(y.head) || y.head.startsWith(x.head);
  return heads && (x.tail.endsWith(y.tail) || y.tail.endsWith(x.tail));
}

/** What of a glob holds literally: before the first wildcard and behind the last. */
function fixedParts(glob: string): { wild: boolean; head: string; tail: string } {
  const path = glob.replace(/^\.\//, '').replace(/\/$/, '/**');
  const first = path.search(/[*?[{(!+@]/);
  if (first < 0) return { wild: false, head: path, tail: path };
  return { wild: true, head: path.slice(0, first), tail: /[^*?\])}]*$/.exec(path)?.[0] ?? '' };
}
