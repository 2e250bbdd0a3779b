/** Runners on several machines: clones of one bare repository, each with processes of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { leases, LONG, remoteWith, start, taskCommits, until, type Ended } from '../support/remote.ts';
import type { Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';
import { contentOf } from '../support/scripted.ts';

const RUNNERS = 8;

describe('a plan that runs from a remote', () => {
  it.each(rounds(1, 200))(`has one runner of ${RUNNERS} that want it, round %i`, { timeout: 240_000 }, async (round) => {
    await using it = await remoteWith(task('one', `echo "$WHO" >> "$MEET/began"; ${until('go')}; echo "$WHO" > one.txt`), LONG);
    const runners = Array.from({ length: RUNNERS }, (_, index) => start(it.clone(`r${index}`), { ...it.env, WHO: `r${index}` }));
    const losers: Ended[] = [];
    for (const { ended } of runners)
      void ended.then((end) => (losers.push(end) === RUNNERS - 1 ? writeFile(it.meet('go'), '') : undefined));
    const ends = await Promise.all(runners.map(({ ended }) => ended));
    expect(ends.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(ends.filter(({ code }) => code === 2)).toHaveLength(RUNNERS - 1);
    // Who renews faster than a loser can read stays unnamed.
    for (const { err } of losers.slice(0, -1)) expect(err).toMatch(/is being run by (?:process \d+ on |another runner)/);
    expect(readFileSync(it.meet('began'), 'utf8').trim().split('\n')).toHaveLength(1);
    expect(taskCommits(it.bare)).toEqual(['one']);
    expect(leases(it.bare)).toBe('');
    console.log(`race: round ${round} through one remote, one winner of ${RUNNERS}`);
  });

  it('goes to another when its holder is not heard of, and the late one lands nothing', { timeout: 120_000 }, async () => {
    await using it = await remoteWith(task('one', 'echo "$WHO" > one.txt') + task('two', 'echo "$WHO" > two.txt'), '2s');
    const [a, b] = [it.clone('a'), it.clone('b')];
    // It is stopped where it hurts most: its result is committed, and git knows where it wants to push it.
    await mkdir(a.path('.git/hooks'), { recursive: true });
    await writeFile(
      a.path('.git/hooks/pre-push'),
      `#!/bin/sh\ngit log -1 --format=%B "$(git rev-parse HEAD)" | grep -q Plan-Attempt || exit 0\necho x > "$MEET/pushing"\n${until('go')}\n`,
    );
    await chmod(a.path('.git/hooks/pre-push'), 0o755);
    const first = start(a, { ...it.env, WHO: 'a' });
    await contentOf(it.meet('pushing'));
    process.kill(first.pid, 'SIGSTOP');
    const second = await start(b, { ...it.env, WHO: 'b' }).ended;
    expect(second).toMatchObject({ code: 0, err: expect.stringContaining('Watching for up to 2 s') });
    const landed = it.bare.git('rev-parse', 'main').trim();
    await writeFile(it.meet('go'), '');
    process.kill(first.pid, 'SIGCONT');
    const late = await first.ended;
    expect(late.code).toBe(3);
    expect(late.out).toContain('took the plan over');
    expect(it.bare.git('rev-parse', 'main').trim()).toBe(landed);
    expect(taskCommits(it.bare).toSorted()).toEqual(['one', 'two']);
    expect([a.head(), a.status(), await a.read('one.txt')]).toEqual([landed, [], 'b\n']);
    // Its own result is not lost.
    const [kept = ''] = a.git('for-each-ref', '--format=%(refname)', 'refs/plans/preserved').trim().split('\n');
    expect(a.git('show', `${kept}:one.txt`)).toBe('a\n');
    expect(leases(it.bare)).toBe('');
    expect(a.git('fsck', '--no-progress', '--no-dangling').trim()).toBe('');
  });

  it('goes on at once after a crash of its own runner, and pushes what that one could not', async () => {
    await using it = await remoteWith(
      task('one', `echo 1 > one.txt`) + task('two', `echo x > "$MEET/began"; ${until('go')}; echo 2 > two.txt`),
      LONG,
    );
    const a = it.clone('a');
    const first = start(a, it.env);
    await contentOf(it.meet('began'));
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    expect(leases(it.bare)).toContain('refs/plans/lease/demo');
    await writeFile(it.meet('go'), '');
    const second = await start(a, it.env).ended;
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(taskCommits(it.bare)).toEqual(['two', 'one']);
    expect(it.bare.git('rev-parse', 'main').trim()).toBe(a.head());
    expect(leases(it.bare)).toBe('');
  });

  it('pauses where the remote does not take it any more, and says so; the next run pushes it', async () => {
    await using it = await remoteWith(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'), '5s');
    const a = it.clone('a');
    await mkdir(it.bare.path('hooks'), { recursive: true });
    await writeFile(it.bare.path('hooks/pre-receive'), '#!/bin/sh\nif grep -q refs/heads/; then echo protected; exit 1; fi\n');
    await chmod(it.bare.path('hooks/pre-receive'), 0o755);
    const refused = await start(a, it.env).ended;
    expect(refused).toMatchObject({ code: 3, out: expect.stringContaining('pre-receive hook declined') });
    expect(a.log()[0]).toMatch(/^demo: (?:paused: remote|Do )/);
    expect([leases(it.bare), existsSync(a.path('.git/plans/demo.leases'))]).toEqual(['', false]);
    await it.bare.write({ 'hooks/pre-receive': null });
    expect(await start(a, it.env).ended).toMatchObject({ code: 0 });
    expect(it.bare.git('rev-parse', 'main').trim()).toBe(a.head());
  });

  it('is steered where it runs; what needs that checkout is refused elsewhere, with the name of who has it', async () => {
    await using it = await remoteWith(
      task('one', `echo x > "$MEET/began"; ${until('go')}; echo 1 > one.txt`) + task('two', 'echo 2 > two.txt'),
      LONG,
    );
    const a = it.clone('a');
    const runner = start(a, it.env);
    await contentOf(it.meet('began'));
    const refused = async (...words: string[]) => {
      const b = it.clone(words[0] ?? '');
      await b.write({ 'two.txt': 'mine' });
      const before = [b.head(), b.status(), await b.read('plans/demo.plan.md')];
      const err = expect.stringMatching(`is being run by process ${runner.pid} on .*as "origin" says.* plans pause demo`);
      expect(await start(b, it.env, words).ended).toMatchObject({ code: 2, err });
      expect([b.head(), b.status(), await b.read('plans/demo.plan.md')]).toEqual(before);
    };
    await Promise.all([refused('done', 'demo', 'two', '--yes'), refused('rollback', 'demo')]);
    expect((await start(a, it.env, ['pause', 'demo']).ended).out).toContain(`Process ${runner.pid} finishes the task`);
    await writeFile(it.meet('go'), '');
    expect((await runner.ended).code).toBe(3);
    expect([taskCommits(it.bare), leases(it.bare)]).toEqual([['one'], '']);
  });

  it('takes a command of any machine while nothing runs it: on the newest, and on the remote when it returns', async () => {
    await using it = await remoteWith(['one', 'two', 'three'].map((id) => task(id, `echo ${id} > ${id}.txt`)).join(''), LONG);
    const [a, b] = [it.clone('a'), it.clone('b')];
    expect(await start(a, it.env, ['run', 'demo', '--task', 'one']).ended).toMatchObject({ code: 0 });
    const said = async (repository: Repository, ...words: string[]) => {
      expect(await start(repository, it.env, words).ended).toMatchObject({ code: 0 });
      expect(it.bare.git('rev-parse', 'main').trim()).toBe(repository.head());
      expect([leases(it.bare), existsSync(repository.path('.git/plans/demo.leases'))]).toEqual(['', false]);
    };
    await said(b, 'skip', 'demo', 'three');
    expect(await b.read('plans/demo.plan.md')).toMatch(/- \[x\] Do one/);
    await a.write({ 'two.txt': 'mine' });
    await said(a, 'done', 'demo', 'two', '--yes');
    await said(b, 'rollback', 'demo', '--task', 'two');
    // Beside the branch is nothing that a push could take for somebody else's.
    expect(b.log()).toEqual([
      'Revert "demo: Do two"',
      'demo: Do two',
      'demo: skipped: Do three',
      'demo: paused: requested',
      'demo: Do one',
      'demo: started',
      'init',
    ]);
  });

  it('says where a command was taken over before its commit was pushed', async () => {
    const run = 'git --git-dir "$MEET/../bare" update-ref refs/plans/lease/demo main';
    await using it = await remoteWith(task('one', 'true'), LONG, { qa: { gates: [{ name: 'taken', run }] } });
    const a = it.clone('a');
    const before = a.head();
    await a.write({ 'one.txt': 'mine' });
    const told = expect.stringMatching(/^plans: It is committed here, but not on "origin": another runner took the plan over/);
    expect(await start(a, it.env, ['done', 'demo', 'one', '--yes']).ended).toMatchObject({ code: 2, err: told });
    expect([a.log(), it.bare.git('rev-parse', 'main').trim()]).toEqual([['demo: Do one', 'init'], before]);
  });

  it('is refused with a sentence where the branches have gone apart, and moves forward where it is behind', async () => {
    await using it = await remoteWith(task('one', 'echo 1 > one.txt'), LONG);
    const [a, b, c] = [it.clone('a'), it.clone('b'), it.clone('c')];
    await c.commit('mine', { 'mine.txt': 'mine' });
    expect(await start(a, it.env).ended).toMatchObject({ code: 0 });
    expect(await start(b, it.env).ended).toMatchObject({ code: 0 });
    expect(b.head()).toBe(a.head());
    expect(await start(c, it.env).ended).toMatchObject({ code: 2, err: expect.stringContaining('have gone apart') });
    c.git('remote', 'set-url', 'origin', it.meet('nowhere'));
    expect(await start(c, it.env).ended).toMatchObject({ code: 2, err: expect.stringContaining('cannot be reached') });
    expect(taskCommits(it.bare)).toEqual(['one']);
    expect(leases(it.bare)).toBe('');
  });
});
