import { afterEach, beforeEach, expect, it } from 'vitest';
import { world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

it('a new plan is not made ready before it says anything', async () => {
  await here.plans(['new', 'Tidy up']);
  const refused = await here.plans(['ready', 'tidy-up']);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining('"Say what is to be done first" is as it was made to be filled in'),
  });
  const path = 'plans/tidy-up.plan.md';
  const text = here.read(path);
  expect(text).toContain('status: draft');
  here.write(path, text.replace('Say what is to be done first', 'Sort the files').replace('- [ ] Say what comes next\n', ''));
  expect((await here.plans(['ready', 'tidy-up'])).code).toBe(0);
});
