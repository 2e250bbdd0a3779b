import { describe, expect, it } from 'vitest';
import { gates, rig, task, trailer } from '../support/rig.ts';

describe('an attempt that does not pass', () => {
  it('is tried again with the failure, and both tries are told', async () => {
    await using it = await rig(
      task('one', 'echo $PLANS_ATTEMPT > one.txt'),
      gates({ name: 'second', run: 'grep -q 2 one.txt || { echo not yet; exit 1; }' }),
    );
    const summary = await it.run();
    expect(summary.end).toEqual({ type: 'completed' });
    expect(it.of('attempt-finished')).toMatchObject([{ attempt: 1, outcome: 'gate_failed', willRetry: true, files: ['one.txt'] }]);
    expect(trailer(it.repository.git('log', '-1', '--format=%B'), 'Plan-Attempt')).toBe('2/3');
    expect(await it.plan()).not.toContain('attempts:');
    expect(it.repository.git('show', 'refs/plans/attempts/demo/one/1:one.txt')).toBe('1\n');
  });

  it('pauses the plan after the last one, with the reason in the file and the work in the checkout', async () => {
    await using it = await rig(
      task('one', 'echo $PLANS_ATTEMPT > one.txt') + task('two', 'true', 'dependsOn: [one]'),
      gates({ name: 'no', run: 'echo "wrong: $(cat one.txt | tr 0-9 a-j)"; false' }),
    );
    const summary = await it.run();
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'one' });
    expect(summary.failure).toMatchObject({ task: 'one', attempts: 3, gate: { name: 'no', tail: 'wrong: d' }, files: ['one.txt'] });
    const plan = await it.plan();
    expect(plan).toContain('status: paused');
    expect(plan).toMatch(/id: one\n.*\n {2}status: failed\n {2}attempts: 3\n {2}error: /);
    expect(it.repository.log()[0]).toBe('demo: failed: Do one');
    expect(it.repository.status()).toEqual(['?? one.txt']);
    expect(it.repository.git('for-each-ref', '--format=%(refname)', 'refs/plans').trim().split('\n')).toHaveLength(3);
  });

  it('goes on from what it left when a person names the task again', async () => {
    await using it = await rig(
      task('one', 'echo line >> one.txt', 'maxAttempts: 1'),
      gates({ name: 'two', run: 'test $(wc -l < one.txt) -ge 2' }),
    );
    expect((await it.run()).end).toMatchObject({ reason: 'task_failed' });
    expect((await it.run()).end).toMatchObject({ reason: 'task_failed', detail: 'it failed in an earlier run' });
    const summary = await it.run({ task: 'one' });
    expect(summary.end).toEqual({ type: 'completed' });
    expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(await it.plan()).not.toMatch(/status: failed|attempts|error/);
  });

  it('begins anew where the config says so', async () => {
    const config = {
      'plans.config.json': JSON.stringify({
        retryFrom: 'base',
        qa: { gates: [{ name: 'one', run: 'test $(wc -l < one.txt) -eq 1 && test "$PLANS" != x && grep -q 2 one.txt' }] },
      }),
    };
    await using it = await rig(task('one', 'echo $PLANS_ATTEMPT >> one.txt'), config);
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.git('show', 'HEAD:one.txt')).toBe('2\n');
  });

  it.each([
    ['no_changes', task('one', 'true'), /changed no file/],
    ['files_violation', task('one', 'echo 1 > other.txt', 'files: [src/**]'), /"other.txt", outside the task's files/],
    ['agent_failed', task('one', 'echo oops; exit 7'), /exit code 7/],
    ['timeout_wall', task('one', 'sleep 60', 'timeout: 1s', 'maxAttempts: 1'), /did not end within/],
  ] as const)('%s', async (outcome, text, reason) => {
    await using it = await rig(text);
    const summary = await it.run();
    expect(summary.failure).toMatchObject({ outcome, reason: expect.stringMatching(reason) as unknown });
    expect(it.repository.log()[0]).toBe('demo: failed: Do one');
  });

  it('may change nothing where the task says so', async () => {
    await using it = await rig(task('one', 'true', 'allowNoChanges: true'));
    expect((await it.run()).end).toEqual({ type: 'completed' });
  });

  it('is a failed gate when a hook refuses the commit', async () => {
    await using it = await rig(task('one', 'echo $PLANS_ATTEMPT > one.txt'));
    await it.repository.hook('pre-commit', 'if [ -f one.txt ] && ! grep -q 2 one.txt; then echo "hook: not 2"; exit 1; fi');
    const summary = await it.run();
    expect(summary.end).toEqual({ type: 'completed' });
    expect(it.of('attempt-finished')).toMatchObject([{ outcome: 'hook_failed', tail: expect.stringContaining('hook: not 2') as unknown }]);
  });

  it('that changes a file which was dirty before pauses the plan and commits nothing', async () => {
    await using it = await rig(task('one', 'echo agent >> README.md'));
    await it.repository.write({ 'README.md': 'mine\n' });
    const summary = await it.run();
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'conflict', task: 'one' });
    expect(it.repository.git('show', 'HEAD:README.md')).toBe('hello\n');
    expect(await it.repository.read('README.md')).toBe('mine\nagent\n');
    expect(await it.plan()).not.toContain('status: failed');
  });
});

describe('gates', () => {
  it('that rewrite the task’s files are part of the work; what they leave lying about is not', async () => {
    await using it = await rig(
      task('one', 'echo 1 > one.txt'),
      gates({ name: 'format', run: 'echo formatted > one.txt; echo x > report.log; echo fixed > README.md' }),
    );
    await it.run();
    expect(it.repository.git('show', 'HEAD:one.txt')).toBe('formatted\n');
    expect(it.repository.git('show', 'HEAD:README.md')).toBe('fixed\n');
    expect(it.repository.status()).toEqual(['?? report.log']);
    expect(
      it
        .of('note')
        .map(({ text }) => text)
        .join('\n'),
    ).toMatch(/"report.log".*\n.*as the gates left them/);
  });

  it('are those that the task or its phase names, in the config’s order', async () => {
    const list = ['a', 'b', 'c'].map((name) => ({ name, run: 'true' }));
    await using it = await rig(
      `## A\n\n\`\`\`yaml\ngates: [c, a]\n\`\`\`\n\n${task('one', 'echo > 1.txt')}${task('two', 'echo > 2.txt', 'gates: []')}`,
      gates(...list),
    );
    await it.run();
    expect(it.of('gate-finished').map(({ task: id, gate }) => `${id} ${gate.name}`)).toEqual(['one a', 'one c']);
  });
});
