import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candidates, complete } from '../../src/commands/complete.ts';
import { world } from './world.ts';

const PLAN = `---
status: ready
---

# Release

## Prepare

- [ ] Write the notes

  \`\`\`yaml
  id: notes
  run: test -f allowed && echo notes > notes.md
  maxAttempts: 1
  \`\`\`

## Go

\`\`\`yaml
executionMode: manual
\`\`\`

- [ ] Publish it

  \`\`\`yaml
  id: publish
  run: echo done > published.txt
  dependsOn: [notes]
  \`\`\`
`;

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  here.write('plans/release.plan.md', PLAN);
  here.write('README.md', 'x\n');
  here.write('.gitignore', 'allowed\n');
  here.commit('init');
});
afterEach(() => here.remove());

const subjects = () => here.git('log', '--format=%s').trim().split('\n');
const trailers = () => here.git('log', '-1', '--format=%(trailers:only,unfold)').trim().split('\n');
const plan = () => here.read('plans/release.plan.md');
const gated = () => {
  here.write('plans.config.json', JSON.stringify({ qa: { gates: [{ name: 'there', run: 'test -s notes.md' }] } }));
  here.write('plans/release.plan.md', PLAN.replace('test -f allowed &&', 'exit 1;'));
  here.commit('gates');
};
const editor = (script: string) => {
  here.write('editor.sh', `#!/bin/sh\n${script}\n`);
  return { env: { EDITOR: `sh ${join(here.root, 'editor.sh')}` } };
};

describe('a word while nothing runs is a commit of the plan file', () => {
  it('skip names what may run without the task', async () => {
    const { code, out } = await here.plans(['skip', 'release', 'notes']);
    expect([code, out]).toEqual([0, 'release: notes is skipped. publish may run without it. Go on: plans run release\n']);
    expect(subjects()).toEqual(['release: skipped: Write the notes', 'init']);
    expect(trailers()).toEqual(['Plan: release', 'Plan-Event: skipped', 'Plan-Task: notes']);
    expect(here.git('status', '--porcelain')).toBe('');
  });

  it('cancel gives the plan up, a run refuses, and resume takes it back', async () => {
    expect((await here.plans(['cancel', 'release'])).code).toBe(0);
    expect(trailers()).toEqual(['Plan: release', 'Plan-Event: failed', 'Plan-Reason: cancelled_by_user']);
    expect((await here.plans(['run', 'release'])).err).toContain('plans resume release');
    here.write('allowed', '');
    expect((await here.plans(['resume', 'release'])).code).toBe(3);
    expect(subjects().slice(0, 5)).toEqual([
      'release: paused: manual approval required',
      'release: Write the notes',
      'release: started',
      'release: resumed',
      'release: cancelled',
    ]);
  });

  it('pause and resume', async () => {
    const { out } = await here.plans(['pause', 'release', '--json']);
    expect(JSON.parse(out)).toMatchObject({ id: 'release', status: 'paused', before: 'ready', runner: null });
    expect(trailers()).toEqual(['Plan: release', 'Plan-Event: paused', 'Plan-Reason: requested']);
    expect((await here.plans(['pause', 'release'])).out).toBe('release: It is paused already.\n');
    expect(subjects()).toHaveLength(2);
  });

  it('keeps what a person had written into the plan before, as theirs', async () => {
    here.write('plans/release.plan.md', plan().replace('Write the notes', 'Write good notes'));
    await here.plans(['skip', 'release/notes']);
    expect(subjects().slice(0, 2)).toEqual(['release: skipped: Write good notes', 'release: edit the plan']);
  });
});

describe('approvals', () => {
  it('let a task of a manual phase run as it was, and are used up by it', async () => {
    await here.plans(['skip', 'release', 'notes']);
    expect((await here.plans(['run', 'release'])).out).toContain('plans approve release publish');
    expect((await here.plans(['approve', 'release', 'publish'])).code).toBe(0);
    expect(plan()).toMatch(/approved: "?[0-9a-f]{12}/);
    expect(trailers()).toEqual(['Plan: release', 'Plan-Event: approved', 'Plan-Task: publish']);
    expect((await here.plans(['next', 'release'])).out).toContain('▸ Publish it');
    here.write('plans/release.plan.md', plan().replace('echo done', 'echo evil'));
    expect((await here.plans(['next', 'release'])).out).toContain('publish  was edited after its approval');
    expect((await here.plans(['show', 'release'])).out).toContain('was edited after its approval');
    expect((await here.plans(['run', 'release'])).code).toBe(3);
    await here.plans(['approve', 'release/publish']);
    expect((await here.plans(['resume', 'release'])).code).toBe(0);
    expect(plan()).not.toContain('approved');
    expect(here.read('published.txt')).toBe('evil\n');
  });

  it.each([
    [['approve', 'release', 'notes'], 'needs no approval: its phase is not manual'],
    [['approve', 'release', 'publsh'], 'Did you mean "publish"?'],
    [['approve', 'release'], '"plans approve" needs a task: plans approve release publish\n'],
    [['retry', 'release'], 'plans retry release TASK. But no task has failed in that plan.\n'],
    [['skip', 'release'], 'plans skip release TASK. It could be notes, publish.\n'],
    [['skip', 'notes'], '"plans skip" needs the task\'s plan too: plans skip release notes\n'],
    [['done', 'relea'], 'Did you mean "release"?'],
    [['retry', 'release', 'notes'], 'has not failed'],
    [['skip', 'relaese', 'notes'], 'Did you mean "release"?'],
  ])('%j says why not', async (argv, message) => {
    const { code, err } = await here.plans(argv);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(subjects()).toEqual(['init']);
    expect(plan()).toBe(PLAN);
  });
});

describe('retry', () => {
  it('makes a failed task pending, and keeps or clears what it left', async () => {
    here.write('plans/release.plan.md', PLAN.replace('test -f allowed &&', 'echo half > notes.md; test -f allowed &&'));
    expect((await here.plans(['run', 'release'])).out).toContain('plans retry release notes');
    expect(plan()).toContain('status: failed');
    await here.plans(['retry', 'release', 'notes']);
    expect(plan()).not.toMatch(/status: failed|attempts|error/);
    expect(trailers()).toEqual(['Plan: release', 'Plan-Event: retry', 'Plan-Task: notes']);
    expect(here.read('notes.md')).toBe('half\n');
    await here.plans(['run', 'release']);
    here.write('notes.md', 'half and mine\n');
    await here.plans(['retry', 'release', 'notes', '--from-base']);
    expect(here.git('status', '--porcelain')).toBe('');
    expect(here.git('show', 'refs/plans/attempts/release/notes/2:notes.md')).toBe('half\n');
    const [kept = ''] = here.git('for-each-ref', '--format=%(refname)', 'refs/plans/preserved').trim().split('\n');
    expect(here.git('show', `${kept}:notes.md`)).toBe('half and mine\n');
    here.write('allowed', '');
    expect((await here.plans(['run', 'release'])).code).toBe(3);
    expect(here.git('show', 'HEAD:notes.md')).toBe('notes\n');
  });
});

it('ids of tasks are completed', async () => {
  const known = {
    plans: () => Promise.resolve(['release']),
    tasks: () => Promise.resolve([['notes', ''] as const]),
    suggestions: () => Promise.resolve([]),
  };
  for (const command of ['approve', 'skip', 'retry', 'done', 'edit'])
    expect(await candidates([command, 'release', ''], known)).toEqual([['notes', '']]);
});

it('of the tasks those are completed that a command can be about', async () => {
  const named = async (command: string) => (await complete([command, 'release', ''], here.root)).map((line) => line.split('\t')[0]);
  expect(await named('approve')).toEqual(['publish']);
  expect(await named('retry')).toEqual([]);
  expect(await named('skip')).toEqual(['notes', 'publish']);
  here.write('plans/release.plan.md', PLAN.replace('id: notes', 'id: notes\n  status: failed').replace('[ ] Publish', '[x] Publish'));
  expect(await named('approve')).toEqual([]);
  expect(await named('retry')).toEqual(['notes']);
  expect(await named('done')).toEqual(['notes']);
  expect(await named('edit')).toEqual(['notes', 'publish']);
});

describe('done', () => {
  it('commits a person’s work with the box after the gates, as the task’s commit', async () => {
    gated();
    expect((await here.plans(['run', 'release'])).out).toMatch(/By hand +mend it, then: plans done release notes/);
    here.write('notes.md', 'mine\n');
    here.write('other.txt', 'x\n');
    const { code, out } = await here.plans(['done', 'release', 'notes', '--files', 'notes.md']);
    expect(out).toMatch(/gate there passed.*\nrelease: notes is done, 1 file in commit/);
    expect(code).toBe(0);
    expect(subjects()[0]).toBe('release: Write the notes');
    expect(trailers()).toEqual(
      expect.arrayContaining(['Plan-Task: notes', 'Plan-Attempt: 2/2', 'Plan-Agent: human', 'Plan-Gates: there=passed']),
    );
    expect(here.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['notes.md', 'plans/release.plan.md']);
    expect(here.git('status', '--porcelain').trim()).toBe('?? other.txt');
    expect(plan()).toContain('- [x] Write the notes');
    expect((await here.plans(['log', 'release', '--json'])).out).toContain('"agent": "human"');
  });

  it('commits nothing when a gate fails, and says so where the gates were left out', async () => {
    gated();
    const before = plan();
    const refused = await here.plans(['done', 'release', 'notes']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Gate "there" failed, and nothing was committed') });
    expect([plan(), subjects()[0]]).toEqual([before, 'gates']);
    expect((await here.plans(['done', 'release', 'notes', '--no-gates'])).code).toBe(0);
    expect(trailers()).toContain('Plan-Gates: there=skipped');
  });

  it('says what it does to the checks, in the commit too', async () => {
    here.write('notes.test.js', "it('a', () => {});\n");
    here.commit('a test');
    here.write('notes.test.js', "it.skip('a', () => {});\n");
    const { out } = await here.plans(['done', 'release', 'notes', '--yes']);
    expect(out).toMatch(/\nIt weakens what is checked, and its commit says so: 1 test skipped\.\n$/);
    expect(trailers()).toContain('Plan-Flags: tests-skipped=1');
  });

  it('shows the files at a terminal and asks; no means no', async () => {
    here.write('notes.md', 'mine\n');
    const { code, err } = await here.plans(['done', 'release', 'notes'], { answer: 'n' });
    expect([code, err]).toEqual([0, '  notes.md\n']);
    expect(subjects()).toEqual(['init']);
  });

  it('takes the tick back where a hook refuses the commit', async () => {
    here.write('.git/hooks/pre-commit', '#!/bin/sh\necho no; exit 1\n');
    chmodSync(join(here.root, '.git/hooks/pre-commit'), 0o755);
    const { code, err } = await here.plans(['done', 'release', 'notes']);
    expect([code, err]).toEqual([2, expect.stringContaining('its box is open again')]);
    expect(plan()).toBe(PLAN);
  });

  it('ends the plan with its last task, and refuses what is not to be done yet', async () => {
    expect((await here.plans(['done', 'release', 'publish'])).err).toContain('depends on "notes", which is not done');
    await here.plans(['skip', 'release', 'notes']);
    expect((await here.plans(['done', 'release', 'publish'])).out).toContain('That was the last task.');
    expect(plan()).toContain('status: completed');
    expect((await here.plans(['done', 'release', 'publish'])).err).toContain('is completed already');
  });
});

describe('edit', () => {
  it('puts a task’s text back where it stood, and offers to try again', async () => {
    await here.plans(['run', 'release']);
    const before = plan();
    const extra = { ...editor('sed -i.bak "s/Write the notes/Write short notes/; s/test -f allowed/true/" "$1"'), answer: 'y' };
    const { code, out } = await here.plans(['edit', 'release', 'notes'], extra);
    expect([code, out]).toEqual([0, expect.stringMatching(/notes is edited\.\nrelease: notes is tried again/)]);
    expect(subjects().slice(0, 2)).toEqual(['release: retry: Write short notes', 'release: edit the plan']);
    expect(here.git('show', 'HEAD~1:plans/release.plan.md')).toBe(
      before.replace('Write the notes', 'Write short notes').replace('test -f allowed', 'true'),
    );
    here.git('clean', '-qfd');
    expect((await here.plans(['run', 'release'])).code).toBe(3);
    expect(subjects()).toContain('release: Write short notes');
  });

  it('says what the task is called now, where its title was its name', async () => {
    here.write('plans/release.plan.md', PLAN.replace('  id: notes\n', '').replace('  dependsOn: [notes]\n', ''));
    const { out } = await here.plans(['edit', 'release', 'write-the-notes'], editor('sed -i.bak "s/Write the/Write short/" "$1"'));
    expect(out).toBe('release: write-the-notes is edited, and is write-short-notes now. Go on: plans run release\n');
  });

  it.each([
    ['sed -i.bak "s/maxAttempts: 1/maxAttempt: 1/" "$1"', 1, 'would have errors, and was not changed. What you wrote is in'],
    ['exit 3', 2, 'exit code 3. Nothing was changed.'],
  ])('%s: changes nothing', async (script, code, message) => {
    const result = await here.plans(['edit', 'release', 'notes'], editor(script));
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(message)]);
    const [, kept] = /What you wrote is in (\S+)\.$/m.exec(result.err) ?? [];
    if (kept !== undefined) {
      expect(readFileSync(kept, 'utf8')).toContain('maxAttempt: 1');
      rmSync(dirname(kept), { recursive: true });
    }
    expect(plan()).toBe(PLAN);
    expect(subjects()).toEqual(['init']);
  });

  it('says what to do without an editor', async () => {
    expect((await here.plans(['edit', 'release', 'notes'])).err).toContain('Set EDITOR');
  });
});

describe('run --from', () => {
  it.each([
    [['--from', 'phase', 'go'], ['publish']],
    [['--from', 'phase go'], ['publish']],
    [
      ['--from=task', 'notes'],
      ['notes', 'publish'],
    ],
    [['--from', 'publish'], ['publish']],
    [
      ['--from', 'beginning'],
      ['notes', 'publish'],
    ],
    [
      ['--from', 'current'],
      ['notes', 'publish'],
    ],
  ])('%j', async (words, tasks) => {
    const { out } = await here.plans(['run', 'release', ...words, '--dry-run', '--json']);
    const steps = JSON.parse(out).steps as { type: string; task: string }[];
    expect(steps.filter(({ type }) => type === 'task').map(({ task }) => task)).toEqual(tasks);
  });

  it.each([
    [['--from', 'phase', 'notes'], 'has no phase "notes"'],
    [['--from', 'task', 'go'], 'has no task "go"'],
    [['--from', 'publsh'], 'Did you mean "publish"?'],
  ])('%j says why not', async (words, message) => {
    expect((await here.plans(['run', 'release', ...words])).err).toContain(message);
  });
});
