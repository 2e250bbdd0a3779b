import { describe, expect, test } from 'vitest';
import { exportState } from '../../src/engine/export.ts';
import { evidenceOf } from '../../src/engine/history.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { openContext, planText } from '../support/sync.ts';
import { commitAt, exported, landed, minute } from './histories.ts';

describe('a plan whose file gets another name', () => {
  const OLD = 'plans/login.plan.md';

  async function renamed(text: (before: string) => string): Promise<Repository> {
    const repository = await createRepository();
    const before = planText('Auth', ['One', 'Two', 'Three']);
    await commitAt(repository, 0, 'plan', before, { plan: 'login', iteration: 'generation', changedBy: 'claude', prompt: 'x' }, OLD);
    await commitAt(repository, 1, 'login: One', before.replace('[ ] One', '[x] One'), landed('one', { plan: 'login' }), OLD);
    await exported(repository);
    await repository.write({ [OLD]: null });
    await commitAt(repository, 2, 'a better name', text(before.replace('[ ] One', '[x] One')));
    return repository;
  }

  test.each<[string, (text: string) => string, string[]]>([
    ['as it is', (text) => text, []],
    ['with other words', (text) => text.replace('# Auth', '# Login').replace('- [ ] Three\n', ''), ['title']],
  ])('keeps its history: %s', async (_, change, fields) => {
    await using repository = await renamed(change);
    const plan = await exported(repository);
    expect(plan).toMatchObject({ id: 'auth', createdAt: minute(0), updatedAt: minute(2) });
    expect(plan.tasks[0]).toMatchObject({ id: 'one', status: 'completed', sessionId: 's-1', createdAt: minute(0), completedAt: minute(1) });
    expect(plan.iterations).toMatchObject([
      { iterationType: 'generation', changes: { added: { tasks: [{}, {}, {}] } } },
      { iterationType: 'user_edit', changes: { was: 'login', plan: fields, added: { tasks: [] } } },
    ]);
  });

  test('is another plan where little of it is the same', async () => {
    await using repository = await renamed(() => planText('Auth', ['Four', 'Five', 'One']));
    const { iterations, createdAt } = await exported(repository);
    expect(createdAt).toBe(minute(2));
    expect(iterations).toHaveLength(1);
  });

  test('takes the place of one that was deleted, whose history is another', async () => {
    await using repository = await createRepository();
    await commitAt(repository, 0, 'first', planText('Auth', ['Zero']));
    await commitAt(repository, 1, 'gone', null);
    await commitAt(repository, 2, 'other', planText('Login', ['One']), undefined, OLD);
    await exported(repository).catch(() => {});
    await repository.write({ [OLD]: null });
    await commitAt(repository, 3, 'renamed', planText('Login', ['One']));
    expect((await exported(repository)).iterations.map(({ subject }) => subject)).toEqual(['other', 'renamed']);
  });

  test('has spent what it has spent', async () => {
    await using repository = await renamed((text) => text);
    await using context = await openContext(repository.root);
    const read = async () => (await evidenceOf(context)).map(({ planId, evidence }) => [planId, evidence.plan]);
    const fresh = await read();
    await exportState(context);
    expect(fresh).toEqual([
      ['auth', 'login'],
      ['auth', 'login'],
    ]);
    expect(await read()).toEqual(fresh);
  });
});
