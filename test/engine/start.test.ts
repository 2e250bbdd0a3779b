import { describe, expect, it } from 'vitest';
import { gates, rig, task, type Rig } from '../support/rig.ts';
import { openEmbeddedGit } from '../../src/adapters/git/embedded.ts';
import { runPlan } from '../../src/engine/run.ts';
import { checkedHead } from '../../src/engine/start.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';

const phase = (mode: string, run: string) => `## P\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${task('one', run)}`;

async function unchanged(it: Rig, expected: RegExp, options = {}): Promise<void> {
  const before = [it.repository.git('rev-parse', 'HEAD').trim(), ...it.repository.status(), await it.plan()];
  await expect(it.run(options)).rejects.toThrow(expected);
  expect([it.repository.git('rev-parse', 'HEAD').trim(), ...it.repository.status(), await it.plan()]).toEqual(before);
  expect(it.events).toEqual([]);
}

describe('a run that may not begin changes nothing', () => {
  it('a draft', async () => {
    await using it = await rig(task('one', 'true'), {}, 'draft');
    await unchanged(it, /is a draft.*plans ready demo/);
  });
  it('an invalid plan', async () => {
    await using it = await rig('- [ ] one\n\n  ```yaml\n  dependOn: [x]\n  ```\n');
    await unchanged(it, /demo\.plan\.md:10:3 .*dependOn/);
  });
  it('an unknown gate', async () => {
    await using it = await rig(task('one', 'true', 'gates: [tset]'), gates({ name: 'test', run: 'true' }));
    await unchanged(it, /tset/);
  });
  it('a repository whose commits the built-in git cannot make', async () => {
    await using it = await rig(task('one', 'true'));
    it.repository.git('config', 'commit.gpgSign', 'true');
    const workspace = await openWorkspace(it.repository.root);
    const git = await openEmbeddedGit(it.repository.root);
    await expect(checkedHead({ ...workspace, git })).rejects.toThrow(/signs its commits.*Install the git program/);
    await workspace.close();
  });
  it('a plan outside the folder of the plans', async () => {
    await using it = await rig(task('one', 'true'));
    const workspace = await openWorkspace(it.repository.root);
    expect(() => workspace.planPath('../demo')).toThrow(/A plan's name has no .*found "..\/demo"/);
    await workspace.close();
  });
  it('a detached HEAD', async () => {
    await using it = await rig(task('one', 'true'));
    it.repository.git('switch', '-q', '--detach');
    await unchanged(it, /HEAD is detached/);
  });
  it('a merge under way', async () => {
    await using it = await rig(task('one', 'true'));
    it.repository.git('switch', '-qc', 'other');
    await it.repository.commit('other', { 'README.md': 'other\n' });
    it.repository.git('switch', '-q', 'main');
    await it.repository.commit('mine', { 'README.md': 'mine\n' });
    expect(() => it.repository.git('merge', '-q', 'other')).toThrow();
    await unchanged(it, /A merge is under way/);
  });
  it('no agent, an unknown agent, and one that is not installed', async () => {
    await using none = await rig('- [ ] one\n');
    await unchanged(none, /names no agent/);
    await using missing = await rig('- [ ] one\n\n  ```yaml\n  agent: mine\n  ```\n', {
      'plans.config.json': JSON.stringify({ agents: { mine: { command: ['no-such-program-here'] } } }),
    });
    await unchanged(missing, /"no-such-program-here"/);
  });
  it('a plan that somebody else runs', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt'));
    let second: unknown = null;
    await it.run({
      on: (event) => {
        if (event.type === 'attempt-started') second ??= it.run().catch((error: unknown) => error);
      },
    });
    expect(String(await second)).toMatch(/being run by process \d+/);
  });
  it.each([
    ['sequential', 'sequential', /"demo" is being run in this checkout by process \d+.*"other" and "demo" have tasks/],
    ['parallel', 'sequential', /"demo" is being run in this checkout.*"other" has tasks/],
    ['sequential', 'parallel', /"demo" is being run in this checkout.*"demo" has tasks/],
    ['parallel', 'parallel', /^completed$/],
  ])('one beside another, where either works in the checkout: a %s one that runs, and a %s one', async (mode, others, said) => {
    const wait = 'until test -e $(git rev-parse --git-common-dir)/go; do sleep 0.01; done';
    await using it = await rig(phase(mode, `${wait}; echo 1 > one.txt`), {
      'plans/other.plan.md': `---\nstatus: ready\n---\n\n# Other\n\n${phase(others, 'echo 2 > two.txt')}`,
    });
    await using workspace = await openWorkspace(it.repository.root);
    const beside = async () => {
      const end = await runPlan(workspace, 'other', { env: process.env }).then((summary) => summary.end.type, String);
      await it.repository.write({ '.git/go': '' });
      return end;
    };
    let ended: Promise<string> | null = null;
    const summary = await it.run({ on: ({ type }) => void (type === 'attempt-started' ? (ended ??= beside()) : null) });
    expect(await (ended as Promise<string> | null)).toMatch(said);
    expect(summary.end).toEqual({ type: 'completed' });
  });
  it('a hook that refuses the first commit', async () => {
    await using it = await rig(task('one', 'true'));
    await it.repository.hook('commit-msg', 'echo "the subject names no ticket" >&2; exit 1');
    await expect(it.run()).rejects.toThrow(/could not begin: A git hook refused the commit\. It said:\nthe subject names no ticket$/);
    expect(it.repository.status()).toEqual([]);
  });
  it('a hook that refuses it, while a person writes a task', async () => {
    await using it = await rig(task('one', 'true'));
    const before = await it.plan();
    await it.repository.hook('pre-commit', 'echo "- [ ] Mine" >> plans/demo.plan.md; exit 1');
    await expect(it.run()).rejects.toThrow(/could not begin: A git hook refused the commit/);
    expect(await it.plan()).toBe(`${before}- [ ] Mine\n`);
  });
});
