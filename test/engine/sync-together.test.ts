/** Two that look at the same files at once, as a watch and a request do: the slower one has seen what is no more. */
import { expect, test } from 'vitest';
import { openFiles } from '../../src/adapters/files.ts';
import { syncFiles } from '../../src/engine/sync.ts';
import { createRepository } from '../support/repository.ts';
import { openContext, planText } from '../support/sync.ts';

const FILE = 'plans/one.plan.md';
const SOUND = planText('One', ['First']);
const BROKEN = SOUND.replace('status: ready', 'state: ready');

test.each([
  ['listed and not read', 'before'],
  ['read and not written', 'after'],
] as const)('what one has %s comes and goes meanwhile, and the rows are those of the file', async (_, when) => {
  await using repository = await createRepository({ [FILE]: SOUND });
  await using context = await openContext(repository.root);
  const valid = () =>
    context
      .store()
      .records.plans()
      .map((plan) => plan.valid);
  await syncFiles(context);
  await repository.write({ [FILE]: BROKEN });

  const reached = Promise.withResolvers<void>();
  const allowed = Promise.withResolvers<void>();
  const files = openFiles({ root: repository.root });
  const readText = async (path: string) => {
    const early = when === 'after' ? await files.readText(path) : null;
    reached.resolve();
    await allowed.promise;
    return early ?? (await files.readText(path));
  };
  const slow = syncFiles({ ...context, files: { readText } });
  await reached.promise;
  await syncFiles(context);
  expect(valid()).toEqual([false]);
  await repository.write({ [FILE]: SOUND });
  if (when === 'after') {
    await syncFiles(context);
    expect(valid()).toEqual([true]);
  }
  allowed.resolve();
  await slow;
  await syncFiles(context);
  expect(valid()).toEqual([true]);
});
