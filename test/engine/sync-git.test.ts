import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openFiles } from '../../src/adapters/files.ts';
import { syncFiles } from '../../src/engine/sync.ts';
import { createRepository } from '../support/repository.ts';
import { openContext, planText } from '../support/sync.ts';

describe('while git is at work', () => {
  test('nothing is read before it is done, and then all of it is written at once', async () => {
    await using repository = await createRepository({
      'plans/one.plan.md': planText('One', ['First']),
      'plans/two.plan.md': planText('Two', ['First']),
    });
    await using context = await openContext(repository.root);
    await syncFiles(context);
    const titles = () =>
      context
        .store()
        .records.plans()
        .map(({ title }) => title);
    writeFileSync(repository.path('.git/index.lock'), '');
    writeFileSync(repository.path('plans/one.plan.md'), planText('One on the branch', ['First']));
    const synced = syncFiles(context);
    // Others see what was before, whole, until git lets go.
    for (let looks = 0; looks < 20; looks += 1) {
      await new Promise(setImmediate);
      expect(titles()).toEqual(['One', 'Two']);
    }
    writeFileSync(repository.path('plans/two.plan.md'), planText('Two on the branch', ['First']));
    rmSync(repository.path('.git/index.lock'));
    expect((await synced).changed.toSorted()).toEqual(['one', 'two']);
    expect(titles()).toEqual(['One on the branch', 'Two on the branch']);
  });

  test('what git writes during the reading is read again before anything is written', async () => {
    await using repository = await createRepository({ 'plans/one.plan.md': planText('One', ['First']) });
    repository.git('switch', '-q', '-c', 'other');
    await repository.commit('other', {
      'plans/one.plan.md': planText('One there', ['First']),
      'plans/two.plan.md': planText('Two there', ['First']),
    });
    repository.git('switch', '-q', 'main');
    await using context = await openContext(repository.root);
    const files = openFiles({ root: repository.root });
    let switched = false;
    const readText = async (path: string) => {
      const read = await files.readText(path);
      if (!switched) repository.git('switch', '-q', 'other');
      switched = true;
      return read;
    };
    // What was saved a moment ago is read with care: that is where the switch comes in between.
    writeFileSync(repository.path('plans/one.plan.md'), planText('One', ['First']));
    await syncFiles({ ...context, files: { readText } });
    expect(switched).toBe(true);
    expect(
      context
        .store()
        .records.plans()
        .map(({ title }) => title),
    ).toEqual(['One there', 'Two there']);
  });

  test('a lock that stays is not waited for without end', async () => {
    await using repository = await createRepository({ 'plans/one.plan.md': planText('One', ['First']) });
    await using context = await openContext(repository.root);
    writeFileSync(repository.path('.git/index.lock'), '');
    expect((await syncFiles(context)).changed).toEqual(['one']);
  });
});
