/** What becomes of a run’s commits where the branch has moved while it ran. */
import { describe, expect, it } from 'vitest';
import { jobWorld, type JobWorld } from './ci.ts';
import { commit, DONE, doneBy, FILES, honest, PATH, publish, STARTED, startedBy } from './ci-bundle.ts';

const plan = (it: JobWorld) => it.server.git('show', `plans/tips:${PATH}`);

describe('where somebody has steered the plan while it ran', () => {
  const BEGUN = DONE.replace('running', 'ready');
  /** The branch stands at one task done; a run does the other one, while somebody changes the plan. */
  async function meanwhile(change: (text: string) => string, files: Readonly<Record<string, string>> = {}) {
    const it = await jobWorld(FILES);
    const { here } = it;
    here.git('checkout', '--quiet', '-B', 'plans/tips', 'main');
    honest(it);
    commit(it, { [PATH]: BEGUN }, 'tips: resumed\n\nPlan: tips\nPlan-Event: resumed\n');
    here.git('push', '--quiet', 'origin', 'plans/tips');
    here.git('fetch', '--quiet', 'origin');
    const published = await publish(
      it,
      (w) => {
        commit(w, { [PATH]: DONE }, startedBy);
        commit(
          w,
          { [PATH]: DONE.replace('- [ ] Split', '- [x] Split').replace('running', 'completed'), 'split.txt': 's' },
          doneBy('split'),
        );
        here.git('branch', 'run');
        here.git('checkout', '--quiet', '-B', 'theirs', 'origin/plans/tips');
        commit(w, { [PATH]: change(BEGUN), ...files }, 'tips: by a person');
        here.git('push', '--quiet', 'origin', 'theirs:plans/tips');
        here.git('checkout', '--quiet', '-B', 'plans/tips', 'run');
      },
      { from: 'origin/plans/tips' },
    );
    return { it, ...published };
  }

  it('its commits go on top of what was said: cancelled stays cancelled', async () => {
    const { it, out, err } = await meanwhile((text) => text.replace('status: ready', 'status: failed'));
    await using _ = it;
    expect([out, err]).toEqual([expect.stringContaining('tips: failed, at'), '']);
    expect(plan(it)).toBe(DONE.replace('- [ ] Split', '- [x] Split').replace('running', 'failed'));
    expect(it.server.git('log', '--format=%s', '-3', 'plans/tips').trim().split('\n')).toEqual([
      'tips: Do split',
      'tips: started',
      'tips: by a person',
    ]);
    expect(it.server.git('show', 'plans/tips:split.txt')).toBe('s');
  });

  it('what was to be paused and is done is completed', async () => {
    const { it } = await meanwhile((text) => text.replace('status: ready', 'status: paused'));
    await using _ = it;
    expect(plan(it)).toContain('status: completed');
  });

  it('words stay', async () => {
    const { it } = await meanwhile((text) => text.replace('# Tips', '# Tips, and more'));
    await using _ = it;
    expect(plan(it)).toContain('# Tips, and more');
    expect(plan(it)).toContain('- [x] Split it');
  });

  it('nothing goes on top of work, nor of another word on the same task', async () => {
    for (const [change, files] of [
      [(text: string) => text, { 'theirs.txt': 'x' }],
      [(text: string) => text.replace('- [ ] Split it', '- [ ] Split it in two'), {}],
    ] as const) {
      const { it, err } = await meanwhile(change, files);
      await using _ = it;
      expect(err).toContain('The branch plans/tips has moved to');
      expect(it.server.git('log', '-1', '--format=%s', 'plans/tips').trim()).toBe('tips: by a person');
    }
  });
});

it('leaves a branch alone on which somebody has worked meanwhile, and replaces one that only says what failed', async () => {
  await using it = await jobWorld(FILES);
  const { here, server } = it;
  const theirs = (text: string, message: string) => {
    here.git('checkout', '--quiet', '-B', 'plans/tips', 'main');
    commit(it, { [PATH]: text }, message);
    here.git('push', '--quiet', '--force', 'origin', 'plans/tips');
    here.git('checkout', '--quiet', 'main');
    return here.git('rev-parse', 'plans/tips').trim();
  };
  const worked = theirs(DONE, doneBy());
  expect((await publish(it, honest)).err).toContain('The branch plans/tips has moved to');
  expect(server.state.branch('plans/tips')).toBe(worked);
  const failed = theirs(STARTED.replace('running', 'paused'), 'tips: paused\n\nPlan: tips\nPlan-Event: paused\n');
  // Edited on the base since then, it begins there.
  commit(it, { 'README.md': 'hello again\n' }, 'by a person');
  here.git('push', '--quiet', 'origin', 'main');
  here.git('fetch', '--quiet', 'origin');
  expect((await publish(it, honest)).code).toBe(0);
  expect(server.state.branch('plans/tips')).not.toBe(failed);
  expect(server.git('for-each-ref', '--format=%(objectname)', 'refs/plans/replaced').trim()).toBe(failed);
});
