import { describe, expect, test } from 'vitest';
import { answers, fails, reply, says, thinking, uses } from '../../support/messages-reply.ts';
import { openConsultation } from '../../../src/engine/planner/consultation.ts';
import { syncAll } from '../../../src/engine/export.ts';
import { recordedSpending, withUnrecorded } from '../../../src/engine/spent.ts';
import { readSynced } from '../../../src/engine/sync.ts';
import { openWorkspace, type Workspace } from '../../../src/engine/workspace.ts';
import { GOOD, generating, planOf, task } from './generating.ts';

const FILE = 'plans/greet-people.plan.md';

describe('what was paid for is not lost', () => {
  test('where somebody has taken the name meanwhile', async () => {
    await using it = await generating([
      async () => {
        await it.repository.write({ [FILE]: '# Mine\n' });
        return GOOD;
      },
    ]);
    expect(await it.generate()).toMatchObject({
      type: 'generated',
      id: 'greet-people-2',
      path: 'plans/greet-people-2.plan.md',
      plan: { id: 'greet-people-2' },
    });
    expect(await it.repository.read(FILE)).toBe('# Mine\n');
    expect(it.repository.git('log', '-1', '--format=%(trailers:key=Plan,valueonly)').trim()).toBe('greet-people-2');
  });

  test('where a hook refuses the commit', async () => {
    await using it = await generating([GOOD]);
    await it.repository.hook('pre-commit', 'echo no; exit 1');
    const head = it.repository.head();
    expect(await it.generate()).toMatchObject({ type: 'generated', commit: null, reason: 'A git hook refused the commit. It said:\nno' });
    expect([it.repository.head(), ...it.repository.status()]).toEqual([head, `?? ${FILE}`]);
  });

  test('where HEAD was detached meanwhile', async () => {
    await using it = await generating([
      () => {
        it.repository.git('checkout', '--quiet', '--detach');
        return GOOD;
      },
    ]);
    expect(await it.generate()).toMatchObject({ type: 'generated', commit: null, reason: expect.stringContaining('HEAD is detached') });
    expect(it.repository.status()).toEqual([`?? ${FILE}`]);
  });
});

describe('what was spent for nothing', () => {
  test('counts all the same', async () => {
    const bad = says('Sure!');
    await using it = await generating([bad, bad, bad], { 'plans.config.yaml': 'budget:\n  day: { usd: 0.009 }\n' });
    expect(await it.generate()).toMatchObject({ type: 'stopped', outcome: 'unusable' });
    await expect(it.generate({ title: 'Another' })).rejects.toThrow(/^Spent for today \(UTC\): \$0\.01 and 3,300 tokens, of \$0\.01/);
    expect(it.repository.git('for-each-ref', '--format=%(refname) %(contents)', 'refs/plans/').trim()).toBe(
      `refs/plans/attempts/greet-people/%/1 greet-people: a conversation without a commit unusable

Plan: greet-people
Plan-Task: %
Plan-Attempt: 1
Plan-Run: %
Plan-Outcome: unusable
Plan-Tokens: 3300
Plan-Cost-USD: 0.009`,
    );
    const workspace = await openWorkspace(it.repository.root);
    const now = new Date();
    const recorded = await readSynced(workspace, syncAll, (store) => recordedSpending(store, now));
    const kept = await workspace.git.refs('refs/plans/attempts/');
    expect((await withUnrecorded(workspace, recorded, kept, now)).today).toMatchObject({
      tokens: 3_300,
      usd: expect.closeTo(0.009, 9) as unknown,
    });
    await workspace.close();
  });

  test('is nothing where nothing was said', async () => {
    await using it = await generating([fails(401)]);
    expect(await it.generate()).toMatchObject({ type: 'stopped', outcome: 'auth' });
    expect(it.repository.git('for-each-ref', 'refs/plans/')).toBe('');
  });
});

test('a secret of the environment is in no prompt of the tools, event, file or commit', async () => {
  const secret = 'tR0ub4dor-and-3-horses';
  await using it = await generating(
    [
      uses('read', { path: 'notes.txt' }),
      reply([thinking(`It is ${secret}.`), ...answers(planOf(task('hello', { description: `Use ${secret}.` }))).content]),
    ],
    { 'notes.txt': `the word is ${secret}\n` },
  );
  const env = { PATH: process.env['PATH'], ...it.server.environment, DEPLOY_TOKEN: secret };
  expect(await it.generate({ env, description: `With ${secret}.` })).toMatchObject({ type: 'generated' });
  expect(JSON.stringify(it.server.requests[1]?.body.messages?.slice(1))).not.toContain(secret);
  expect(JSON.stringify(it.events)).not.toContain(secret);
  expect(it.repository.git('log', '-p', '-1')).toContain('Use [redacted DEPLOY_TOKEN].');
  expect(it.repository.git('log', '-p', '-1')).not.toContain(secret);
});

test('where git itself is not installed, Claude could read nothing: said before anything is spent', async () => {
  await using it = await generating([]);
  const workspace = await openWorkspace(it.repository.root);
  const embedded = { ...workspace, git: { name: 'isomorphic-git' } } as unknown as Workspace;
  const asked = openConsultation(embedded, { planId: 't', system: '', env: it.server.environment });
  await expect(asked).rejects.toThrow(/^Claude reads the repository by means of git/);
  await workspace.close();
});
