import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { world } from './world.ts';

const PLAN = `---
status: ready
---

# Release

## Prepare

- [ ] Write the notes

  \`\`\`yaml
  id: notes
  run: echo half > half.md; exit 1
  maxAttempts: 1
  \`\`\`

- [ ] Publish it

  \`\`\`yaml
  id: publish
  run: echo done > published.txt
  dependsOn: [notes]
  \`\`\`
`;

let here: ReturnType<typeof world>;
beforeEach(async () => {
  here = world();
  here.write('plans/release.plan.md', PLAN);
  here.write('README.md', 'x\n');
  here.commit('init');
  expect((await here.plans(['run', 'release'])).code).toBe(3);
});
afterEach(() => here.remove());

describe('what a failed attempt left', () => {
  it('is put away where its task is skipped, and brought back', async () => {
    const { out } = await here.plans(['skip', 'release', 'notes']);
    expect(out).toBe(
      'release: What its last attempt left is put away: half.md (plans stash release notes --pop brings it back).\nrelease: notes is skipped. publish may run without it. Go on: plans run release\n',
    );
    expect(here.git('status', '--porcelain')).toBe('');
    expect((await here.plans(['stash', 'release/notes', '--pop'])).out).toBe(
      'release: notes: What its last attempt left is in the checkout again: half.md.\n',
    );
    expect(JSON.parse((await here.plans(['stash', 'release', '--json'])).out)).toEqual({
      version: 1,
      id: 'release',
      tasks: [{ task: 'notes', ref: 'refs/plans/stash/release/notes', files: ['half.md'], stays: [] }],
    });
    expect((await here.plans(['stash', 'release'])).out).toBe('release: Nothing that an attempt left is in the checkout.\n');
    expect(await here.plans(['stash', 'release', '--pop'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('TASK --pop') as unknown,
    });
  });

  it('stays where it is wanted, and where a person has changed it since', async () => {
    expect((await here.plans(['skip', 'release', 'notes', '--keep-files'])).out).toContain('In the checkout stays: half.md.');
    here.write('half.md', 'mine\n');
    const { out } = await here.plans(['stash', 'release', 'notes']);
    expect([out, here.read('half.md')]).toEqual(['release: notes: In the checkout stays what you have changed: half.md.\n', 'mine\n']);
  });
});
