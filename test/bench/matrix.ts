/** Many runners: how long the wave of 1,000 plans takes to be found, and three waves of 64 tasks in the rig, joined and compared with one machine. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openSystemGit } from '../../src/adapters/git/system.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { configOf } from '../../src/engine/ci/config.ts';
import { wavesOf } from '../../src/engine/ci/waves.ts';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { pushEvent, runDispatched, runWorkflow, type RigOptions } from '../support/actions/rig.ts';
import { githubServer } from '../support/github-server.ts';
import { Repository } from '../support/repository.ts';
import { compare, fixed, plansOf, report, repositoryOf } from './measure.ts';

const PLANS = 1_000;
const TASKS = 10;
const WAVES = 3;
const WIDTH = 64;
const ROOT = join(import.meta.dirname, '../..');

export async function benchMatrix(): Promise<void> {
  await benchPlan();
  await benchWaves();
}

/** In units of reading and checking the plans, which it cannot do without. */
async function benchPlan(): Promise<void> {
  const root = repositoryOf(0, plansOf(PLANS, TASKS));
  const git = await openSystemGit(root, process.env);
  try {
    const base = (await git.head()).commit ?? '';
    const { config, known } = await configOf(git, base);
    const request = { base, remote: 'origin', config, known, named: null, now: new Date() };
    let tasks = 0;
    const ours = async () => {
      tasks = (await wavesOf(git, request)).reduce((sum, wave) => sum + wave.tasks.length, 0);
    };
    const yardstick = async () => {
      for (const [path, blob] of await git.filesIn(base, 'plans')) {
        checkPlan(Buffer.from((await git.readBlob(blob)) ?? []).toString('utf8'), path, { known });
      }
    };
    const result = await compare(3, ours, yardstick);
    report(`ci plan: ${PLANS} plans of ${TASKS} tasks, a wave of ${tasks}`, result, 'reading and checking them', 2);
  } finally {
    await git.close();
  }
}

function task(wave: number, index: number): string {
  const after = wave === 0 ? '' : `  dependsOn: [w${wave - 1}-${index}]\n`;
  return `- [ ] Do ${wave}-${index}\n\n  \`\`\`yaml\n  id: w${wave}-${index}\n  run: echo ${wave} ${index} > ${wave}-${index}.txt\n${after}  \`\`\`\n`;
}

/** Each task waits for one of the wave before. */
function layered(): string {
  const tasks = Array.from({ length: WAVES }, (_, wave) => Array.from({ length: WIDTH }, (__, index) => task(wave, index))).flat();
  return `---\nstatus: ready\n---\n\n# Wide\n\n## All\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${tasks.join('\n')}`;
}

async function benchWaves(): Promise<void> {
  const repository = new Repository(
    repositoryOf(100, { 'plans.config.yaml': 'qa:\n  gates:\n    - name: check\n      run: test ! -e broken\n' }),
  );
  await repository.commit('plans', { 'plans/wide.plan.md': layered() });
  const start = repository.head();
  await using server = await githubServer(repository);
  const workflow = (name: string): string => join(ROOT, 'plans-example/.github/workflows', name);
  const joins: number[] = [];
  let last = performance.now();
  const options: RigOptions = {
    server,
    own: { matches: (uses) => uses === 'gitplans/plans', folder: ROOT },
    afterJob: ({ name }) => {
      const now = performance.now();
      if (name.startsWith('join')) joins.push(now - last);
      last = now;
    },
  };
  const begun = performance.now();
  const runs = [
    await runWorkflow(workflow('plans-matrix.yml'), pushEvent(server), options),
    ...(await runDispatched(workflow, options, WAVES + 2)),
  ];
  const seconds = (performance.now() - begun) / 1000;
  const failed = runs.find(({ result }) => result !== 'success');
  if (failed !== undefined) throw new Error(failed.log);
  const rate = joins.map((ms) => fixed((WIDTH * 1000) / ms)).join(', ');
  const workspace = await openWorkspace(repository.root);
  await runPlan(workspace, 'wide', { env: process.env, publish: () => {} }).finally(() => workspace.close());
  const [many, one] = [told(server.bare, 'plans/wide', start), told(repository.root, 'HEAD', start)];
  console.log(
    `${`${runs.length} waves of ${WIDTH} tasks in the rig`.padEnd(58)} ${fixed(seconds)} s; joined ${rate} tasks/s (a checkout included); ${many === one ? 'the same as one machine' : 'NOT THE SAME AS ONE MACHINE'}`,
  );
}

/** The tree, and each task's message but for times; what a task changes is in the tree. */
function told(folder: string, head: string, start: string): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const messages = git('log', '-z', '--format=%B', `${start}..${head}`).split('\0');
  const tasks = messages
    .filter((message) => message.includes('Plan-Attempt'))
    .map((message) => message.replaceAll(/^Plan-Duration: .*$/gm, ''));
  return [git('rev-parse', `${head}^{tree}`), ...tasks.toSorted()].join('\n');
}

if (import.meta.main) await benchMatrix();
