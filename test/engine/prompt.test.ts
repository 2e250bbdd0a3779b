import { expect, it } from 'vitest';
import { retryTask } from '../../src/engine/retry.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { meteredAgent, type MeteredStep } from '../support/metered.ts';
import { rig, type Rig } from '../support/rig.ts';

const GATE = { name: 'good', run: 'test ! -e half.txt -o -e whole.txt' };
const config = {
  'plans.config.json': JSON.stringify({ agent: 'meter', agents: { meter: { command: ['meter'] } }, maxAttempts: 1, qa: { gates: [GATE] } }),
};
const TASKS = '- [ ] One\n- [ ] Two\n';
const parallel = `## P\n\n\`\`\`yaml\nexecutionMode: parallel\nmaxConcurrency: 1\n\`\`\`\n\n${TASKS}`;

/** What the agent was told at each attempt of a run. */
async function told(it: Rig, script: readonly MeteredStep[], options: Parameters<Rig['run']>[0] = {}): Promise<readonly string[]> {
  const agent = meteredAgent('meter', ({ taskId }) => (taskId === 'one' ? script : [{ write: 'two.txt' }]));
  await it.run({ ...options, agents: new Map([['meter', agent]]) });
  return agent.jobs.map(({ prompt }) => prompt);
}

const half: readonly MeteredStep[] = [{ write: 'half.txt' }];
const whole: readonly MeteredStep[] = [{ write: 'whole.txt' }];

it('a first attempt hears of what one of an earlier run has left in the checkout, and why it ended', async () => {
  await using it = await rig(TASKS, config);
  const never = new Promise<never>(() => {});
  const [first] = await told(it, [...half, { say: 'half\n' }, { until: never }], {
    on: (event, pause) => event.type === 'agent-output' && pause(true),
  });
  expect(first).not.toContain('there already');
  const [second] = await told(it, half);
  expect(second).toContain('## Work that is there already\n\nAn earlier attempt at this task was cut short');
  expect(second).toContain('What it changed is still in place');
  const workspace = await openWorkspace(it.repository.root);
  await retryTask({ workspace, planId: 'demo', env: {} }, 'one', false);
  await workspace.close();
  const [third, two] = await told(it, whole);
  expect(third).toContain(
    'An earlier attempt at this task failed (gate_failed): Gate "good" failed: It ended with exit code 1. What it changed',
  );
  expect(two).not.toContain('there already');
});

it('a retry in a worktree hears of what was brought into it, and one that begins clean of nothing', async () => {
  await using it = await rig(parallel, config);
  await told(it, half);
  const again = async (fromBase: boolean) => {
    const workspace = await openWorkspace(it.repository.root);
    await retryTask({ workspace, planId: 'demo', env: {} }, 'one', fromBase);
    await workspace.close();
  };
  await again(true);
  expect((await told(it, half))[0]).not.toContain('there already');
  await again(false);
  expect((await told(it, whole))[0]).toContain('failed (gate_failed)');
  expect(it.repository.git('ls-files', 'half.txt', 'whole.txt').trim()).toBe('half.txt\nwhole.txt');
});
