/** A wave without the workflow around it: what machines hand on, well-meant or not, and what becomes of it when it is joined. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redactionOf } from '../../../src/core/redact.ts';
import { joinWave, type Joined } from '../../../src/engine/ci/join.ts';
import { workOn } from '../../../src/engine/ci/work.ts';
import { createRepository, Repository } from '../../support/repository.ts';
import { trailer } from '../../support/rig.ts';
import { plan } from '../../actions/support.ts';

const NOW = new Date('2030-01-01T12:00:00Z');

interface Wave extends AsyncDisposable {
  /** What every machine clones. */
  readonly origin: Repository;
  /** Does a task on a machine of its own; `tamper` changes what it hands on, which is `refs/plans/work` there. */
  work(task: string, tamper?: (machine: Repository, work: string) => Promise<string> | string): Promise<void>;
  /** Joins what was handed on and brings the branch to the origin, as publishing does. */
  join(): Promise<Joined>;
  log(): string[];
  message(subject: string): string;
  plan(): string;
}

const request = (into: string) => ({
  planId: 'tips',
  base: 'main',
  remote: 'origin',
  folder: into,
  env: process.env,
  agentEnv: process.env,
  now: NOW,
  publish: () => {},
  control: () => {},
});

async function wave(tasks: Parameters<typeof plan>[0], files: Readonly<Record<string, string>> = {}, gate = 'true'): Promise<Wave> {
  const origin = await createRepository({ 'README.md': 'hello\n', ...files });
  await origin.commit('plans', {
    'plans.config.yaml': `qa:\n  gates:\n    - name: check\n      run: ${JSON.stringify(gate)}\n`,
    'plans/tips.plan.md': plan(tasks, 'ready', 'executionMode: parallel'),
  });
  const folder = join(origin.root, '.git/machines');
  let machines = 0;
  let start = origin.head();
  const machine = (): Repository => {
    const root = join(folder, String((machines += 1)));
    mkdirSync(folder, { recursive: true });
    origin.git('clone', '--quiet', '--no-hardlinks', origin.root, root);
    const made = new Repository(root);
    made.git('checkout', '--quiet', '--detach', start);
    return made;
  };
  let handed = join(folder, 'handed-1');
  return {
    origin,
    work: async (task, tamper) => {
      const here = machine();
      const into = join(handed, task);
      await workOn(here.root, { ...request(into), task });
      if (tamper === undefined) return;
      const head = await tamper(here, here.git('rev-parse', 'refs/plans/work').trim());
      here.git('update-ref', 'refs/plans/work', head);
      here.git('bundle', 'create', '--quiet', join(into, 'work.bundle'), 'refs/plans/work', `^${start}`);
    },
    join: async () => {
      const here = machine();
      const joined = await joinWave(here.root, {
        ...request(join(folder, `joined-${machines}`)),
        from: handed,
        redaction: redactionOf([]),
      });
      expect(here.status()).toEqual([]);
      expect(joined.bundle === null || existsSync(joined.bundle)).toBe(true);
      here.git('push', '--quiet', 'origin', 'HEAD:refs/heads/plans/tips');
      start = here.head();
      handed = join(folder, `handed-${machines}`);
      return joined;
    },
    log: () => origin.git('log', '--reverse', '--format=%s', 'main..plans/tips').trim().split('\n').filter(Boolean),
    message: (subject) => origin.git('log', '-1', '--format=%B', '--fixed-strings', `--grep=${subject}`, 'plans/tips'),
    plan: () => origin.git('show', 'plans/tips:plans/tips.plan.md'),
    [Symbol.asyncDispose]: () => origin.dispose(),
  };
}

test('two that do not go together: the second is done again on top of the first, and told why', async () => {
  await using it = await wave(
    [
      ['a', 'echo a >> list.txt'],
      ['b', 'echo b >> list.txt'],
    ],
    { 'list.txt': 'first\n' },
  );
  await it.work('a');
  await it.work('b');
  await it.join();
  expect(it.log()).toEqual(['tips: started', 'tips: Do a', 'tips: to be tried again: Do b']);
  expect(it.message('to be tried again')).toContain('conflict: What landed meanwhile and this attempt both changed "list.txt".');
  expect(it.plan()).toMatch(/status: running[\s\S]*attempts: 1/);
  await it.work('b');
  await it.join();
  expect(it.origin.git('show', 'plans/tips:list.txt')).toBe('first\na\nb\n');
  expect(trailer(it.message('tips: Do b'), 'Plan-Attempt')).toBe('2/3');
  expect(it.plan()).toMatch(/^status: completed$/m);
});

test('gates that fail on the joined tree keep the task out, as often as it may be tried; then the plan waits for a person', async () => {
  await using it = await wave(
    [
      ['a', 'echo a > a.txt'],
      ['b', 'echo b > b.txt', 'maxAttempts: 1'],
    ],
    {},
    'test $(ls *.txt 2>/dev/null | wc -l) -lt 2',
  );
  await it.work('a');
  await it.work('b');
  const { summary } = await it.join();
  expect(summary?.end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'b' });
  expect(it.log()).toEqual(['tips: started', 'tips: Do a', 'tips: failed: Do b', 'tips: paused: task failed']);
  expect(trailer(it.message('tips: failed: Do b'), 'Plan-Outcomes')).toBe('gate_failed=check');
  expect(it.origin.git('ls-tree', '--name-only', 'plans/tips')).not.toContain('b.txt');
});

test('a task that fails on its machine is failed on the branch, with all its tries', async () => {
  await using it = await wave([
    ['a', 'echo a > a.txt; exit 1', 'maxAttempts: 2'],
    ['b', 'echo b > b.txt'],
  ]);
  await it.work('a');
  await it.work('b');
  await it.join();
  expect(it.log()).toEqual(['tips: started', 'tips: failed: Do a', 'tips: Do b', 'tips: paused: task failed']);
  expect(trailer(it.message('tips: failed: Do a'), 'Plan-Outcomes')).toBe('agent_failed agent_failed');
  expect(it.plan()).toContain('attempts: 2');
});

const TASKS = [
  ['a', 'echo a > a.txt'],
  ['b', 'echo b > b.txt'],
] as const;

test.each<[what: string, tamper: (machine: Repository, work: string) => Promise<string>, told: RegExp]>([
  [
    'an extra commit',
    async (machine, work) => (machine.git('checkout', '--quiet', work), machine.commit('more', { 'more.txt': 'x\n' })),
    /was not to be done|stand/,
  ],
  [
    'a commit below it',
    async (machine, work) => {
      const message = machine.git('log', '-1', '--format=%B', work);
      machine.git('checkout', '--quiet', `${work}^`);
      await machine.commit('below', { 'below.txt': 'x\n' });
      return machine.commit(message, { 'a.txt': 'a\n' });
    },
    /does not stand on/,
  ],
  ['a workflow', (machine, work) => amended(machine, work, { '.github/workflows/x.yml': 'on: push\n' }), /where workflows stand/],
  ['the plan', (machine, work) => amended(machine, work, { 'plans/tips.plan.md': 'mine\n' }), /changes the plan itself/],
  ['the config', (machine, work) => amended(machine, work, { 'plans.config.yaml': 'qa: {}\n' }), /the config/],
  [
    'another task’s name',
    async (machine, work) => {
      const message = machine.git('log', '-1', '--format=%B', work).replace('Plan-Task: a', 'Plan-Task: zz');
      machine.git('checkout', '--quiet', work);
      machine.git('commit', '--quiet', '--amend', '--no-verify', '-m', message);
      return machine.head();
    },
    /"zz", which was not to be done/,
  ],
])('a bundle that carries %s is not joined, and the others are', async (_, tamper, told) => {
  await using it = await wave(TASKS.map(([id, run]) => [id, run]));
  await it.work('a', tamper);
  await it.work('b');
  const { refused } = await it.join();
  expect(refused.join('\n')).toMatch(told);
  expect(it.log()).toContain('tips: Do b');
  expect(it.log()).not.toContain('tips: Do a');
  expect(it.plan()).toMatch(/^status: running$/m);
  expect(it.origin.git('ls-tree', '-r', '--name-only', 'plans/tips')).not.toMatch(/\.github|below|more\.txt/);
});

async function amended(machine: Repository, work: string, files: Readonly<Record<string, string>>): Promise<string> {
  machine.git('checkout', '--quiet', work);
  await machine.write(files);
  machine.git('add', '--all');
  machine.git('commit', '--quiet', '--amend', '--no-verify', '--no-edit');
  return machine.head();
}

test('a second bundle of a task, a file that is no bundle, and a folder without one', async () => {
  await using it = await wave(TASKS.map(([id, run]) => [id, run]));
  await it.work('a');
  await it.work(
    'b',
    (machine) => machine.git('rev-parse', 'HEAD').trim() && machine.git('commit-tree', '-p', 'HEAD~2', '-m', 'no', 'HEAD^{tree}').trim(),
  );
  const { refused, lost } = await it.join();
  expect(refused.join('\n')).toContain('it is of no task');
  expect(lost).toEqual(['b']);
});

test('a plan that waits for a person says so when its wave is joined', async () => {
  await using it = await wave([
    ['a', 'echo a > a.txt'],
    ['b', 'true', 'assignee: human', 'dependsOn: [a]'],
  ]);
  await it.work('a');
  const { summary } = await it.join();
  expect(summary?.end).toMatchObject({ type: 'paused', reason: 'human_task', task: 'b' });
  expect(it.plan()).toMatch(/^status: paused$/m);
});

test('a plan that begins with a person’s word says so too, with nothing to join', async () => {
  await using it = await wave([['b', 'true', 'assignee: human']]);
  const { summary, lost } = await it.join();
  expect(summary?.end).toMatchObject({ type: 'paused', reason: 'human_task', task: 'b' });
  expect(lost).toEqual([]);
  expect(it.log()).toEqual(['tips: started', 'tips: paused: human task']);
});

test('what was done elsewhere meanwhile: the wave begins where its commit is, and a task that is done is none of it', async () => {
  await using it = await wave(TASKS.map(([id, run]) => [id, run]));
  await it.work('a');
  await it.join();
  await expect(it.work('a')).rejects.toThrow('The task "a" of "tips" cannot be done');
});
