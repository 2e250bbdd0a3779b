/**
 * Parallel phases: the makespan of random graphs against the least that any schedule can take, and what a task costs beyond its work.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { fixed, median, report, repositoryOf, temporaryFolder, timed } from './measure.ts';

const ROUNDS = 3;
/** A makespan is mostly sleep, which no other load on the machine makes longer. */
const MAKESPAN_ROUNDS = 1;
const MAKE = 'make';
/** Milliseconds a task sleeps: far shorter than any agent takes, and yet long against the 33 ms (two looks and a commit by git) that follow each. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 4_000;
const SEEDS: Readonly<Record<number, number>> = { 30: 7, 100: 11 };
const COST_TASKS = 40;

interface Node {
  readonly id: number;
  readonly ms: number;
  readonly after: readonly number[];
}

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each task waits for up to three of the ten before it. */
function graph(count: number): readonly Node[] {
  const next = random(SEEDS[count] ?? 1);
  return Array.from({ length: count }, (_, id) => {
    const ms = Math.round((SHORTEST_MS + next() * (LONGEST_MS - SHORTEST_MS)) / 100) * 100;
    const after = new Set(
      Array.from({ length: Math.floor(next() * 4) }, () => id - 1 - Math.floor(next() * 10)).filter((other) => other >= 0),
    );
    return { id, ms, after: [...after] };
  });
}

/** The longest chain, and the work shared out evenly: no schedule is shorter than either. */
function leastMs(nodes: readonly Node[], workers: number): number {
  const ends: number[] = [];
  for (const { id, ms, after } of nodes) ends[id] = ms + Math.max(0, ...after.map((other) => ends[other] ?? 0));
  return Math.max(...ends, nodes.reduce((sum, { ms }) => sum + ms, 0) / workers);
}

/** Everything that may start starts together, and the next wave when all of it is done. */
function wavesMs(nodes: readonly Node[], workers: number): number {
  const done = new Set<number>();
  let total = 0;
  while (done.size < nodes.length) {
    const wave = nodes.filter(({ id, after }) => !done.has(id) && after.every((other) => done.has(other))).slice(0, workers);
    total += Math.max(...wave.map(({ ms }) => ms));
    for (const { id } of wave) done.add(id);
  }
  return total;
}

function planOf(nodes: readonly Node[], workers: number, known: boolean): string {
  const tasks = nodes.map(({ id, ms, after }) => {
    const lines = [`id: t${id}`, `run: sleep ${ms / 1000}`, 'allowNoChanges: true'];
    if (after.length > 0) lines.push(`dependsOn: [${after.map((other) => `t${other}`).join(', ')}]`);
    // Estimates are whole seconds: only their ratio counts.
    if (known) lines.push(`estimate: ${Math.round(ms / 100)}s`);
    return `- [ ] Task ${id}\n\n  \`\`\`yaml\n${lines.map((line) => `  ${line}\n`).join('')}  \`\`\`\n`;
  });
  return `---\nstatus: ready\n---\n\n# Bench\n\n## P\n\n\`\`\`yaml\nexecutionMode: parallel\nmaxConcurrency: ${workers}\n\`\`\`\n\n${tasks.join('\n')}`;
}

interface Taken {
  /** Milliseconds from the first start to the last commit. */
  readonly ms: number;
  /** Milliseconds before the first start, in which a first run makes its worktrees. */
  readonly beforeMs: number;
}

async function run(root: string): Promise<Taken> {
  const workspace = await openWorkspace(root);
  const begin = performance.now();
  let [first, last] = [0, 0];
  try {
    const { end } = await runPlan(workspace, 'bench', {
      env: process.env,
      publish: ({ event }) => {
        if (event.type === 'attempt-started' && first === 0) first = performance.now();
        if (event.type === 'task-completed') last = performance.now();
      },
    });
    if (end.type !== 'completed') throw new Error(`the run ended as ${JSON.stringify(end)}`);
  } finally {
    await workspace.close();
  }
  const root0 = execFileSync('git', ['rev-list', '--max-parents=0', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  execFileSync('git', ['reset', '-q', '--hard', root0], { cwd: root });
  return { ms: last - first, beforeMs: first - begin };
}

/** The same graph by make; null where there is none. */
async function make(nodes: readonly Node[], workers: number): Promise<number | null> {
  if (spawnSync(MAKE, ['--version']).status !== 0) return null;
  const folder = temporaryFolder();
  const rules = nodes.map(({ id, ms, after }) => `t${id}: ${after.map((other) => `t${other}`).join(' ')}\n\t@sleep ${ms / 1000}\n`);
  writeFileSync(join(folder, 'Makefile'), `all: ${nodes.map(({ id }) => `t${id}`).join(' ')}\n${rules.join('')}`);
  return timed(() => spawnSync(MAKE, ['-s', `-j${workers}`, 'all'], { cwd: folder }));
}

/** A pool of as many worktrees as the plan may use: so many tasks at once, one after the other, nothing to wait for. */
async function fillPool(root: string, workers: number): Promise<void> {
  const nodes = Array.from({ length: workers }, (_, id) => ({ id, ms: 10, after: [] }));
  const text = planOf(nodes, workers, false);
  writeFileSync(join(root, 'plans/bench.plan.md'), text);
  execFileSync('git', ['commit', '-qam', 'pool'], { cwd: root });
  await run(root);
}

async function makespan(count: number, workers: number, known: boolean, aim: number): Promise<void> {
  const nodes = graph(count);
  const least = leastMs(nodes, workers);
  const most = Math.min(workers, count);
  const root = repositoryOf(100, { 'plans/bench.plan.md': planOf(nodes, most, known) });
  await fillPool(root, Math.min(most, 24));
  const times: number[] = [];
  for (let round = 0; round < MAKESPAN_ROUNDS; round += 1) times.push((await run(root)).ms);
  const ours = median(times);
  const name = `makespan, ${count} tasks, ${workers < count ? `${workers} workers, durations ${known ? 'known' : 'unknown'}` : 'no limit'}`;
  report(name, { ours, yardstick: least, ratio: ours / least }, 'the least possible', aim);
  const made = await make(nodes, most);
  const others = [
    ...(made === null ? [] : [`make -j ${fixed(made / least)}`]),
    `in waves, without any overhead, ${fixed(wavesMs(nodes, workers) / least)}`,
  ];
  console.log(`${''.padEnd(58)} ${others.join(', ')}`);
}

/** One task after the other in one worktree, so that all it costs shows. */
async function cost(files: number): Promise<void> {
  const nodes = Array.from({ length: COST_TASKS }, (_, id) => ({ id, ms: 0, after: id === 0 ? [] : [id - 1] }));
  const plan = planOf(nodes, 4, false)
    .replaceAll(/run: sleep \d+/g, 'run: date +%N >> work.txt')
    .replaceAll('  allowNoChanges: true\n', '');
  const root = repositoryOf(files, { 'plans/bench.plan.md': plan });
  const bare = repositoryOf(files, { 'plans/bench.plan.md': plan });
  const { beforeMs: firstUse } = await run(root);
  const tree = join(temporaryFolder(), 'tree');
  execFileSync('git', ['worktree', 'add', '-q', '--detach', tree], { cwd: bare });
  const [ours, yardstick, ratios, before]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { ms, beforeMs } = await run(root);
    before.push(beforeMs);
    const a = ms / COST_TASKS;
    const b =
      (await timed(() => {
        for (let index = 0; index < COST_TASKS; index += 1) {
          execFileSync('git', ['reset', '-q', '--hard', 'main'], { cwd: tree });
          writeFileSync(join(bare, 'work.txt'), `${round} ${index}\n`);
          execFileSync('git', ['add', 'work.txt'], { cwd: bare });
          execFileSync('git', ['commit', '-q', '-m', `Task ${index}`], { cwd: bare, stdio: 'ignore' });
        }
      })) / COST_TASKS;
    ours.push(a);
    yardstick.push(b);
    ratios.push(a / b);
  }
  const result = { ours: median(ours), yardstick: median(yardstick), ratio: median(ratios) };
  report(`a parallel task, ${files} files`, result, 'reset of a worktree + commit', 2);
  console.log(`${'  the pool’s first use'.padEnd(58)} ${fixed(firstUse - median(before)).padStart(9)} ms`);
}

export async function benchParallel(): Promise<void> {
  await makespan(30, 1_000, true, 1.02);
  await makespan(100, 1_000, true, 1.02);
  await makespan(30, 4, true, 1.05);
  await makespan(30, 4, false, 1.1);
  for (const files of [100, 20_000]) await cost(files);
}

if (import.meta.main) await benchParallel();
