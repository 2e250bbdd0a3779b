import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTime } from '../../src/adapters/process/identity.ts';
import type { Workspace } from '../../src/engine/workspace.ts';
import type { PlanRef } from '../../src/server/ids.ts';
import { planAnswer } from '../../src/server/read.ts';
import { openRegistry, type Registry } from '../../src/server/served.ts';
import type { PlanDetail } from '../../src/server/shape.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { PLAN } from './serving.ts';

let repository: Repository;
const open: Registry[] = [];

beforeEach(async () => {
  repository = await createRepository({ 'plans/greet.plan.md': PLAN });
  // A file that was just saved is never taken for one that stays as it is.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const registry of open.splice(0)) await registry.close();
  await repository.dispose();
});

async function served(): Promise<PlanRef> {
  const registry = await openRegistry([repository.root], { notice: () => {} });
  open.push(registry);
  const [first] = registry.all;
  if (first === undefined) throw new Error('nothing is served');
  return { served: first, plan: 'greet' };
}

async function answered(ref: PlanRef): Promise<PlanDetail> {
  return JSON.parse(new TextDecoder().decode((await planAnswer(ref)).body)) as PlanDetail;
}

/** The same repository, in which something happens between the look at the cache and the one at the file, once. */
function interrupted(ref: PlanRef, happens: (workspace: Workspace) => Promise<void>): PlanRef {
  const { workspace } = ref.served;
  let isOver = false;
  const files: Workspace['files'] = {
    ...workspace.files,
    readText: async (path) => {
      if (!isOver) {
        isOver = true;
        await happens(workspace);
      }
      return workspace.files.readText(path);
    },
  };
  vi.spyOn(ref.served, 'workspace', 'get').mockImplementation(() => (isOver ? workspace : { ...workspace, files }));
  return ref;
}

/** This process is the runner: it lives. */
function begin(workspace: Workspace, id: string): void {
  const startedAt = new Date().toISOString();
  workspace.store().startRun({ id, planId: 'greet', pid: process.pid, pidStart: startTime(process.pid) ?? '', startedAt });
}

describe('a plan that is answered', () => {
  it('is kept, byte for byte, until anything differs', async () => {
    const ref = await served();
    // The first brings the cache up to date, the second is kept.
    await planAnswer(ref);
    await planAnswer(ref);
    expect(await planAnswer(ref)).toBe(await planAnswer(ref));
    begin(ref.served.workspace, '20260101T000000Z-aaaaaa');
    expect((await answered(ref)).plan.executionId).toBe(`${ref.served.id}:20260101T000000Z-aaaaaa`);
  });

  it('has the run that began while the answer before it was made', async () => {
    const ref = await served();
    await planAnswer(ref);
    await answered(interrupted(ref, async (workspace) => begin(workspace, '20260101T000000Z-bbbbbb')));
    expect((await answered(ref)).plan.executionId).toBe(`${ref.served.id}:20260101T000000Z-bbbbbb`);
  });

  it('has the run that began before another opened the same repository', async () => {
    const first = await served();
    await planAnswer(first);
    await planAnswer(first);
    for (const name of ['cccccc', 'dddddd']) {
      const runner = (await served()).served.workspace;
      const run = `20260101T000000Z-${name}`;
      begin(runner, run);
      const next = await served();
      expect((await answered(next)).plan.executionId).toBe(`${next.served.id}:${run}`);
      runner.store().endRun(run, new Date().toISOString(), 'done');
      expect((await answered(next)).plan.executionId).toBeNull();
    }
  });

  it('is of one version of its file, also where that is saved meanwhile', async () => {
    const ref = await served();
    const other = PLAN.replace('run: echo hello', 'run: echo changed');
    const { plan, tasks } = await answered(interrupted(ref, () => repository.write({ 'plans/greet.plan.md': other })));
    expect(tasks[0]?.run).toBe('echo changed > hello.txt');
    expect(plan.revision).toBe(repository.git('hash-object', 'plans/greet.plan.md').trim());
  });
});
