import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunContext } from '../../src/engine/context.ts';
import { PlanFile } from '../../src/engine/plan-file.ts';
import { watchPlan } from '../../src/engine/watch.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { createRepository } from '../support/repository.ts';
import { planText } from '../support/sync.ts';

test('what the runner writes is nobody’s word; a person’s save is, on top of it and under it', async () => {
  await using repository = await createRepository({ 'plans/one.plan.md': planText('One', ['First', 'Second'], 'running') });
  const workspace = await openWorkspace(repository.root);
  const plan = await PlanFile.open(workspace, 'one');
  if ('message' in plan) throw new Error(plan.message);
  const posted: string[] = [];
  let heard: (() => void) | undefined;
  const post = ({ type }: { readonly type: string }) => {
    posted.push(type);
    heard?.();
  };
  // The parts of a run that this looks at.
  const context = { workspace, plan, planId: 'one', post, tasks: new Map() } as unknown as RunContext;
  const file = repository.path('plans/one.plan.md');
  const status = (from: string, to: string) => readFileSync(file, 'utf8').replace(`status: ${from}`, `status: ${to}`);
  const own = (from: string, to: string) => workspace.files.editText(file, (text) => text.replace(from, to));
  const unwatch = watchPlan(context);
  const after = async (work: () => unknown) => {
    const next = new Promise<void>((resolve) => (heard = resolve));
    await work();
    await next;
  };
  await own('status: running', 'status: paused');
  await own('status: paused', 'status: running');
  await after(() => writeFileSync(file, status('running', 'paused')));
  await after(async () => {
    writeFileSync(file, status('paused', 'running'));
    await own('[ ] First', '[x] First');
  });
  await own('status: running', 'status: paused');
  await after(() => writeFileSync(file, `${status('paused', 'paused')}\nMore.\n`));
  unwatch();
  expect(posted).toEqual(['pause-requested', 'pause-withdrawn', 'pause-requested']);
  await workspace.close();
});
