/** How soon a plan goes on after its runner was killed: five thousand tasks, four thousand of them done and in the history. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compare, report, repositoryOf, temporaryFolder, timed } from './measure.ts';

const CLI = join(fileURLToPath(import.meta.url), '../../../dist/cli.js');
const TASKS = 5_000;
const DONE = 4_000;
const ROUNDS = 5;

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

/** From the start of the command to its first attempt. The runner of the round before was killed in its own: that has to be mended too. */
async function firstAttempt(root: string): Promise<void> {
  const child = spawn(process.execPath, [CLI, 'run', 'bench', '--yes', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"attempt-started"')) continue;
    break;
  }
  killed.push({ child, ended });
}

const killed: { child: ReturnType<typeof spawn>; ended: Promise<unknown> }[] = [];

async function end(): Promise<void> {
  for (const { child, ended } of killed.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
}

export async function benchResume(): Promise<void> {
  const root = repositoryOf(100, { 'plans/bench.plan.md': planText(0) });
  importHistory(root);
  const out = join(temporaryFolder(), 'log');
  const result = await compare(
    ROUNDS,
    () => firstAttempt(root),
    async () => {
      await end();
      const log = execFileSync('git', ['log', '--raw', '--no-renames', '--format=%H%n%B'], { cwd: root, maxBuffer: 2 ** 30 });
      writeFileSync(out, log);
    },
  );
  await end();
  report(`going on after a kill, ${TASKS} tasks, ${DONE} done`, result, 'git log of the history', 3);
  console.log(
    `${'  of which Node, doing nothing'.padEnd(58)} ${(await timed(() => execFileSync(process.execPath, ['-e', '0']))).toFixed(0).padStart(9)} ms`,
  );
}

if (import.meta.main) await benchResume();
