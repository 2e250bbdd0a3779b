/** A plan that runs on one machine, steered from another through their remote. */
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { leases, remoteWith, start, taskCommits, until } from '../support/remote.ts';
import { task } from '../support/rig.ts';
import { contentOf } from '../support/scripted.ts';

const REQUEST = 'refs/plans/request/demo';
/** A heartbeat is a quarter of it. */
const EXPIRY = '4s';
const HELD = `echo x > "$MEET/began"; ${until('go')}`;
const PLAN =
  task('one', `${HELD}; echo 1 > one.txt`) +
  task('two', 'echo 2 > two.txt') +
  `## By hand\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('three', 'echo 3 > three.txt')}`;

/** A plan whose first task is at work in one clone; what its runner says, and another clone. */
async function running() {
  const it = await remoteWith(PLAN, EXPIRY);
  const [a, b] = [it.clone('a'), it.clone('b')];
  const runner = start(a, it.env);
  await contentOf(it.meet('began'));
  return {
    ...it,
    a,
    b,
    runner,
    say: (...words: string[]) => start(b, it.env, words).ended,
    go: () => writeFile(it.meet('go'), ''),
  };
}

describe('a plan that runs on another machine', { timeout: 240_000 }, () => {
  it('takes a word up with the next heartbeat, committed where the plan runs, and changes nothing here', async () => {
    await using it = await running();
    const before = [it.b.head(), it.b.status()];
    const skipped = await it.say('skip', 'demo', 'two');
    expect(skipped).toMatchObject({ code: 0, out: expect.stringMatching(/two is skipped\. Process \d+ on \S+ takes it up/) });
    expect(skipped.err).toMatch(/is run by process \d+ on .*, as "origin" says\. It is told with its next heartbeat, within 1 s/);
    expect(await it.say('approve', 'demo', 'three')).toMatchObject({ code: 0 });
    // What the runner's plan does not allow is refused with its words, as far as this one is behind.
    const refused = expect.stringMatching(/^[^]*plans: Process \d+ on .* answers: The task "three" has not failed/);
    expect(await it.say('retry', 'demo', 'three')).toMatchObject({ code: 2, err: refused });
    expect([it.b.head(), it.b.status()]).toEqual(before);
    await it.go();
    expect((await it.runner.ended).code).toBe(0);
    expect([taskCommits(it.bare), leases(it.bare)]).toEqual([['three', 'one'], '']);
    expect(it.bare.git('log', '--format=%s', 'main')).toContain('demo: edit the plan\n');
  });

  it.each([
    ['pause', 3, /finishes the task that runs, and pauses/, ['one'], 'demo: paused: requested'],
    ['pause --now', 3, /Process \d+ on \S+ stops/, [], 'demo: paused: requested'],
    ['cancel', 1, /Process \d+ on \S+ stops what runs/, [], 'demo: cancelled'],
  ])('stops by %s', async (words, code, told, done, subject) => {
    await using it = await running();
    const [command = '', ...options] = words.split(' ');
    expect(await it.say(command, 'demo', ...options)).toMatchObject({ code: 0, out: expect.stringMatching(told) });
    if (done.length > 0) await it.go();
    expect((await it.runner.ended).code).toBe(code);
    expect([taskCommits(it.bare), leases(it.bare)]).toEqual([done, '']);
    expect(it.bare.git('log', '--format=%s', 'main').split('\n')).toContain(subject);
  });

  it('is given up by a cancellation, which takes the place of what waits, and of what is no request', async () => {
    await using it = await running();
    const nonsense = it.bare
      .git('-c', 'user.name=x', '-c', 'user.email=x', 'commit-tree', '-m', 'Plan: demo\nPlan-Request: cancel', 'main^{tree}')
      .trim();
    it.bare.git('update-ref', REQUEST, nonsense);
    expect(await it.say('cancel', 'demo')).toMatchObject({ code: 0, out: expect.stringContaining('stops what runs') });
    expect((await it.runner.ended).code).toBe(1);
    expect(leases(it.bare)).toBe('');
  });

  it('answers several at once one after another, and a cancellation wins', async () => {
    await using it = await running();
    const others = ['c', 'd'].map((name) => it.clone(name));
    const ends = await Promise.all([
      it.say('cancel', 'demo'),
      ...others.map((clone, index) => start(clone, it.env, index === 0 ? ['pause', 'demo'] : ['skip', 'demo', 'two']).ended),
    ]);
    expect(ends[0]).toMatchObject({ code: 0 });
    // Done before, refused after it, or overtaken by it; whichever, they are told.
    for (const { code, out, err } of ends.slice(1)) expect([code === 0 ? out : err, code]).not.toEqual(['', code]);
    expect((await it.runner.ended).code).toBe(1);
    expect(it.bare.git('show', 'main:plans/demo.plan.md')).toContain('status: failed');
    expect(taskCommits(it.bare)).toEqual([]);
  });

  it('is not waited for twice where it is not heard of any more: the word is said here', async () => {
    await using it = await running();
    process.kill(it.runner.pid, 'SIGKILL');
    await it.runner.ended;
    expect(await it.say('pause', 'demo')).toMatchObject({ code: 0, out: expect.stringContaining('It is paused') });
    expect([it.bare.git('log', '-1', '--format=%s', 'main').trim(), leases(it.bare)]).toEqual(['demo: paused: requested', '']);
  });
});
