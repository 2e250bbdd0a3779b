import { describe, expect, test } from 'vitest';
import { answers, reply, thinking, uses } from '../../support/messages-reply.ts';
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
    expect(await it.generate()).toMatchObject({ type: 'generated', id: 'greet-people-2', path: 'plans/greet-people-2.plan.md' });
    expect(await it.repository.read(FILE)).toBe('# Mine\n');
    expect(it.repository.git('log', '-1', '--format=%(trailers:key=Plan,valueonly)').trim()).toBe('greet-people-2');
  });

  test('where a hook refuses the commit', async () => {
    await using it = await generating([GOOD]);
    await it.repository.hook('pre-commit', 'echo no; exit 1');
    const head = it.repository.head();
    expect(await it.generate()).toMatchObject({ type: 'generated', commit: null, reason: 'A git hook refused the commit.' });
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
