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

it('does not make an edit again that may not be made any more, and does not hold up whoever writes then', async () => {
  const text = '# Demo\n\n- [ ] One\n- [ ] Two\n';
  await using repository = await createRepository({ 'plans/demo.plan.md': text });
  const workspace = await openWorkspace(repository.root);
  const file = await PlanFile.open(workspace, 'demo');
  if ('message' in file) throw new Error(file.message);
  let mayWrite = true;
  file.heldBy({
    check: () => {
      if (!mayWrite) throw new Error('the lock is another’s');
    },
  });
  await file.edit((now, plan) => setTaskStatus(now, plan, 'one', { status: 'completed' }));
  mayWrite = false;
  // An editor that had not seen the tick saves.
  await repository.write({ 'plans/demo.plan.md': text.replace('Two', 'Three') });
  const written = await workspace.files.editText(workspace.planPath('demo'), (now) => now.replace('# Demo', '# Other'));
  expect(written).toMatchObject({ type: 'written', reapplied: 0 });
  expect(await repository.read('plans/demo.plan.md')).toBe('# Other\n\n- [ ] One\n- [ ] Three\n');
  await workspace.close();
});

it('does not make an edit again that was taken back', async () => {
  const text = '# Demo\n\n- [ ] One\n\n- [ ] Two\n';
  await using repository = await createRepository({ 'plans/demo.plan.md': text });
  const workspace = await openWorkspace(repository.root);
  const file = await PlanFile.open(workspace, 'demo');
  if ('message' in file) throw new Error(file.message);
  await file.edit((now, plan) => setTaskStatus(now, plan, 'one', { status: 'completed' }));
  await repository.write({ 'plans/demo.plan.md': text.replace('[ ] One', '[x] One').replace('Two', 'Three') });
  expect(await file.takeBack(text)).toEqual({ type: 'written' });
  expect(file.text).toBe(text.replace('Two', 'Three'));
  // An editor that had seen neither saves.
  await repository.write({ 'plans/demo.plan.md': text.replace('Demo', 'Other') });
  expect(await file.read()).toMatchObject({ type: 'edited', text: text.replace('Demo', 'Other') });
  await workspace.close();
});
