/** The shipped workflow that carries plans out with many machines, executed as GitHub would over all of its waves. */
import { expect, test } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { pushEvent, runDispatched, runWorkflow, type RigOptions, type WorkflowRun } from '../support/actions/rig.ts';
import { githubServer, type GitHubServer } from '../support/github-server.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { CONFIG, options, plan, workflow } from './support.ts';

const TOGETHER = 'executionMode: parallel';
/** Dozens of processes, one after another: on a machine that is busy they take their time. */
const TIMEOUT_MS = 300_000;

interface World extends AsyncDisposable {
  readonly server: GitHubServer;
  readonly repository: Repository;
  /** The first wave and all that follow. */
  run(more?: Partial<RigOptions>): Promise<readonly WorkflowRun[]>;
  /** Subjects on the plan's branch, oldest first. */
  log(): string[];
  show(path: string): string;
}

async function world(files: Readonly<Record<string, string>>): Promise<World> {
  const repository = await createRepository({ 'README.md': 'hello\n', 'plans.config.yaml': CONFIG });
  await repository.commit('plans', files);
  const server = await githubServer(repository);
  return {
    server,
    repository,
    run: async (more = {}) => {
      const first = await runWorkflow(workflow('plans-matrix.yml'), pushEvent(server), options(server, more));
      return [first, ...(await runDispatched(workflow, options(server, more), 12))];
    },
    log: () => server.git('log', '--reverse', '--format=%s', 'main..plans/tips').trim().split('\n'),
    show: (path) => server.git('show', `plans/tips:${path}`),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await repository.dispose();
    },
  };
}

const logs = (runs: readonly WorkflowRun[]) => runs.map(({ log }) => log).join('\n');
const ended = (runs: readonly WorkflowRun[]) => runs.map(({ jobs }) => jobs.map(({ name, result }) => `${name.split(' ')[0]}: ${result}`));

/** Each task's commit: its words, its trailers but for times, and what it changes. Which box was ticked before another is chance on one machine. */
function commitsOf(git: (...args: string[]) => string, range: string): string[] {
  return git('log', '--reverse', '--format=%H', range)
    .trim()
    .split('\n')
    .map((commit) => {
      const message = git('log', '-1', '--format=%B', commit).replaceAll(/^Plan-Duration: .*$/gm, 'Plan-Duration:');
      return `${message}${git('show', '--format=', '-p', commit, '--', '.', ':!plans')}`;
    })
    .filter((text) => text.includes('Plan-Attempt'));
}

/** Two waves: two tasks, then two that wait for them, of which one needs a second try. */
const WAVES = plan(
  [
    ['a', 'echo a > a.txt'],
    ['b', 'echo b > b.txt'],
    ['c', 'cat a.txt > c.txt', 'dependsOn: [a]'],
    ['d', 'cat a.txt b.txt > d.txt; test -e tried || { touch tried; exit 1; }', 'dependsOn: [a, b]'],
  ],
  'ready',
  TOGETHER,
);

test(
  'over several waves it comes to what one machine does: the same tree, the same commits but for times',
  { timeout: TIMEOUT_MS },
  async () => {
    await using it = await world({ 'plans/tips.plan.md': WAVES, '.gitignore': 'tried\n' });
    const runs = await it.run();
    expect(
      runs.map(({ result }) => result),
      logs(runs),
    ).toEqual(['success', 'success']);
    expect(it.server.refusals).toEqual([]);
    expect(ended(runs)[0]).toEqual([
      'plan: success',
      'task: success',
      'task: success',
      'join: success',
      'publish: success',
      'next: success',
    ]);
    expect(it.log()).toEqual(['tips: started', ...['a', 'b', 'c', 'd'].map((id) => `tips: Do ${id}`)]);
    expect(it.server.state.pulls).toHaveLength(1);
    expect(it.server.state.pulls[0]?.body).toContain('4 of 4 tasks');

    const workspace = await openWorkspace(it.repository.root);
    try {
      const summary = await runPlan(workspace, 'tips', { env: process.env, publish: () => {} });
      expect(summary.end.type).toBe('completed');
    } finally {
      await workspace.close();
    }
    const alone = (...args: string[]) => it.repository.git(...args);
    expect(it.server.git('rev-parse', 'plans/tips^{tree}')).toBe(alone('rev-parse', 'HEAD^{tree}'));
    const [many, one] = [
      commitsOf((...args) => it.server.git(...args), 'main..plans/tips'),
      commitsOf(alone, `${it.server.state.branch('main')}..HEAD`),
    ];
    expect(many.toSorted()).toEqual(one.toSorted());
    expect(many.join()).toContain('Plan-Outcomes: agent_failed');
  },
);

test('a lost machine is a task that is pending as it was; the next wave does it', { timeout: TIMEOUT_MS }, async () => {
  const two = plan(
    [
      ['a', 'echo a > a.txt'],
      ['b', 'echo b > b.txt'],
    ],
    'ready',
    TOGETHER,
  );
  await using it = await world({ 'plans/tips.plan.md': two });
  let lost = 0;
  const runs = await it.run({
    isLost: ({ matrix, step }) => step === 'Hand the work on' && (matrix as { task?: string } | null)?.task === 'a' && (lost += 1) === 1,
  });
  expect(runs, logs(runs)).toHaveLength(2);
  expect(runs[0]?.jobs.find(({ name }) => name.startsWith('join'))?.summary).toContain('Nothing has come of `a`: pending again.');
  expect(it.log()).toEqual(['tips: started', 'tips: Do b', 'tips: Do a']);
  expect(it.show('plans/tips.plan.md')).not.toContain('attempts');
});

test('a wave of which nothing comes is the last: nothing goes on for ever', { timeout: TIMEOUT_MS }, async () => {
  await using it = await world({ 'plans/tips.plan.md': WAVES });
  const runs = await it.run({ isLost: ({ job }) => job === 'task' });
  expect(runs).toHaveLength(1);
  expect(runs[0]?.log).toContain('This was the last wave.');
  expect(it.server.state.branch('plans/tips')).toBeNull();
});

test('where the config says so it is pushed straight to the base, once the last wave is joined', { timeout: TIMEOUT_MS }, async () => {
  const chain = plan(
    [
      ['a', 'echo a > a.txt'],
      ['b', 'cat a.txt > b.txt', 'dependsOn: [a]'],
    ],
    'ready',
    TOGETHER,
  );
  await using it = await world({ 'plans/tips.plan.md': chain, 'plans.config.yaml': `${CONFIG}ci:\n  publish: push\n` });
  const before = it.server.state.branch('main') ?? '';
  const runs = await it.run();
  expect(runs, logs(runs)).toHaveLength(2);
  expect(it.server.git('log', '--reverse', '--format=%s', `${before}..main`).trim().split('\n')).toEqual([
    'tips: started',
    'tips: Do a',
    'tips: Do b',
  ]);
  expect(it.server.git('show', 'main:plans/tips.plan.md')).toMatch(/^status: completed$/m);
  expect(it.server.state.pulls).toEqual([]);
});

test(
  'a branch that somebody has moved meanwhile is left as it is, and the next wave goes on from there',
  { timeout: TIMEOUT_MS },
  async () => {
    const chain = plan(
      [
        ['a', 'echo a > a.txt'],
        ['b', 'echo b > b.txt', 'dependsOn: [a]'],
      ],
      'ready',
      TOGETHER,
    );
    await using it = await world({ 'plans/tips.plan.md': chain });
    let joins = 0;
    const runs = await it.run({
      afterJob: async ({ name }) => {
        if (!name.startsWith('join') || (joins += 1) !== 2) return;
        it.repository.git('fetch', '--quiet', it.server.bare, 'plans/tips');
        it.repository.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
        await it.repository.commit('by a person', { 'note.txt': 'mind the gap\n' });
        it.repository.git('push', '--quiet', it.server.bare, 'HEAD:refs/heads/plans/tips');
      },
    });
    expect(
      runs.map(({ result }) => result),
      logs(runs),
    ).toEqual(['success', 'failure', 'success']);
    expect(runs[1]?.log).toContain('has moved to');
    expect(it.log()).toEqual(['tips: started', 'tips: Do a', 'by a person', 'tips: Do b']);
  },
);
