import { chmod } from 'node:fs/promises';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { steer } from '../../src/engine/control.ts';
import { approving } from '../../src/engine/words.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { gates, rig, task, trailer } from '../support/rig.ts';

describe('a task that passes', () => {
  it('lands with its ticked box in one commit, with the evidence as trailers', async () => {
    await using it = await rig(
      task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'),
      gates({ name: 'there', run: 'test -f one.txt' }),
    );
    const summary = await it.run();
    expect(summary).toMatchObject({ end: { type: 'completed' }, closedTasks: 2, commits: 3, filesChanged: 2 });
    expect(it.repository.log()).toEqual(['demo: Do two', 'demo: Do one', 'demo: started', 'init']);
    expect(it.repository.git('show', '--format=', '--name-only', 'HEAD~1').trim().split('\n')).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(it.repository.git('show', 'HEAD~1:plans/demo.plan.md')).toContain('- [x] Do one');
    expect(it.repository.git('show', 'HEAD~1:plans/demo.plan.md')).toContain('- [ ] Do two');
    const message = it.repository.git('log', '-1', '--format=%B', 'HEAD~1');
    expect(trailer(message, 'Plan')).toBe('demo');
    expect(trailer(message, 'Plan-Task')).toBe('one');
    expect(trailer(message, 'Plan-Attempt')).toBe('1/3');
    expect(trailer(message, 'Plan-Gates')).toBe('there=passed');
    expect(await it.plan()).toContain('status: completed');
    expect(it.repository.status()).toEqual([]);
  });

  it('is open again after git revert', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    await it.run();
    it.repository.git('revert', '--no-edit', 'HEAD~1');
    expect(await it.plan()).toContain('- [ ] Do one');
    expect(await it.plan()).toContain('- [x] Do two');
    const summary = await it.run();
    expect(summary).toMatchObject({ end: { type: 'completed' }, completedTasks: 1 });
    expect(await it.repository.read('one.txt')).toBe('1\n');
  });

  it('takes nothing of a person into its commit: dirty, staged and untracked files stay as they are', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt'), { 'staged.txt': 'a\nb\n', 'dirty.txt': 'a\n' });
    await it.repository.write({ 'staged.txt': 'a\nstaged\n', 'new.txt': 'mine\n', 'dirty.txt': 'dirty\n' });
    it.repository.git('add', 'staged.txt');
    await it.repository.write({ 'staged.txt': 'a\nstaged\nnot staged\n' });
    const before = it.repository.status();
    const index = it.repository.git('diff', '--cached', '--', 'staged.txt');
    await it.run();
    expect(it.repository.status()).toEqual(before);
    expect(it.repository.git('diff', '--cached', '--', 'staged.txt')).toBe(index);
    expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['one.txt', 'plans/demo.plan.md']);
  });

  it('does not mind a person who goes on with what was dirty before', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    await it.repository.write({ 'README.md': 'mine\n', 'notes.txt': 'mine\n' });
    const summary = await it.run({
      on: (event) => {
        if (event.type !== 'task-completed' || event.task !== 'one') return;
        writeFileSync(it.repository.path('README.md'), 'mine, and more\n');
        rmSync(it.repository.path('notes.txt'));
      },
    });
    expect(summary.end).toEqual({ type: 'completed' });
    expect(it.repository.status()).toEqual([' M README.md']);
  });

  it('may delete and rename files', async () => {
    await using it = await rig(task('one', 'git mv README.md LIESMICH.md && rm old.txt'), { 'old.txt': 'x\n' });
    await it.run();
    expect(it.repository.git('ls-files').trim().split('\n')).toEqual(['LIESMICH.md', 'plans/demo.plan.md']);
    expect(it.repository.status()).toEqual([]);
  });

  it('honours a hook that rewrites what is committed', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt'));
    await it.repository.hook('pre-commit', 'if [ -f one.txt ]; then echo formatted > one.txt; git add one.txt; fi');
    await it.run();
    expect(it.repository.git('show', 'HEAD:one.txt')).toBe('formatted\n');
    expect(it.repository.status()).toEqual([]);
  });
});

describe('pauses', () => {
  const phases = `## A\n\n\`\`\`yaml\npauseAfter: true\n\`\`\`\n\n${task('one', 'echo 1 > one.txt')}## B\n\n${task('two', 'echo 2 > two.txt')}`;

  it('after a phase, in the commit of its last task, and goes on from git alone', async () => {
    await using it = await rig(phases);
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'phase_complete' });
    expect(it.repository.log()).toEqual(['demo: Do one', 'demo: started', 'init']);
    expect(it.repository.git('show', 'HEAD:plans/demo.plan.md')).toContain('status: paused');
    it.repository.git('clean', '-qxdf');
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.log().slice(0, 2)).toEqual(['demo: Do two', 'demo: resumed']);
  });

  it('for a person’s task and at a manual phase', async () => {
    await using it = await rig(
      `## A\n\n- [ ] Sign it\n\n  \`\`\`yaml\n  assignee: human\n  \`\`\`\n\n## B\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('two', 'echo 2 > two.txt')}`,
    );
    expect((await it.run()).end).toMatchObject({ reason: 'human_task', task: 'sign-it' });
    const head = it.repository.head();
    expect((await it.run()).end).toMatchObject({ reason: 'human_task', task: 'sign-it' });
    expect(it.repository.head()).toBe(head);
    await it.repository.write({ 'plans/demo.plan.md': (await it.plan()).replace('- [ ] Sign', '- [x] Sign') });
    expect((await it.run()).end).toMatchObject({ reason: 'manual_approval_required', task: 'two' });
    expect(it.repository.log()).toContain('demo: edit the plan');
    expect((await it.run({ task: 'two' })).end).toEqual({ type: 'completed' });
  });

  it('where a task of a manual phase is edited after its approval, be it between two attempts', async () => {
    const tell = 'sed -i.bak "s/Do two/Do more/" plans/demo.plan.md; rm plans/demo.plan.md.bak; exit 1';
    await using it = await rig(`## A\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('two', tell)}`);
    const workspace = await openWorkspace(it.repository.root);
    await steer({ workspace, planId: 'demo', env: {} }, approving('two'));
    await workspace.close();
    const { end } = await it.run();
    expect(end).toMatchObject({ reason: 'manual_approval_required', task: 'two', detail: expect.stringContaining('edited since') });
    expect(it.of('attempt-started')).toHaveLength(1);
    expect(await it.plan()).toMatch(/status: paused[\s\S]*- \[ \] Do more[\s\S]*attempts: 1/);
  });

  it('at the next boundary when asked once', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    const summary = await it.run({ on: (event, pause) => event.type === 'attempt-started' && pause(false) });
    expect(summary).toMatchObject({ end: { type: 'paused', reason: 'requested' }, completedTasks: 1 });
    expect((await it.run()).end).toEqual({ type: 'completed' });
  });

  it('at once when asked twice, and the task is pending with its work kept', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt; test -f go || { echo waiting; exec sleep 60; }'));
    const summary = await it.run({ on: (event, pause) => event.type === 'agent-output' && (pause(false), pause(true)) });
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'requested', task: 'one' });
    expect(await it.plan()).toMatch(/status: paused[\s\S]*- \[ \] Do one/);
    expect(it.repository.git('show', 'refs/plans/attempts/demo/one/1:one.txt')).toBe('1\n');
    await it.repository.write({ go: '', '.git/info/exclude': 'go\n' });
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['one.txt', 'plans/demo.plan.md']);
  });
});

describe('what is asked for', () => {
  const three = task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt') + task('three', 'echo 3 > three.txt', 'dependsOn: [one]');

  it('is one task, and the rest stays open', async () => {
    await using it = await rig(three);
    expect(await it.run({ task: 'two' })).toMatchObject({ end: { type: 'done' }, completedTasks: 1 });
    expect(await it.plan()).toMatch(/status: paused[\s\S]*- \[ \] Do one[\s\S]*- \[x\] Do two[\s\S]*- \[ \] Do three/);
  });

  it('is refused where something it depends on is open', async () => {
    await using it = await rig(three);
    await expect(it.run({ task: 'three' })).rejects.toThrow('The task "three" cannot start: "one" is not done.');
    await expect(it.run({ task: 'tow' })).rejects.toThrow('Did you mean "two"?');
    expect(it.repository.log()).toEqual(['init']);
  });

  it('is everything from a task on', async () => {
    await using it = await rig(three);
    const summary = await it.run({ from: 'two' });
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'requested', task: null });
    expect(it.of('task-completed').map((event) => event.task)).toEqual(['two']);
  });
});

describe('the plan file during a run', () => {
  it('takes a person’s words, as the person’s commit, and puts back what would decide for them', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    await it.run({
      on: async (event) => {
        if (event.type !== 'attempt-started' || event.task !== 'one') return;
        const { writeFileSync, readFileSync } = await import('node:fs');
        const path = it.repository.path('plans/demo.plan.md');
        writeFileSync(
          path,
          readFileSync(path, 'utf8')
            .replace('Do two', 'Do two properly')
            .replace('- [ ] Do two', '- [x] Do two')
            .replace('echo 2', 'echo evil'),
        );
      },
    });
    const subjects = it.repository.log();
    expect(subjects).toEqual(['demo: Do two properly', 'demo: Do one', 'demo: edit the plan', 'demo: started', 'init']);
    expect(await it.repository.read('two.txt')).toBe('2\n');
    expect(it.of('note')).toMatchObject([{ text: expect.stringMatching(/Put back: status of "two"; run of "two"/) as unknown }]);
    expect(it.of('plan-edited')).toMatchObject([{ changed: ['two'], added: [], removed: [] }]);
  });

  it('has a person asked where they were to be, whatever an attempt makes of it', async () => {
    const edits = ['s/^executionMode: manual/executionMode: sequential/', 's/^pauseAfter: true/pauseAfter: false/'].map(
      (edit) => `-e '${edit}'`,
    );
    const manual = `## Then\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('two', 'echo 2 > two.txt')}`;
    const first = `## First\n\n\`\`\`yaml\npauseAfter: true\n\`\`\`\n\n${task('one', `sed -i ${edits.join(' ')} plans/demo.plan.md; echo 1 > one.txt`)}`;
    await using it = await rig(first + manual);
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'phase_complete' });
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'manual_approval_required', task: 'two' });
  });

  it('says what is to be done no more, where an attempt may have taken it out', async () => {
    const cut = "sed -i '/^- .* Do t[w]o/,$d' plans/demo.plan.md";
    await using it = await rig(task('one', `${cut}; echo 1 > one.txt`) + task('two', 'echo 2 > two.txt'));
    await it.run();
    const [commit = ''] = it.repository.git('log', '--format=%h', '--abbrev=12', '--grep=edit the plan').split('\n');
    expect(it.of('note')).toMatchObject([{ text: expect.stringContaining(`The plan has "two" no more`) as unknown }]);
    expect(it.of('note')[0]?.text).toContain(`git revert ${commit}`);
  });

  it('has a task that is written meanwhile done by whom it says', async () => {
    const added = String.raw`printf -- '- [ ] Deploy\n\n  \140\140\140yaml\n  assignee: human\n  \140\140\140\n' >> plans/demo.plan.md`;
    await using it = await rig(task('one', `${added}; echo 1 > one.txt`));
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'human_task', task: 'deploy' });
    expect(it.of('note')).toEqual([]);
  });

  it('pauses the run with a status', async () => {
    await using it = await rig(
      `${task('one', 'sed -i "s/status: running/status: paused/" plans/demo.plan.md; echo 1 > one.txt')}${task('two', 'echo 2 > two.txt')}`,
    );
    const summary = await it.run();
    expect(summary).toMatchObject({ end: { type: 'paused', reason: 'requested' }, completedTasks: 1 });
  });

  it.each([
    ['deleted', 'rm plans/demo.plan.md'],
    ['nonsense', 'printf "%s\\n" "---" "nonsense: [" "---" > plans/demo.plan.md'],
    ['without the task', 'printf "# Demo\\n\\n- [ ] Another\\n" > plans/demo.plan.md'],
  ])('%s: stops with a sentence, and commits nothing of the task', async (_, damage) => {
    await using it = await rig(task('one', `echo 1 > one.txt; ${damage}`));
    const summary = await it.run();
    expect(summary).toMatchObject({ end: { type: 'paused', reason: 'plan_invalid' }, completedTasks: 0 });
    expect(it.repository.git('ls-files').split('\n')).not.toContain('one.txt');
    expect(it.repository.git('show', 'refs/plans/attempts/demo/one/1:one.txt')).toBe('1\n');
  });

  it('is not committed on a branch that somebody has switched to', async () => {
    await using it = await rig(task('one', 'echo ready; while ! test -f go; do :; done; echo 1 > one.txt'), { '.gitignore': 'go\n' });
    const summary = await it.run({
      on: (event) => {
        if (event.type !== 'agent-output') return;
        it.repository.git('switch', '-qc', 'elsewhere');
        writeFileSync(it.repository.path('go'), '');
      },
    });
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'conflict' });
    expect(it.repository.git('log', '--format=%s', '--all', '--not', '--glob=refs/plans').trim()).not.toContain('Do one');
  });
});

it('leaves executable bits and odd file names as the task made them', async () => {
  await using it = await rig(task('one', 'printf x > "odd \' name ü.sh"; chmod +x odd*; ln -s README.md link'));
  await chmod(it.repository.path('README.md'), 0o644);
  await it.run();
  expect(
    it.repository
      .git('-c', 'core.quotePath=false', 'ls-tree', 'HEAD')
      .split('\n')
      .filter((line) => /odd|link/.test(line))
      .map((line) => line.slice(0, 6)),
  ).toEqual(['120000', '100755']);
});
