import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { gates, rig, task } from '../support/rig.ts';

const parallel = (...tasks: readonly string[]) => `## P\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${tasks.join('')}`;
/** Waits until another task has come as far: proof that both run at once, without a clock. Bounded, so that a failure shows. */
const meet = (mine: string, other: string) =>
  `mkdir -p "$MEET"; touch "$MEET/${mine}"; n=0; while [ ! -e "$MEET/${other}" ] && [ $n -lt 3000 ]; do sleep 0.01; n=$((n+1)); done; test -e "$MEET/${other}"`;

const order = (id: string) => `echo ${id} >> "$MEET"`;
const append = (line: string) => `{ cat README.md; echo ${line}; } > r && mv r README.md`;

describe('a parallel phase', () => {
  it('works on tasks at once, each in a worktree, and lands each as one commit on the branch', async () => {
    await using it = await rig(
      parallel(task('one', `${meet('one', 'two')} && echo 1 > one.txt`), task('two', `${meet('two', 'one')} && echo 2 > two.txt`)),
      {
        'plans.config.json': JSON.stringify({ env: ['MEET'] }),
      },
    );
    const summary = await it.run({ env: { ...process.env, MEET: it.repository.path('.git/meet') } });
    expect(summary).toMatchObject({ end: { type: 'completed' }, completedTasks: 2, filesChanged: 2 });
    expect(it.repository.log().toSorted()).toEqual(['demo: Do one', 'demo: Do two', 'demo: started', 'init']);
    for (const commit of ['HEAD', 'HEAD~1']) {
      expect(it.repository.git('show', '--format=', '--name-only', commit).trim().split('\n')).toHaveLength(2);
    }
    expect(it.repository.status()).toEqual([]);
    expect(await it.repository.read('one.txt')).toBe('1\n');
    expect(it.repository.git('fsck', '--no-progress', '--no-dangling').trim()).toBe('');
  });

  it('starts a task the moment what it depends on is done, and what runs alone alone', async () => {
    await using it = await rig(
      parallel(
        task('last', `${order('last')}; echo > last.txt`, 'dependsOn: [first]'),
        task('alone', `${order('alone')}; echo > alone.txt`, 'canRunInParallel: false', 'dependsOn: [last]'),
        task('first', `${order('first')}; echo > first.txt`),
      ),
      { 'plans.config.json': JSON.stringify({ env: ['MEET'] }) },
    );
    await it.run({ env: { ...process.env, MEET: it.repository.path('.git/order') } });
    expect(await it.repository.read('.git/order')).toBe('first\nlast\nalone\n');
  });

  it('runs the gates again on exactly the tree that lands', async () => {
    // Each is right alone; together they are not, which only the second one's second look can tell.
    const config = {
      'plans.config.json': JSON.stringify({ qa: { gates: [{ name: 'one-of-them', run: '! { test -e a.txt && test -e b.txt; }' }] } }),
    };
    await using it = await rig(parallel(task('a', 'echo > a.txt', 'maxAttempts: 1'), task('b', 'echo > b.txt', 'maxAttempts: 1')), config);
    const summary = await it.run();
    expect(summary).toMatchObject({ end: { type: 'paused', reason: 'task_failed' }, completedTasks: 1 });
    expect(it.of('attempt-finished')).toMatchObject([{ outcome: 'gate_failed' }]);
    expect(it.repository.status()).toEqual([]);
    const failed = it.of('task-failed')[0]?.task ?? '';
    expect(it.repository.git('ls-tree', '-r', '--name-only', `refs/plans/attempts/demo/${failed}/1`)).toContain(`${failed}.txt`);
  });

  it('does a task again on top of what has landed, when the two do not go together', async () => {
    await using it = await rig(parallel(task('a', append('a')), task('b', append('b'))));
    const summary = await it.run();
    expect(summary).toMatchObject({ end: { type: 'completed' }, completedTasks: 2 });
    expect((await it.repository.read('README.md')).split('\n').toSorted().join()).toBe(',a,b,hello');
    expect(it.of('attempt-finished')).toMatchObject([
      { outcome: 'conflict', willRetry: true, tail: expect.stringContaining('CONFLICT') as unknown },
    ]);
  });

  it('never lets tasks that may touch the same files run at once', async () => {
    await using it = await rig(parallel(task('a', append('a'), 'files: [README.md]'), task('b', append('b'), 'files: ["*.md"]')));
    await it.run();
    expect(it.of('attempt-finished')).toEqual([]);
    expect(await it.repository.read('README.md')).toBe('hello\na\nb\n');
  });

  it('does not overwrite what a person has uncommitted in its way', async () => {
    await using it = await rig(parallel(task('a', 'echo agent > README.md'), task('b', 'echo > b.txt')));
    await it.repository.write({ 'README.md': 'mine\n' });
    const summary = await it.run();
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'conflict' });
    expect(await it.repository.read('README.md')).toBe('mine\n');
    expect(it.repository.git('show', 'HEAD:README.md')).toBe('hello\n');
    it.repository.git('checkout', '--', 'README.md');
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(await it.repository.read('README.md')).toBe('agent\n');
  });

  it('does not overwrite a file of a person’s that git ignores', async () => {
    await using it = await rig(parallel(task('a', 'rm .gitignore && echo agent > local.txt')), { '.gitignore': '/local.txt\n' });
    await it.repository.write({ 'local.txt': 'mine\n' });
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'conflict' });
    expect(await it.repository.read('local.txt')).toBe('mine\n');
  });

  it('leaves to git what may have been renamed meanwhile', async () => {
    // The second makes a file in a folder that the first has given another name.
    const late = `until git -C "$TOP" cat-file -e main:to/a.txt; do sleep 0.01; done; echo new > from/new.txt`;
    await using it = await rig(
      parallel(task('first', 'git mv from to'), task('late', `if [ -d from ]; then ${late}; else echo new > to/new.txt; fi`)),
      { 'from/a.txt': 'a\n', 'from/b.txt': 'b\n', 'plans.config.json': JSON.stringify({ env: ['TOP'] }) },
    );
    expect((await it.run({ env: { ...process.env, TOP: it.repository.root } })).end).toEqual({ type: 'completed' });
    expect(it.of('attempt-finished')).toMatchObject([{ task: 'late', outcome: 'conflict' }]);
    expect(await it.repository.read('to/new.txt')).toBe('new\n');
  });

  it('runs the gates again in the worktree as it is, on top of what has landed', async () => {
    const second = 'until git -C "$TOP" cat-file -e main:a.txt; do sleep 0.01; done; echo > b.txt';
    const config = { env: ['TOP'], qa: { gates: [{ name: 'seen', run: 'ls *.txt >> "$TOP/.git/seen"' }] } };
    await using it = await rig(parallel(task('a', 'echo > a.txt'), task('b', second)), { 'plans.config.json': JSON.stringify(config) });
    expect((await it.run({ env: { ...process.env, TOP: it.repository.root } })).end).toEqual({ type: 'completed' });
    expect(await it.repository.read('.git/seen')).toBe('a.txt\nb.txt\na.txt\nb.txt\n');
    expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['b.txt', 'plans/demo.plan.md']);
    expect(it.repository.status()).toEqual([]);
  });

  it('lets the others finish when one fails, and pauses then', async () => {
    const untilFailed = 'n=0; until grep -q "^  status: failed" "$MEET/plan" || [ $n -gt 3000 ]; do sleep 0.01; n=$((n+1)); done';
    const plan = parallel(
      task('bad', 'exit 1', 'maxAttempts: 1'),
      task('good', `${untilFailed}; echo > good.txt`),
      task('later', 'echo > later.txt', 'dependsOn: [good]'),
    );
    await using it = await rig(plan, { 'plans.config.json': JSON.stringify({ env: ['MEET'] }) });
    await mkdir(it.repository.path('.git/meet'));
    await symlink(it.repository.path('plans/demo.plan.md'), it.repository.path('.git/meet/plan'));
    const summary = await it.run({ env: { ...process.env, MEET: it.repository.path('.git/meet') } });
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'bad' });
    expect(await it.plan()).toMatch(/status: paused[\s\S]*status: failed[\s\S]*- \[x\] Do good[\s\S]*- \[ \] Do later/);
  });

  it('sets each worktree up once, with copies of what .worktreeinclude names, and uses it again', async () => {
    const config = {
      '.gitignore': '.env\nsetup.log\n',
      '.worktreeinclude': '.env\n',
      'plans.config.json': JSON.stringify({ maxConcurrency: 1, worktree: { setup: 'echo set up >> setup.log' } }),
    };
    await using it = await rig(parallel(task('a', 'cat .env setup.log > a.txt'), task('b', 'cat .env setup.log > b.txt')), config);
    await it.repository.write({ '.env': 'SECRET=1\n' });
    await it.run();
    expect(await it.repository.read('a.txt')).toBe('SECRET=1\nset up\n');
    expect(await it.repository.read('b.txt')).toBe('SECRET=1\nset up\n');
    expect(existsSync(it.repository.path('.plans/worktrees/2'))).toBe(false);
  });

  it('says that the setup failed, and keeps the task open for another try', async () => {
    const config = { 'plans.config.json': JSON.stringify({ worktree: { setup: 'echo no network; exit 3' } }) };
    await using it = await rig(parallel(task('a', 'echo > a.txt')), config);
    const summary = await it.run();
    expect(summary.failure).toMatchObject({
      outcome: 'setup_failed',
      reason: expect.stringContaining('exit code 3') as unknown,
      tail: expect.stringContaining('no network') as unknown,
    });
  });

  it('keeps what it finds in a worktree before it uses it again', async () => {
    await using it = await rig(
      parallel(task('a', 'echo > a.txt')) + `\n## Q\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${task('b', 'echo > b.txt')}`,
      { 'plans.config.json': JSON.stringify({ maxConcurrency: 1 }) },
    );
    const { writeFileSync } = await import('node:fs');
    await it.run({
      on: (event) =>
        event.type === 'task-completed' &&
        event.task === 'a' &&
        writeFileSync(it.repository.path('.plans/worktrees/1/precious.txt'), 'mine\n'),
    });
    const [ref = ''] = it.repository.git('for-each-ref', '--format=%(refname)', 'refs/plans/preserved').trim().split('\n');
    expect(it.repository.git('show', `${ref}:precious.txt`)).toBe('mine\n');
    expect(it.repository.git('ls-files')).not.toContain('precious.txt');
  });
});

describe('gates and retries apart', () => {
  it('go on in the same worktree with what failed', async () => {
    await using it = await rig(
      parallel(task('a', 'echo $PLANS_ATTEMPT >> a.txt')),
      gates({ name: 'two', run: 'test $(wc -l < a.txt) -eq 2' }),
    );
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(await it.repository.read('a.txt')).toBe('1\n2\n');
  });
});
