import { describe, expect, it } from 'vitest';
import { rollback, type RollbackSelection } from '../../src/engine/rollback.ts';
import { showPlan } from '../../src/engine/export.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { rig, task, trailer, type Rig } from '../support/rig.ts';

const PLAN = `## A\n\n${task('one', 'echo 1 > one.txt')}${task('two', 'echo 2 >> README.md')}## B\n\n${task('three', 'echo 3 >> README.md', 'dependsOn: [one]')}${task('four', 'echo 4 > four.txt')}`;

async function back(it: Rig, selection: RollbackSelection = {}, dryRun = false) {
  const workspace = await openWorkspace(it.repository.root);
  try {
    const outcome = await rollback({ workspace, planId: 'demo', env: process.env }, { ...selection, dryRun });
    const shown = await showPlan(workspace, 'demo');
    return { outcome, shown: shown?.plans[0] };
  } finally {
    await workspace.close();
  }
}

describe('a rollback', () => {
  it('takes every task back, newest first, each with its box in one commit', async () => {
    await using it = await rig(PLAN);
    const before = it.repository.git('rev-parse', 'HEAD:README.md');
    await it.run();
    await it.repository.write({ 'mine.txt': 'mine', 'README.md': await it.repository.read('README.md') });
    it.repository.git('add', 'mine.txt');
    const { outcome, shown } = await back(it);
    expect(outcome).toMatchObject({ type: 'done', dependents: [], byHand: [] });
    expect(it.repository.log().slice(0, 4)).toEqual([1, 2, 3, 4].map((n) => `Revert "demo: Do ${['one', 'two', 'three', 'four'][n - 1]}"`));
    const message = it.repository.git('log', '-1', '--format=%an%n%B');
    expect(message).toMatch(/^Ada Lovelace\n/);
    expect([trailer(message, 'Plan-Event'), trailer(message, 'Plan-Task'), trailer(message, 'Plan-Reason')]).toEqual([
      'reverted',
      'one',
      'reopened',
    ]);
    expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(it.repository.git('rev-parse', 'HEAD:README.md')).toBe(before);
    expect(await it.plan()).not.toContain('[x]');
    expect(it.repository.status()).toEqual(['A  mine.txt']);
    expect(shown).toMatchObject({ status: 'paused', pauseReason: 'reopened', completedTasks: 0 });
    expect(shown?.tasks.map(({ commitSha, completedAt }) => commitSha ?? completedAt)).toEqual([null, null, null, null]);
    expect((await it.run()).end.type).toBe('completed');
    // Done again: the newer commits are the ones that count now.
    expect((await back(it)).outcome).toMatchObject({ type: 'done', tasks: { length: 4 } });
    expect(it.repository.git('fsck', '--no-progress', '--no-dangling').trim()).toBe('');
  });

  it('takes one task back from among its neighbours and names what depends on it', async () => {
    // Boxes on adjoining lines: a textual revert of one would conflict with the other.
    await using it = await rig('- [ ] A\n- [ ] B\n- [ ] C\n', {
      'plans.config.json': JSON.stringify({
        agent: 'mine',
        agents: { mine: { command: ['sh', '-c', 'echo $PLANS_TASK > $PLANS_TASK.txt'] } },
      }),
    });
    await it.run();
    const { outcome } = await back(it, { task: 'b' });
    expect(outcome).toMatchObject({ type: 'done', tasks: [{ task: 'b' }] });
    expect((await it.plan()).split('\n').filter((line) => line.startsWith('- ['))).toEqual(['- [x] A', '- [ ] B', '- [x] C']);
    expect(it.repository.git('ls-files', '*.txt').trim().split('\n')).toEqual(['a.txt', 'c.txt']);
    await expect(back(it, { task: 'b' })).rejects.toThrow('"b" is not completed');
    await expect(back(it, { task: 'bb' })).rejects.toThrow('Did you mean "b"?');
  });

  it('warns of completed tasks that were built on it', async () => {
    await using it = await rig(PLAN);
    await it.run();
    expect((await back(it, { task: 'one' }, true)).outcome).toMatchObject({ dependents: ['three'], tasks: [{ task: 'one', by: null }] });
    expect((await back(it, { phase: 'b' })).outcome).toMatchObject({ dependents: [], tasks: [{ task: 'four' }, { task: 'three' }] });
  });

  it('changes nothing where later work is in the way', async () => {
    await using it = await rig(PLAN);
    await it.run();
    const head = it.repository.head();
    expect((await back(it, { task: 'two' })).outcome).toMatchObject({ type: 'conflict', task: 'two', paths: ['README.md'] });
    expect(it.repository.head()).toBe(head);
    expect(it.repository.status()).toEqual([]);
  });

  it('changes nothing where a person has uncommitted work in the way', async () => {
    await using it = await rig(PLAN);
    await it.run();
    const head = it.repository.head();
    await it.repository.write({ 'four.txt': 'mine' });
    await expect(back(it)).rejects.toThrow('uncommitted changes in "four.txt"');
    expect([it.repository.head(), it.repository.status()]).toEqual([head, [' M four.txt']]);
  });

  it('passes over what is reverted already, and takes what was reinstated', async () => {
    await using it = await rig(PLAN);
    await it.run();
    it.repository.git('revert', '--no-edit', 'HEAD');
    expect((await back(it, { phase: 'b' })).outcome).toMatchObject({ tasks: [{ task: 'three' }] });
    it.repository.git('revert', '--no-edit', 'HEAD');
    expect((await back(it, { phase: 'b' })).outcome).toMatchObject({ tasks: [{ task: 'three' }] });
    await it.repository.write({ 'plans/demo.plan.md': (await it.plan()).replace('[ ] Do three', '[x] Do three') });
    it.repository.git('commit', '-qam', 'by hand');
    await expect(back(it, { phase: 'b' })).rejects.toThrow('"three" has no commit of a run');
  });
});
