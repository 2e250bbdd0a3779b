import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLAN, world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

const json = (text: string): any => JSON.parse(text);

describe('run --dry-run', () => {
  it.each([
    ['a ready plan', (text: string) => text, [], ['started', 'Write the greeting', 'Write the farewell', 'paused: human task']],
    ['a task alone', (text: string) => text, ['--task', 'farewell'], ['started', 'Write the farewell', 'paused: requested']],
    [
      'a paused plan that failed',
      (text: string) => text.replace('status: ready', 'status: paused').replace('  run: echo hello', '  status: failed\n  run: echo hello'),
      ['--task', 'greeting'],
      ['retry', 'Write the greeting', 'paused: requested'],
    ],
    ['nothing but a pause', (text: string) => text.replace('ready', 'paused').replaceAll('- [ ] Write', '- [x] Write'), [], []],
    ['a person first', (text: string) => text.replaceAll('- [ ] Write', '- [x] Write'), [], ['started', 'paused: human task']],
    ['all done', (text: string) => text.replaceAll('- [ ]', '- [x]'), [], ['started', 'completed']],
    ['the last task', (text: string) => text.replace(/## Look[^]*/, ''), [], ['started', 'Write the greeting', 'Write the farewell']],
    [
      'a pause after a phase',
      (text: string) => text.replace('## Write\n', '## Write\n\n```yaml\npauseAfter: true\n```\n').replace('ready', 'running'),
      [],
      ['Write the greeting', 'Write the farewell'],
    ],
  ])('makes the commits that --dry-run names: %s', async (_, change, options, subjects) => {
    here.write('plans/greet.plan.md', change(PLAN));
    here.commit();
    const before = here.git('rev-parse', 'HEAD').trim();
    const foreseen = json((await here.plans(['run', 'greet', '--dry-run', '--json', ...options])).out);
    expect(foreseen).toMatchObject({ problem: null, commits: subjects.map((subject) => ({ subject })) });
    expect(here.git('rev-parse', 'HEAD').trim()).toBe(before);
    await here.plans(['run', 'greet', ...options]);
    const made = here.git('log', '--reverse', '--format=%s', `${before}..`).trim();
    expect(made).toBe(subjects.map((subject) => `greet: ${subject}`).join('\n'));
  });

  it('counts with --dry-run what is not committed yet, and says what is missing for a run after the order', async () => {
    here.write('plans/greet.plan.md', PLAN);
    here.commit();
    here.write('plans/greet.plan.md', PLAN.replace('  run: echo bye > bye.txt', '  agent: claude-code').replace('ready', 'draft'));
    const draft = await here.plans(['run', 'greet', '--dry-run']);
    expect(draft.code).toBe(2);
    expect(draft.out).toContain('2. Write the farewell');
    expect(draft.out).toContain('5 commits until it pauses: "edit the plan", "started", 2 tasks, "paused: human');
    expect(draft.err).toContain('It would not run yet. The plan "greet" is a draft.');
    here.write('plans/greet.plan.md', PLAN.replace('  run: echo bye > bye.txt\n', ''));
    const missing = await here.plans(['run', 'greet', '--dry-run', '--json']);
    expect(missing.code).toBe(2);
    expect(json(missing.out).problem).toContain('The task "farewell" names no agent');
    expect(here.git('log', '--oneline').trim().split('\n')).toHaveLength(1);
  });
});
