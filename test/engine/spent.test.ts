import { afterEach, expect, it } from 'vitest';
import { attemptTrailers, formatTrailers } from '../../src/core/trailer.ts';
import { syncAll } from '../../src/engine/export.ts';
import { ATTEMPTS } from '../../src/engine/kept.ts';
import { recordedSpending, withUnrecorded } from '../../src/engine/spent.ts';
import { spentSoFar } from '../../src/engine/spending.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { createRepository } from '../support/repository.ts';

const PLAN = '---\nstatus: running\n---\n\n# Demo\n\n- [ ] One\n- [ ] Two\n';
const NOW = new Date('2026-03-03T12:00:00Z');

afterEach(() => delete process.env['GIT_COMMITTER_DATE']);
const clock = (time: string) => (process.env['GIT_COMMITTER_DATE'] = `2026-03-${time}:00Z`);

it('is what a run counts too: by commits, and by kept attempts that none speaks of yet', async () => {
  clock('01T00:00');
  await using repository = await createRepository({ 'plans/demo.plan.md': PLAN, 'plans/other.plan.md': PLAN });
  const recorded = async (plan: string, task: string, costUsd: number | null) => {
    const path = `plans/${plan}.plan.md`;
    const cost = costUsd === null ? {} : { costUsd };
    const evidence = { plan, event: 'paused', reason: 'task_failed', task, tokens: 100, ...cost } as const;
    await repository.commit(`x\n\n${formatTrailers(evidence)}`, { [path]: `${await repository.read(path)}\n` });
  };
  const kept = (plan: string, task: string, costUsd: number) => {
    const evidence = { plan, task, attempt: 1, run: 'r', outcome: 'interrupted', tokens: 7, costUsd, gates: [] } as const;
    const commit = repository.git('commit-tree', '-m', `x\n\n${attemptTrailers(evidence)}`, 'HEAD^{tree}').trim();
    repository.git('update-ref', `refs/plans/attempts/${plan}/${task}/1`, commit);
  };
  clock('02T10:00');
  await recorded('demo', 'two', 4);
  kept('demo', 'one', 0.25);
  clock('03T10:00');
  await recorded('demo', 'one', 1.5);
  await recorded('other', 'two', null);
  clock('03T11:00');
  kept('other', 'two', 0.5);
  clock('03T11:30');
  const workspace = await openWorkspace(repository.root);
  await syncAll(workspace);
  const { today, plans } = await withUnrecorded(
    workspace,
    recordedSpending(workspace.store(), NOW),
    await workspace.git.refs(ATTEMPTS),
    NOW,
  );
  expect(today).toEqual({ usd: 2, tokens: 207, unpriced: 100 });
  expect(Object.fromEntries(plans)).toEqual({
    demo: { usd: 5.5, tokens: 200, unpriced: 0 },
    other: { usd: 0.5, tokens: 107, unpriced: 100 },
  });
  const [demo, other] = [await spentSoFar(workspace, 'demo', NOW), await spentSoFar(workspace, 'other', NOW)];
  expect([demo.plan, other.plan, demo.day]).toEqual([plans.get('demo'), plans.get('other'), today]);
  await workspace.close();
});
