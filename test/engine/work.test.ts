/** What an attempt left, judged: nothing is done that no commit holds, and gates are held to what the attempt is held to. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRepository } from '../support/repository.ts';
import { gates, rig, task, type Rig } from '../support/rig.ts';

const failures = (it: Rig) => it.of('attempt-finished').map(({ outcome, reason }) => `${outcome}: ${reason}`);
const once = 'maxAttempts: 1';

describe('a task is not done by', () => {
  it.each([
    ['a repository inside this one', 'git init -q sub; echo 1 > sub/one.txt'],
    ['one with a commit, beside other work', 'git init -q sub; git -C sub commit -q --allow-empty -m x; echo 1 > one.txt'],
  ])('%s', async (_, run) => {
    await using it = await rig(task('one', run, once));
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
    expect(failures(it)).toEqual([expect.stringMatching(/^files_violation: .*"sub", a git repository of its own/)]);
    expect(await it.plan()).toContain('- [ ] Do one');
  });

  it.each([
    ['', ['files_violation']],
    ['; git -c user.name=A -c user.email=a@example.org commit -qam there', []],
  ])('files of a submodule, unless a commit there holds them%s', async (then, outcomes) => {
    await using other = await createRepository({ 'f.txt': 'f' });
    await using it = await rig(task('one', `cd sub; echo F > f.txt${then}`, once));
    it.repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.root, 'sub');
    await it.repository.commit('with a submodule');
    await it.run();
    expect(it.of('attempt-finished').map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(it.repository.git('show', '--format=', '--name-only').includes('sub')).toBe(outcomes.length === 0);
  });

  it('line endings that git takes for none', async () => {
    await using it = await rig(task('one', String.raw`printf 'hello\r\n' > README.md`, once));
    it.repository.git('config', 'core.autocrlf', 'input');
    await it.run();
    expect(failures(it)).toEqual([expect.stringMatching(/^no_changes: .*"README.md" that git would commit/)]);
  });

  it('line endings it is where git commits them', async () => {
    await using it = await rig(task('one', String.raw`printf 'hello\r\n' > README.md`, once));
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.git('show', '--format=', '--name-only').split('\n')).toContain('README.md');
  });

  it('what its gates take back', async () => {
    await using it = await rig(task('one', 'echo 1 > README.md', once), gates({ name: 'format', run: 'git checkout -q README.md' }));
    await it.run();
    expect(failures(it)).toEqual([expect.stringMatching(/^no_changes: The gates took back all/)]);
    expect(await it.plan()).toContain('- [ ] Do one');
  });
});

describe.each([
  ['in the checkout', 'sequential'],
  ['in a worktree', 'parallel'],
])('a gate that runs what the attempt wrote, %s,', (_, mode) => {
  const plan = (script: string, ...fields: readonly string[]) =>
    `## P\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${task('one', `echo ${JSON.stringify(script)} > own.sh`, once, ...fields)}`;
  const gate = gates({ name: 'own', run: 'sh own.sh' });

  it('changes no file outside the task’s', async () => {
    await using it = await rig(plan('echo evil > README.md', 'files: [own.sh]'), gate);
    await it.run();
    expect(failures(it)).toEqual([expect.stringMatching(/^files_violation: A gate changed "README.md", outside the task's files/)]);
    expect(it.repository.git('show', 'HEAD:README.md')).toBe('hello\n');
  });

  it.each([0, 1])('changes neither the config nor another plan, be its exit code %s', async (code) => {
    const script = `echo {} > plans.config.json; echo evil >> plans/other.plan.md; exit ${code}`;
    await using it = await rig(plan(script), { ...gate, 'plans/other.plan.md': '# Other\n\n- [ ] x\n' });
    expect((await it.run()).end.type).toBe(code === 0 ? 'completed' : 'paused');
    expect(await it.repository.read('plans.config.json')).toBe(gate['plans.config.json']);
    expect(await it.repository.read('plans/other.plan.md')).not.toContain('evil');
    expect(it.of('note').filter(({ text }) => text.includes('Put back'))).toHaveLength(1);
  });

  it('installs no hook, though it fails', async () => {
    const hook = "git rev-parse --git-path hooks | xargs -I% sh -c 'mkdir -p %; cp own.sh %/pre-commit'; exit 1";
    await using it = await rig(plan(hook), gate);
    await it.run();
    expect(existsSync(it.repository.path('.git/hooks/pre-commit'))).toBe(false);
    expect(it.of('note').map(({ text }) => text)).toEqual([expect.stringContaining('hooks/pre-commit')]);
  });
});
