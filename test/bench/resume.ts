/** How soon a plan goes on after its runner was killed: five thousand tasks, four thousand of them done and in the history. */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { CLI, median, report, repositoryOf, temporaryFolder, timed } from './measure.ts';

const TASKS = 5_000;
const DONE = 4_000;
const ROUNDS = 7;
/** Milliseconds that the first runner works before it is killed: what it keeps for others it keeps a moment after its first attempt began. */
const WORKS_MS = 3_000;

function planText(done: number): string {
  const tasks = Array.from(
    { length: TASKS },
    (_, id) => `- [${id < done ? 'x' : ' '}] Task ${id}\n\n  \`\`\`yaml\n  id: t${id}\n  run: sleep 600\n  \`\`\`\n`,
  );
  return `---\nstatus: running\n---\n\n# Bench\n\n${tasks.join('\n')}`;
}

/** The history as runs would have left it, by one fast-import: each commit with its box and its trailers. */
function importHistory(root: string): void {
  const commits: string[] = [];
  for (let id = 0; id < DONE; id += 1) {
    const message = `bench: Task ${id}\n\nPlan: bench\nPlan-Phase: tasks\nPlan-Task: t${id}\nPlan-Attempt: 1/3\nPlan-Agent: run\nPlan-Duration: 1s\n`;
    const work = `${id}\n`;
    const from = id === 0 ? 'from refs/heads/main^0\n' : '';
    // Nobody looks into a version of the file that a task's commit made; a whole one for each would take minutes to make.
    const plan = id === DONE - 1 ? planText(DONE) : `version ${id}\n`;
    const file = `M 100644 inline plans/bench.plan.md\ndata ${Buffer.byteLength(plan)}\n${plan}\n`;
    commits.push(
      `commit refs/heads/main\ncommitter Bench <bench@example.org> ${1_760_000_000 + id} +0000\ndata ${Buffer.byteLength(message)}\n${message}\n${from}M 100644 inline work/${id % 100}.txt\ndata ${work.length}\n${work}\n${file}`,
    );
  }
  execFileSync('git', ['fast-import', '--quiet'], { cwd: root, input: commits.join(''), maxBuffer: 2 ** 30 });
  execFileSync('git', ['reset', '-q', '--hard'], { cwd: root });
}

/** The runner that is at work. */
interface Runner {
  readonly child: ReturnType<typeof spawn>;
  readonly ended: Promise<unknown>;
}

/** From the start of the command to its first attempt, in milliseconds. The runner of the round before was killed in its own: that is mended too. */
async function firstAttempt(root: string): Promise<{ readonly ms: number; readonly runner: Runner }> {
  const start = performance.now();
  const child = spawn(process.execPath, [CLI, 'run', 'bench', '--yes', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"attempt-started"')) return { ms: performance.now() - start, runner: { child, ended } };
  }
  throw new Error('the run ended before its first attempt');
}

async function kill(root: string, { child, ended }: Runner): Promise<void> {
  child.kill('SIGKILL');
  await ended;
  // Five runners in a row that die at one task stop a plan; here they are one after another what one would be.
  const refs = execFileSync('git', ['for-each-ref', '--format=delete %(refname)', 'refs/plans'], { cwd: root, encoding: 'utf8' });
  execFileSync('git', ['update-ref', '--stdin'], { cwd: root, input: refs });
}

async function round(root: string, worksFor: number): Promise<number> {
  const { ms, runner } = await firstAttempt(root);
  await delay(worksFor);
  await kill(root, runner);
  return ms;
}

export async function benchResume(): Promise<void> {
  const root = repositoryOf(100, { 'plans/bench.plan.md': planText(0) });
  importHistory(root);
  const out = join(temporaryFolder(), 'log');
  const log = () =>
    timed(() => {
      const said = execFileSync('git', ['log', '--raw', '--no-renames', '--format=%H%n%B'], { cwd: root, maxBuffer: 2 ** 30 });
      writeFileSync(out, said);
    });
  await round(root, WORKS_MS);
  await log();
  for (const [what, before] of [
    ['', () => {}],
    [', the cache deleted', () => rmSync(join(root, '.plans'), { recursive: true, force: true })],
  ] as const) {
    const pairs: [number, number][] = [];
    for (let index = 0; index < ROUNDS; index += 1) {
      before();
      pairs.push([await round(root, 0), await log()]);
    }
    const [ours, yardstick] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
    const result = { ours, yardstick, ratio: median(pairs.map(([a, b]) => a / b)) };
    report(`going on after a kill, ${TASKS} tasks, ${DONE} done${what}`, result, 'git log of the history', 3);
  }
  const bare = await timed(() => execFileSync(process.execPath, ['-e', '0']));
  console.log(`${'  of which Node, doing nothing'.padEnd(58)} ${bare.toFixed(0).padStart(9)} ms`);
}

if (import.meta.main) await benchResume();
