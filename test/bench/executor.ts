/** What the executor adds to a task that runs `true`: per task, against the least it can be. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { report, repositoryOf, temporaryFolder, timed, median } from './measure.ts';

const TASKS = 40;
const ROUNDS = 5;

const plan = (count: number) =>
  `---\nstatus: ready\n---\n\n# Bench\n\n${Array.from({ length: count }, (_, index) => `- [ ] Task ${index}\n\n  \`\`\`yaml\n  id: t${index}\n  run: "true"\n  allowNoChanges: true\n  \`\`\`\n`).join('\n')}`;

function done(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => child.on('error', reject).on('close', () => resolve()));
}

/** Spawns `true`, rewrites the plan file, commits to SQLite and to git: nothing that a task could do without. */
async function least(root: string, database: DatabaseSync, index: number): Promise<void> {
  await done(spawn('sh', ['-c', 'true'], { stdio: 'ignore' }));
  const file = join(root, 'plans/bench.plan.md');
  writeFileSync(file, readFileSync(file, 'utf8').replace('- [ ]', '- [x]'));
  database.prepare('insert into done values (?)').run(index);
  const git = spawn('git', ['commit', '-q', '-F', '-', '--only', '--', 'plans/bench.plan.md'], {
    cwd: root,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  git.stdin?.on('error', () => {}).end(`bench: Task ${index}\n`);
  await done(git);
}

export async function benchExecutor(): Promise<void> {
  for (const files of [100, 20_000]) {
    const ours = repositoryOf(files, { 'plans/bench.plan.md': plan(TASKS) });
    const bare = repositoryOf(files, { 'plans/bench.plan.md': plan(TASKS) });
    const database = new DatabaseSync(join(temporaryFolder(), 'bench.db'));
    database.exec('pragma journal_mode = wal; pragma synchronous = normal; create table done (task integer)');
    const [a, b, ratios]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const x = await oneRun(ours);
      const y =
        (await timed(async () => {
          for (let index = 0; index < TASKS; index += 1) await least(bare, database, index);
        })) / TASKS;
      reset(bare);
      if (round === 0) continue;
      a.push(x);
      b.push(y);
      ratios.push(x / y);
    }
    report(
      `a task that runs true, ${files} files`,
      { ours: median(a), yardstick: median(b), ratio: median(ratios) },
      'the least it can be',
      1.5,
    );
  }
}

/** Milliseconds per task, from the first task's start to the last one's commit. */
async function oneRun(root: string): Promise<number> {
  const workspace = await openWorkspace(root);
  let [first, last] = [0, 0];
  try {
    await runPlan(workspace, 'bench', {
      env: process.env,
      publish: ({ event }) => {
        if (event.type === 'task-started' && first === 0) first = performance.now();
        if (event.type === 'task-completed') last = performance.now();
      },
    });
  } finally {
    await workspace.close();
  }
  reset(root);
  return (last - first) / TASKS;
}

function reset(root: string): void {
  const first = execFileSync('git', ['rev-list', '--max-parents=0', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  execFileSync('git', ['reset', '-q', '--hard', first], { cwd: root });
}

if (import.meta.main) await benchExecutor();
