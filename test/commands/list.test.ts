import { afterEach, beforeEach, expect, it } from 'vitest';
import { PLAN, world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

it('lists those of several statuses, or all that have work left', async () => {
  for (const status of ['draft', 'ready', 'paused', 'failed']) here.write(`plans/${status}.plan.md`, PLAN.replace('ready', status));
  here.write('plans/finished.plan.md', PLAN.replace('ready', 'completed').replaceAll('- [ ]', '- [x]'));
  here.write('plans/wrong.plan.md', PLAN.replace('ready', 'completed').replaceAll('- [ ]', '- [x]').replace('id: read', 'idd: read'));
  here.commit();
  const listed = async (...words: string[]) =>
    (await here.plans(['list', ...words])).out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
  expect(await listed('--status', 'draft,paused')).toEqual(['draft', 'paused']);
  expect(await listed('--status=ready', '--status', 'draft')).toEqual(['draft', 'ready']);
  expect(await listed('--status', 'open')).toEqual(['draft', 'failed', 'paused', 'ready', 'wrong']);
  expect(await listed('--status', 'completed')).toContain('finished');
  expect((await here.plans(['list', '--status', 'running,open,'])).code).toBe(2);
  expect((await here.plans(['list', '--status', 'running'])).err).toBe('No plan is running.\n');
});
