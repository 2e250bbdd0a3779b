import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { setTaskStatus } from '../../src/core/edit.ts';
import { PlanFile } from '../../src/engine/plan-file.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { createRepository } from '../support/repository.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('keeps the newest reading, and the one that was linted, however many edits it remembers', async () => {
  const tasks = Array.from({ length: 20 }, (_, index) => `- [ ] Task ${index}\n`).join('');
  await using repository = await createRepository({ 'plans/demo.plan.md': `# Demo\n\n${tasks}` });
  const workspace = await openWorkspace(repository.root);
  const file = await PlanFile.open(workspace, 'demo');
  if ('message' in file) throw new Error(file.message);
  const before: WeakRef<object>[] = [];
  for (let index = 0; index < 5; index += 1) {
    before.push(new WeakRef(file.plan));
    const id = `task-${index}`;
    expect(await file.edit((text, plan) => setTaskStatus(text, plan, id, { status: 'completed' }))).toEqual({ type: 'written' });
  }
  // A reference that was made or read in this turn keeps its object until the turn is over.
  await new Promise(setImmediate);
  collectGarbage();
  expect(before.slice(1).map((plan) => plan.deref())).toEqual([undefined, undefined, undefined, undefined]);
  expect(file.plan.phases[0]?.tasks.filter(({ status }) => status === 'completed')).toHaveLength(5);
  await workspace.close();
});

it('shares the tasks that an edit does not move', async () => {
  await using repository = await createRepository({ 'plans/demo.plan.md': '# Demo\n\n- [ ] One\n- [ ] Two\n- [ ] Three\n' });
  const workspace = await openWorkspace(repository.root);
  const file = await PlanFile.open(workspace, 'demo');
  if ('message' in file) throw new Error(file.message);
  const before = file.plan.phases[0]?.tasks ?? [];
  await file.edit((text, plan) => setTaskStatus(text, plan, 'two', { status: 'completed' }));
  const after = file.plan.phases[0]?.tasks ?? [];
  expect(after.map((task, index) => task === before[index])).toEqual([true, false, true]);
  await workspace.close();
});
