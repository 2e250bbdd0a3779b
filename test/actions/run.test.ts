/** The shipped workflow that carries plans out, executed as GitHub would. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pushEvent, runDispatched, runWorkflow, type RigOptions, type WorkflowRun } from '../support/actions/rig.ts';
import { githubServer, type GitHubServer } from '../support/github-server.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { CONFIG, options, plan, workflow } from './support.ts';

interface World extends AsyncDisposable {
  readonly server: GitHubServer;
  readonly repository: Repository;
  run(more?: Partial<RigOptions>): Promise<WorkflowRun>;
  /** Commits to a branch of the server as a person would. */
  commit(branch: string, files: Readonly<Record<string, string | null>>): Promise<string>;
  show(path: string, branch?: string): string;
}

async function world(files: Readonly<Record<string, string>>): Promise<World> {
  const repository = await createRepository({ 'README.md': 'hello\n', 'plans.config.yaml': CONFIG });
  await repository.commit('plans', files);
  const server = await githubServer(repository);
  repository.git('remote', 'add', 'origin', server.bare);
  return {
    server,
    repository,
    run: (more = {}) => runWorkflow(workflow('plans-run.yml'), pushEvent(server), options(server, more)),
    commit: async (branch, changed) => {
      repository.git('fetch', '--quiet', 'origin');
      repository.git('checkout', '--quiet', '-B', 'work', `origin/${branch}`);
      const id = await repository.commit('by a person', changed);
      repository.git('push', '--quiet', 'origin', `HEAD:${branch}`);
      return id;
    },
    show: (path, branch = 'plans/tips') => server.git('show', `${branch}:${path}`),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await repository.dispose();
    },
  };
}

const results = ({ jobs }: WorkflowRun) => jobs.map(({ name, result }) => `${name}: ${result}`);

test('a plan that is ready is executed once, on its branch, with one pull request', async () => {
  await using it = await world({
    'plans/tips.plan.md': plan([
      ['one', 'echo 1 > one.txt'],
      ['two', 'echo 2 > two.txt'],
    ]),
  });
  const main = it.server.state.branch('main');
  const run = await it.run();
  expect(results(run), run.log).toEqual([
    'reconcile: success',
    expect.stringContaining('execute (tips'),
    expect.stringContaining('publish (tips'),
  ]);
  expect(run.result, run.log).toBe('success');
  expect(it.server.refusals).toEqual([]);
  expect(it.server.git('log', '--format=%s', 'main..plans/tips').trim().split('\n')).toEqual([
    'tips: Do two',
    'tips: Do one',
    'tips: started',
  ]);
  expect(it.show('two.txt')).toBe('2\n');
  expect(it.server.state.branch('main')).toBe(main);
  const [pull, ...others] = it.server.state.pulls;
  expect(others).toEqual([]);
  expect(pull).toMatchObject({ head: 'plans/tips', base: 'main', title: 'plan tips: Tips' });
  expect(pull?.body).toContain('**completed** · `████████████████████` 2 of 2 tasks');
  expect(pull?.body).toMatch(/\| Do one \| ✅ \| 1 \| .* \| ✓ check \| [0-9a-f]{12} \|/);
  expect(run.jobs[1]?.summary).toContain('### Tips: completed');

  // The same once more: it was executed as it stands.
  const again = await it.run();
  expect(results(again)).toEqual(['reconcile: success', 'execute: skipped', 'publish: skipped']);
  expect(again.jobs[0]?.summary).not.toContain('is executed');
});

test('a run that has waited for others begins on what the base says by now', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'echo old > one.txt']]) });
  const event = pushEvent(it.server);
  const edited = plan([['one', 'echo new > one.txt']]);
  const now = await it.commit('main', { 'plans/tips.plan.md': edited });
  const run = await runWorkflow(workflow('plans-run.yml'), event, options(it.server));
  expect(run.result, run.log).toBe('success');
  expect(it.show('one.txt')).toBe('new\n');
  expect(it.server.git('merge-base', 'main', 'plans/tips').trim()).toBe(now);
  // The run of the edit itself has nothing left to do.
  expect(results(await it.run())[1]).toBe('execute: skipped');
});

test('a branch that is taken away does not make it run again; an edit does', async () => {
  const text = plan([['one', 'echo 1 > one.txt']]);
  await using it = await world({ 'plans/tips.plan.md': text });
  await it.run();
  it.server.git('update-ref', '-d', 'refs/heads/plans/tips');
  const again = await it.run();
  expect(results(again)[1]).toBe('execute: skipped');
  expect(again.jobs[0]?.summary).toContain('It was executed as it stands. Edit it, or start it by name.');
  await it.commit('main', { 'plans/tips.plan.md': `${text}\n- [ ] Do more\n\n  \`\`\`yaml\n  run: echo 3 > three.txt\n  \`\`\`\n` });
  expect((await it.run()).result).toBe('success');
  expect(it.show('three.txt')).toBe('3\n');
});

test('a task that fails pauses the plan: the job is green, and the pull request says how it goes on', async () => {
  await using it = await world({
    'plans/tips.plan.md': plan([
      ['one', 'echo 1 > one.txt'],
      ['two', 'exit 1', 'maxAttempts: 1'],
    ]),
  });
  const run = await it.run();
  expect(run.result, run.log).toBe('success');
  expect(it.server.state.pulls[0]?.body).toContain('**It waits.** The task `two` failed. Try it again, `/plans retry two`');
  expect(it.show('plans/tips.plan.md')).toContain('status: paused');
  expect(run.jobs[1]?.summary).toContain('`/plans retry two`');
  expect(results(await it.run())[1]).toBe('execute: skipped');

  // A person mends it on the branch and says that it may go on.
  const mended = it.show('plans/tips.plan.md').replace('exit 1', 'echo 2 > two.txt').replace('status: paused', 'status: ready');
  await it.commit('plans/tips', { 'plans/tips.plan.md': mended });
  const refused = await it.run();
  expect(refused.result).toBe('failure');
  expect(refused.log).toContain('It changes "run" of the task "two".');
});

test('a lost machine is a plan that was tried: it is not tried again by itself, only by name', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'echo 1 > one.txt']]) });
  const run = await it.run({ isLost: ({ job }) => job === 'execute' });
  expect(run.jobs.find(({ name }) => name.startsWith('publish'))).toMatchObject({ result: 'success' });
  expect(run.log).toContain('It is not tried again before the plan is edited, or started by name.');
  expect(it.server.state.branch('plans/tips')).toBeNull();
  expect(results(await it.run())[1]).toBe('execute: skipped');
  it.server.state.dispatches.push({ workflow: 'plans-run.yml', ref: 'main', inputs: { plan: 'tips' } });
  await runDispatched(workflow, options(it.server));
  expect(it.show('one.txt')).toBe('1\n');
});

test('what cannot be downloaded is not lost: nothing executes it again, and the job that failed publishes it later', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'echo 1 > one.txt']]) });
  const run = await it.run({ isBroken: ({ job, uses }) => job === 'publish' && uses === 'actions/download-artifact' });
  expect(run.result).toBe('failure');
  expect(run.log).toContain('It is an artifact of this run: run the failed job again, and it is published.');
  expect(it.server.state.branch('plans/tips')).toBeNull();
  expect(results(await it.run())[1]).toBe('execute: skipped');
});

test('merged as one commit, it is done; an edit of the plan begins from there, and the old branch is kept aside', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'echo 1 > one.txt']]) });
  await it.run();
  const done = it.show('plans/tips.plan.md');
  await it.commit('main', { 'plans/tips.plan.md': done, 'one.txt': '1\n' });
  expect((await it.run()).jobs[0]?.summary).toBe('No plan is to be executed.\n');
  const more = '\n- [ ] Do more\n\n  ```yaml\n  run: echo 2 > two.txt\n  ```\n';
  const edited = await it.commit('main', { 'plans/tips.plan.md': `${done.replace('status: completed', 'status: ready')}${more}` });
  expect((await it.run()).result).toBe('success');
  expect(it.server.git('log', '--format=%s', `${edited}..plans/tips`).trim().split('\n')).toEqual(['tips: Do more', 'tips: started']);
  expect(it.server.git('for-each-ref', '--format=%(refname)', 'refs/plans/replaced/').trim()).toMatch(
    /^refs\/plans\/replaced\/tips\/\w{12}$/,
  );
});

test('what somebody has pushed meanwhile stays, and what was executed is an artifact', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'echo 1 > one.txt']]) });
  let theirs = '';
  const run = await it.run({
    afterJob: async ({ name }) => {
      if (!name.startsWith('execute')) return;
      it.server.git('update-ref', 'refs/heads/plans/tips', 'main');
      theirs = await it.commit('plans/tips', {
        'theirs.txt': 'theirs\n',
        'plans/tips.plan.md': it.show('plans/tips.plan.md', 'main').replace('- [ ]', '- [x]'),
      });
    },
  });
  expect(run.result).toBe('failure');
  expect(run.log).toContain('The branch plans/tips has moved to');
  expect(it.server.state.branch('plans/tips')).toBe(theirs);
});

test('pushes straight to the base where the config says so, and nobody was quicker', async () => {
  const files = { 'plans/tips.plan.md': plan([['one', 'echo 1 > one.txt']]), 'plans.config.yaml': `${CONFIG}ci: { publish: push }\n` };
  await using it = await world(files);
  expect((await it.run()).result).toBe('success');
  expect(it.show('one.txt', 'main')).toBe('1\n');
  expect(it.server.state.pulls).toEqual([]);
  expect(results(await it.run())[1]).toBe('execute: skipped');
});

test('a plan with errors, drafts and odd names run nothing', async () => {
  const bad = plan([['one', 'echo 1 > one.txt', 'dependsOn: [nothing]']]);
  await using it = await world({
    'plans/bad.plan.md': bad,
    'plans/$(touch evil).plan.md': plan([['one', 'true']]),
    'plans/x.plan.md': plan([['one', 'true']], 'draft'),
  });
  const run = await it.run();
  expect(results(run)).toEqual(['reconcile: success', 'execute: skipped', 'publish: skipped']);
  expect(run.jobs[0]?.summary).toContain('It has errors: plans lint bad');
});

test.runIf(process.platform === 'linux')('a gate finds the key in no process, and no token at all', async () => {
  // A key of its own: whoever tests beside this has another. The mark shows that looking finds anything.
  const [key, mark] = [`sk-ant-rig-${randomUUID()}`, `mark-${randomUUID()}`];
  const look = `MARK=${mark} cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c -e '${key.slice(0, 20)}' -e '${mark}' > count.txt; git config --get-regexp extraheader > headers.txt; env | grep -c ghs_ > tokens.txt; true`;
  await using it = await world({ 'plans/tips.plan.md': plan([['look', look]]) });
  const run = await it.run({ secrets: { ANTHROPIC_API_KEY: key } });
  expect(run.result, run.log).toBe('success');
  expect(['count.txt', 'headers.txt', 'tokens.txt'].map((file) => it.show(file))).toEqual(['1\n', '', '0\n']);
  expect(run.log).not.toContain(key);
});

test('gates and agents get the Node that the job has chosen, not that of Plans', async () => {
  const text = plan([['which', 'node --version > which.txt']]);
  await using it = await world({ 'plans/tips.plan.md': text });
  const folder = mkdtempSync(join(tmpdir(), 'plans-node-'));
  writeFileSync(join(folder, 'node'), '#!/bin/sh\necho the one of the job\n', { mode: 0o755 });
  const run = await it.run({ machineEnv: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } });
  rmSync(folder, { recursive: true });
  expect(run.result, run.log).toBe('success');
  expect(it.show('which.txt')).toBe('the one of the job\n');
});

test('says at once where the machine is none that it runs on', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'true']]) });
  const run = await it.run({ machineEnv: { RUNNER_OS: 'Windows' } });
  expect(run.log).toContain('::error::Plans runs on Linux and macOS.');
  expect(results(run)).toEqual(['reconcile: failure', 'execute: skipped', 'publish: skipped']);
});

test.runIf(process.getuid?.() === 0)('works in a container, where the checkout belongs to another user', async () => {
  await using it = await world({ 'plans/tips.plan.md': plan([['one', 'git log -1 --format=%s > one.txt']]) });
  const folder = mkdtempSync(join(tmpdir(), 'plans-container-'));
  const text = readFileSync(workflow('plans-run.yml'), 'utf8');
  const file = join(folder, 'plans-run.yml');
  writeFileSync(file, text.replaceAll('      - uses: gitplans', '      - run: chown -R 12345 .\n      - uses: gitplans'));
  const run = await runWorkflow(file, pushEvent(it.server), options(it.server));
  rmSync(folder, { recursive: true });
  expect(run.result, run.log).toBe('success');
  expect(it.show('one.txt')).toBe('tips: started\n');
});
