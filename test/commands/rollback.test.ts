import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PLAN, world } from './world.ts';

it('says what it would take back, takes it back, and says what is in the way', async () => {
  const here = world();
  try {
    here.write('plans/greet.plan.md', PLAN);
    here.commit();
    await here.plans(['run', 'greet']);
    const would = await here.plans(['rollback', 'greet', '--task', 'greeting', '--dry-run']);
    expect(would).toMatchObject({ code: 0, out: expect.stringContaining('1 task would be taken back; nothing was changed.') });
    expect(JSON.parse((await here.plans(['rollback', 'greet', '--task', 'greeting', '--json'])).out)).toMatchObject({
      version: 1,
      plan: 'greet',
      dryRun: false,
      tasks: [{ task: 'greeting', title: 'Write the greeting' }],
    });
    expect(existsSync(join(here.root, 'hello.txt'))).toBe(false);
    const by = here.git('rev-parse', '--short=10', 'HEAD').trim();
    expect((await here.plans(['log', 'greet'])).out).toMatch(
      new RegExp(`greet: Write the farewell.*\n.*\n.*greeting  ↩ reverted by ${by}`),
    );
    expect(await here.plans(['rollback', 'greet', '--phase', 'look'])).toMatchObject({ code: 2 });
    expect(await here.plans(['rollback', 'greet', '--phase', 'write', '--task', 'x'])).toMatchObject({ code: 2 });
    here.write('bye.txt', 'later');
    here.commit();
    const refused = await here.plans(['rollback', 'greet']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('later commits changed "bye.txt" too. Nothing was changed.') });
  } finally {
    here.remove();
  }
});
