import { expect, it } from 'vitest';
import { contentOf } from '../../support/scripted.ts';
import { PLAN, testServer } from '../serving.ts';
import { overHttp } from './connecting.ts';

it('makes every kind of change, each one commit', async () => {
  await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
  const { repository } = server;
  await using mcp = await overHttp(server);
  const edit = async (change: Record<string, unknown>) => {
    const before = repository.head();
    const answer = await mcp.call('plans_edit', { change });
    expect([answer.commit, repository.git('rev-parse', 'HEAD~1').trim()]).toEqual([repository.head(), before]);
    return answer;
  };
  const planId = `${server.ids[0]}:greet`;
  const phase = { title: 'Ship', executionMode: 'parallel', tasks: [{ title: 'Pack', canRunInParallel: false }] };
  const added = await edit({ type: 'add-phase', planId, order: 1, phase });
  const phaseId = `${planId}:ship`;
  expect(added).toMatchObject({ phase: { phaseId, tasks: 1 }, tasks: [{ taskId: `${planId}:pack`, phaseId }] });
  const label = { title: 'Label', description: 'In **large** letters.', dependsOn: ['pack'], gates: [] };
  expect(await edit({ type: 'add-task', phaseId, order: 0, task: label })).toMatchObject({
    task: { taskId: `${planId}:label`, dependsOn: [`${planId}:pack`], gates: [] },
  });
  const changed = await edit({ type: 'change-phase', phaseId, title: 'Send', pauseAfter: true });
  expect(changed.phase).toMatchObject({ phaseId: `${planId}:ship`, title: 'Send', pauseAfter: true, done: 0 });
  const shown = await mcp.call('plans_show', { planId });
  const inPhase = shown.tasks.filter((task: { phaseId: string }) => task.phaseId === phaseId);
  expect(inPhase).toMatchObject([{ title: 'Label' }, { title: 'Pack', canRunInParallel: false }]);
  expect(shown.phases.map(({ title }: { title: string }) => title)).toEqual(['Write', 'Send', 'Look']);

  await edit({ type: 'remove-task', taskId: `${planId}:label` });
  const { commit } = await edit({ type: 'remove-phase', phaseId });
  expect(await repository.read('plans/greet.plan.md')).toBe(PLAN);
  await edit({ type: 'undo-commit', planId, commit });
  expect(await repository.read('plans/greet.plan.md')).toContain('## Send');
  const { plan } = await edit({ type: 'write-plan', planId, text: PLAN.replace('# Greet', '# Welcome') });
  expect(plan).toMatchObject({ title: 'Welcome', tasks: 3, revision: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect(repository.status()).toEqual([]);
});

it('marks a task as done without waiting for its gates longer than it is told to', async () => {
  const gate = 'echo $$ > .git/begun; while test ! -e .git/go; do sleep 0.05; done; echo checked; test ! -e .git/bad';
  const config = JSON.stringify({ qa: { gates: [{ name: 'slow', run: gate }] } });
  await using server = await testServer([{ 'plans/greet.plan.md': PLAN, 'plans.config.json': config }]);
  const { repository } = server;
  await using mcp = await overHttp(server);
  const planId = `${server.ids[0]}:greet`;
  const { tasks } = await mcp.call('plans_show', { planId });
  const { taskId } = tasks[0];
  const done = { change: { type: 'change-task', taskId, status: 'completed' }, waitSeconds: 0 };
  await repository.write({ 'mine.txt': 'mine\n' });
  const { job, task: none, revision } = await mcp.call('plans_edit', done);
  expect([job.status, none, revision]).toEqual(['running', undefined, expect.any(String)]);
  await contentOf(repository.path('.git/begun'));
  await repository.write({ '.git/go': '' });
  const { job: ended } = await mcp.call('plans_status', { jobId: job.jobId, waitSeconds: 45 });
  expect(ended).toMatchObject({ status: 'completed', taskId, commit: repository.head() });
  expect(repository.git('log', '-1', '--format=%(trailers:key=Plan-Gates,valueonly)').trim()).toBe('slow=passed');
  // Where it need not wait, it answers with what came of it.
  await repository.write({ 'more.txt': 'more\n', '.git/bad': '' });
  const next = { change: { ...done.change, taskId: tasks[1].taskId } };
  await expect(mcp.call('plans_edit', next)).rejects.toThrow('The gate "slow" failed, and nothing was committed');
});
