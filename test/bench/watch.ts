/** From a save to the event that tells of it, against bare `fs.watch`; and what watching costs while nothing happens. */
import { watch as fsWatch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watchWorkspace } from '../../src/engine/watcher.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { fixed, plansOf, repositoryOf, spread } from './measure.ts';

const SAVES = 100;
const IDLE_PLANS = 10_000;
const IDLE_MS = 60_000;
/** A whole event, parsed and compared; and so much of a processor while nothing happens. */
const LIMITS = { latencyMs: 100, idle: 0.01 } as const;

export async function benchWatch(): Promise<void> {
  for (const count of [10, 1_000]) {
    const plans = plansOf(count, 10);
    const root = repositoryOf(10, plans);
    const file = join(root, 'plans/plan-3.plan.md');
    const text = plans['plans/plan-3.plan.md'] ?? '';
    const save = (number: number): void => writeFileSync(file, text.replace('Task 3 ', `Task three as of ${number} `));
    const bare = await bareLatencies(join(root, 'plans'), save);
    const ours = await latencies(root, save);
    const [own, theirs] = [spread(ours), spread(bare)];
    const verdict = own.median <= LIMITS.latencyMs ? 'ok' : 'OVER';
    console.log(
      `${`a save to its event, ${count} plans, median / p99`.padEnd(58)} ${fixed(own.median)} / ${fixed(own.p99)} ms  fs.watch: ${fixed(theirs.median)} / ${fixed(theirs.p99)} ms  aim ≤ ${LIMITS.latencyMs} ms  ${verdict}`,
    );
  }
  await benchIdle();
}

async function benchIdle(): Promise<void> {
  const root = repositoryOf(10, plansOf(IDLE_PLANS, 3));
  const workspace = await openWorkspace(root);
  const watching = watchWorkspace(workspace, () => {});
  await watching.ready;
  // The looks that follow a beginning are not what is idle.
  await delay(5_000);
  const before = process.cpuUsage();
  await delay(IDLE_MS);
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1_000 / IDLE_MS;
  console.log(
    `${`watching ${IDLE_PLANS} plans in which nothing happens`.padEnd(58)} ${fixed(share * 100).padStart(9)} % of a processor  aim ≤ ${LIMITS.idle * 100} %  ${share <= LIMITS.idle ? 'ok' : 'OVER'}`,
  );
  await watching.close();
  await workspace.close();
}

async function latencies(root: string, save: (number: number) => void): Promise<readonly number[]> {
  const workspace = await openWorkspace(root);
  let heard: (() => void) | undefined;
  const watching = watchWorkspace(workspace, ({ event }) => {
    if (event.type === 'plans-changed') heard?.();
  });
  await watching.ready;
  const found = await rounds(save, (hear) => (heard = hear));
  await watching.close();
  await workspace.close();
  return found;
}

async function bareLatencies(folder: string, save: (number: number) => void): Promise<readonly number[]> {
  let heard: (() => void) | undefined;
  const watcher = fsWatch(folder, () => heard?.());
  const found = await rounds(save, (hear) => (heard = hear));
  watcher.close();
  return found;
}

/** Milliseconds from each save to what is heard of it. */
async function rounds(save: (number: number) => void, listen: (heard: () => void) => void): Promise<readonly number[]> {
  const found: number[] = [];
  for (let number = 0; number < SAVES; number += 1) {
    const heard = new Promise<void>((resolve) => listen(resolve));
    const start = performance.now();
    save(number);
    await heard;
    found.push(performance.now() - start);
    await delay(30);
  }
  return found;
}

if (import.meta.main) await benchWatch();
