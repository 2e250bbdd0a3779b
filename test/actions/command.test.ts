/** A plan that has failed goes on by a comment: both shipped workflows, one after the other. */
import { expect, test } from 'vitest';
import { pushEvent, runDispatched, runWorkflow, type WorkflowEvent } from '../support/actions/rig.ts';
import { githubServer, type GitHubServer } from '../support/github-server.ts';
import { createRepository } from '../support/repository.ts';
import { CONFIG, options, plan, workflow } from './support.ts';

function commentEvent(server: GitHubServer, body: string, login: string, action = 'created'): WorkflowEvent {
  const [pull] = server.state.pulls;
  const comment = { id: 77, issue: pull?.number ?? 0, user: { login, type: 'User', id: 2 } as const, body, edits: 0 };
  server.state.comments.push(comment);
  const payload = {
    action,
    issue: { number: comment.issue, pull_request: {} },
    comment: { id: comment.id, body, html_url: `${server.url}/octo/demo/pull/${comment.issue}#c77`, user: { login } },
  };
  return { name: 'issue_comment', ref: 'refs/heads/main', sha: server.state.branch('main') ?? '', actor: login, payload };
}

test('a comment tries the failed task again, and the plan is completed', async () => {
  await using repository = await createRepository({ 'README.md': 'hello\n', 'plans.config.yaml': CONFIG });
  const text = plan([
    ['one', 'echo 1 > one.txt'],
    ['two', 'test -e mended && echo 2 > two.txt', 'maxAttempts: 1'],
  ]);
  await repository.commit('plans', { 'plans/tips.plan.md': text });
  await using server = await githubServer(repository);
  server.state.collaborators.set('ada', 'write');
  const first = await runWorkflow(workflow('plans-run.yml'), pushEvent(server), options(server));
  expect(first.result, first.log).toBe('success');
  expect(server.state.pulls[0]?.body).toContain('**paused**');

  // Somebody mends what was in the way, on the branch.
  repository.git('fetch', '--quiet', server.bare, 'plans/tips');
  repository.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  await repository.commit('mended', { mended: '' });
  repository.git('push', '--quiet', server.bare, 'HEAD:plans/tips');
  const tip = server.state.branch('plans/tips');

  const say = (body: string, login: string, action?: string) =>
    runWorkflow(workflow('plans-command.yml'), commentEvent(server, body, login, action), options(server));
  expect((await say('hello', 'ada')).jobs[0]?.result).toBe('skipped');
  expect((await say('/plans retry two', 'ada', 'edited')).result).toBe('skipped');
  expect((await say('/plans retry two', 'mallory')).result).toBe('success');
  expect([server.state.branch('plans/tips'), server.state.dispatches]).toEqual([tip, []]);
  const obeyed = await say('/plans retry two', 'ada');
  expect(obeyed.result, obeyed.log).toBe('success');
  expect(server.state.reactions.map(({ content }) => content)).toEqual(['-1', 'rocket']);
  expect(server.refusals).toEqual([]);

  const [second] = await runDispatched(workflow, options(server));
  expect(second?.result, second?.log).toBe('success');
  expect(server.git('show', 'plans/tips:two.txt')).toBe('2\n');
  expect(server.state.pulls).toHaveLength(1);
  expect(server.state.pulls[0]?.body).toContain('**completed** · `████████████████████` 2 of 2 tasks');
  expect(server.refusals).toEqual([]);
});
