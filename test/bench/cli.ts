/** How long commands take from the shell, against `node -e 0`. Needs a build (`npm run build`). */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, compare, fixed, node, peakMib, plansOf, report, repositoryOf } from './measure.ts';

const ROUNDS = 11;
const MAX_MIB = 120;

/** What every command is measured against: Node, doing nothing. */
const bare = (cwd: string) => () => node(['-e', '0'], cwd);

export async function benchCli(): Promise<void> {
  const small = repositoryOf(20, plansOf(100, 10));
  const large = repositoryOf(100, plansOf(300, 34));
  report('plans --version', await compare(ROUNDS, () => node([CLI, '--version'], small), bare(small)), 'node -e 0', 1.5);
  report('plans status, 100 unchanged plans', await compare(ROUNDS, () => node([CLI, 'status'], small), bare(small)), 'node -e 0', 3);
  for (const command of [['list'], ['next']]) {
    report(
      `plans ${command.join(' ')}, 300 plans, 10,200 tasks`,
      await compare(ROUNDS, () => node([CLI, ...command], large), bare(large)),
      'node -e 0',
      6,
    );
  }
  let ready = true;
  const mark = () => {
    ready = !ready;
    node([CLI, ready ? 'ready' : 'draft', 'plan-7'], large);
  };
  report('plans ready / draft, 300 plans, 10,200 tasks', await compare(ROUNDS, mark, bare(large)), 'node -e 0', 6);
  for (const command of [['list'], ['next'], ['ready', 'plan-7']]) {
    const peak = peakMib(command, large);
    console.log(
      `${`plans ${command.join(' ')}, peak memory`.padEnd(58)} ${fixed(peak).padStart(9)} MiB  aim ≤ ${MAX_MIB} MiB  ${peak <= MAX_MIB ? 'ok' : 'OVER'}`,
    );
  }
  rmSync(join(large, '.plans'), { recursive: true });
  console.log(
    `${'plans list with no cache, 300 plans, 10,200 tasks'.padEnd(58)} ${fixed(await once(() => node([CLI, 'list'], large))).padStart(9)} ms`,
  );
  const huge = repositoryOf(10, { 'plans/huge.plan.md': Object.values(plansOf(1, 20_000))[0] ?? '' });
  for (const what of ['cold', 'warm']) {
    console.log(
      `${`plans next, one plan of 20,000 tasks, ${what}`.padEnd(58)} ${fixed(await once(() => node([CLI, 'next', '--json'], huge))).padStart(9)} ms`,
    );
  }
  writeFileSync(
    join(huge, 'plans/huge.plan.md'),
    readFileSync(join(huge, 'plans/huge.plan.md'), 'utf8').replace('- [ ] Task 9 ', '- [x] Task 9 '),
  );
  console.log(
    `${'plans status after one edit, one plan of 20,000 tasks'.padEnd(58)} ${fixed(await once(() => node([CLI, 'status'], huge))).padStart(9)} ms`,
  );
}

async function once(work: () => void): Promise<number> {
  const start = performance.now();
  work();
  return performance.now() - start;
}

if (import.meta.main) await benchCli();
