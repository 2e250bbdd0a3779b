import { execFileSync, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Repository } from '../support/repository.ts';
import { rig, task, trailer, type Rig } from '../support/rig.ts';
import { contentOf } from '../support/scripted.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');

/** Says that it has begun, then waits until the test lets it go on. */
const HELD = 'echo $$ > .git/begun; cat .git/gate > /dev/null';

const parallel = (...tasks: readonly string[]) => `## P\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${tasks.join('')}`;

/** In a shell: edits the plan, as a command would not. */
const sed = (script: string) => `sed -i.bak '${script}' plans/demo.plan.md; rm plans/demo.plan.md.bak`;
const forge = (id: string) => sed(`s/^  id: ${id}$/&\\n  status: skipped/`);

/** A runner in a process of its own, whose first task is held. */
async function held(it: Rig): Promise<{ readonly ended: Promise<number | null>; readonly go: () => void }> {
  execFileSync('sh', ['-c', 'mkfifo .git/gate'], { cwd: it.repository.root });
  const child = spawn(process.execPath, [CLI, 'run', 'demo', '--quiet'], { cwd: it.repository.root, stdio: 'ignore' });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  await contentOf(it.repository.path('.git/begun'));
  return { ended, go: () => void execFileSync('sh', ['-c', 'echo go > .git/gate'], { cwd: it.repository.root }) };
}

/** A command in another process, to its end. */
function plans(it: Rig, ...words: readonly string[]): string {
  return execFileSync(process.execPath, [CLI, ...words], { cwd: it.repository.root, encoding: 'utf8' });
}

const said = (it: Rig, key: string, commit = 'HEAD') => trailer(it.repository.git('log', '-1', '--format=%B', commit), key);
const two = (first: string, ...fields: string[]) => task('one', first, ...fields) + task('two', 'echo 2 > two.txt');

describe('a command from a second process, while an attempt runs in the checkout', () => {
  it('cancel stops the attempt at once, and nothing else starts', async () => {
    await using it = await rig(two(`echo half > one.txt; ${HELD}`));
    const { ended } = await held(it);
    expect(plans(it, 'cancel', 'demo')).toMatch(/Process \d+ stops what runs/);
    expect(await ended).toBe(1);
    expect(it.repository.log()).toEqual(['demo: cancelled', 'demo: started', 'init']);
    expect([said(it, 'Plan-Event'), said(it, 'Plan-Reason')]).toEqual(['failed', 'cancelled_by_user']);
    expect(await it.plan()).toContain('status: failed');
    expect(it.repository.git('show', 'refs/plans/attempts/demo/one/1:one.txt')).toBe('half\n');
    expect(it.repository.status()).toEqual(['?? one.txt']);
  });

  it('pause lets it finish, and starts nothing', async () => {
    await using it = await rig(two(`${HELD}; echo 1 > one.txt`));
    const { ended, go } = await held(it);
    expect(plans(it, 'pause', 'demo')).toMatch(/finishes the task that runs, and pauses/);
    go();
    expect(await ended).toBe(3);
    expect(it.repository.log()[0]).toBe('demo: Do one');
    expect(it.repository.status()).toEqual([]);
    expect(await it.plan()).toMatch(/status: paused[\s\S]*- \[x\] Do one[\s\S]*- \[ \] Do two/);
  });

  it('pause stops further tries, and the try counts', async () => {
    await using it = await rig(two(`${HELD}; test $PLANS_ATTEMPT = 2 && echo 1 > one.txt`));
    const { ended, go } = await held(it);
    plans(it, 'pause', 'demo');
    go();
    expect(await ended).toBe(3);
    expect(await it.plan()).toMatch(/status: paused[\s\S]*attempts: 1/);
  });

  it('resume takes a pause back before it began', async () => {
    await using it = await rig(two(`${HELD}; echo 1 > one.txt`));
    const { ended, go } = await held(it);
    plans(it, 'pause', 'demo');
    expect(plans(it, 'resume', 'demo')).toMatch(/goes on/);
    go();
    expect(await ended).toBe(0);
    expect(await it.plan()).toContain('status: completed');
  });

  it('pause --now stops it, and its work is kept', async () => {
    await using it = await rig(two(`echo half > one.txt; ${HELD}`));
    const { ended } = await held(it);
    expect(plans(it, 'pause', 'demo', '--now')).toMatch(/Process \d+ stops/);
    expect(await ended).toBe(3);
    expect(await it.plan()).toMatch(/status: paused[\s\S]*- \[ \] Do one/);
    expect(it.repository.git('show', 'refs/plans/attempts/demo/one/1:one.txt')).toBe('half\n');
  });

  it('skip and approve stand, while the same by another hand is put back', async () => {
    const manual = `## M\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('four', 'echo 4 > four.txt')}`;
    const forged = "sed -i.bak 's/^status: running/status: failed/' plans/demo.plan.md; rm plans/demo.plan.md.bak";
    await using it = await rig(`${two(`${forged}; ${HELD}; echo 1 > one.txt`)}${task('three', 'echo 3 > three.txt')}${manual}`);
    const { ended, go } = await held(it);
    plans(it, 'skip', 'demo', 'two');
    plans(it, 'approve', 'demo', 'four');
    go();
    expect(await ended).toBe(0);
    expect(await it.plan()).toMatch(/status: completed[\s\S]*status: skipped[\s\S]*- \[x\] Do four/);
    expect(it.repository.log().slice(0, 3)).toEqual(['demo: Do four', 'demo: Do three', 'demo: Do one']);
    expect(await it.plan()).not.toContain('approved');
  });

  it('counts once: what a person has taken back nobody else can say again', async () => {
    // A task of a parallel phase works apart: whoever writes into the checkout meanwhile is taken for a person.
    const byHand = `cd ../../..; ${sed('/^  status: skipped$/d')}; cd - > /dev/null`;
    const last = `## Z\n\n${task('forger', `${forge('four')}; ${forge('five')}; echo > forger.txt`)}${task('four', 'echo > four.txt')}`;
    await using it = await rig(
      `${task('one', `${HELD}; echo 1 > one.txt`)}${parallel(task('p', `${byHand}; echo > p.txt`))}${last}${task('five', 'echo > five.txt')}`,
    );
    const { ended, go } = await held(it);
    plans(it, 'skip', 'demo', 'four');
    plans(it, 'skip', 'demo', 'five');
    const env = { ...process.env, EDITOR: "sed -i.bak '/status: skipped/d'" };
    execFileSync(process.execPath, [CLI, 'edit', 'demo', 'five'], { cwd: it.repository.root, env });
    go();
    expect(await ended).toBe(0);
    expect(it.repository.log().slice(0, 3)).toEqual(['demo: Do five', 'demo: Do four', 'demo: Do forger']);
  });

  it('leaves a checkout alone in which another plan runs', async () => {
    await using it = await rig(two(`${HELD}; echo 1 > one.txt`), { 'plans/other.plan.md': '---\nstatus: ready\n---\n\n- [ ] x\n' });
    const { ended, go } = await held(it);
    const head = it.repository.head();
    expect(() => plans(it, 'skip', 'other', 'x')).toThrow(/The plan "demo" is being run in this checkout/);
    expect([it.repository.head(), it.repository.status()]).toEqual([head, []]);
    go();
    expect(await ended).toBe(0);
    plans(it, 'skip', 'other', 'x');
    expect(it.repository.log()[0]).toBe('other: skipped: x');
  });

  it('names the work tree it runs in to the others of the repository, whose plan file it does not read', async () => {
    await using it = await rig(two(`${HELD}; echo 1 > one.txt`));
    const other = it.repository.path('.git/the other');
    it.repository.git('worktree', 'add', '--quiet', '-b', 'side', other);
    const { ended, go } = await held(it);
    const { root } = it.repository;
    const refusals: readonly (readonly [string[], string])[] = [
      [['run', 'demo'], `in ${root}. Wait for it, or let it pause: plans pause demo -C ${root}`],
      [['pause', 'demo'], `in ${root}, where it has to be told. Say the same with "-C ${root}"`],
      [['rollback', 'demo'], `in ${root}. Let it pause first: plans pause demo -C ${root}`],
    ];
    for (const [words, told] of refusals) expect(() => plans(it, '-C', other, ...words)).toThrow(told);
    expect(new Repository(other).status()).toEqual([]);
    expect(plans(it, 'pause', 'demo', '-C', root)).toMatch(/finishes the task/);
    go();
    expect(await ended).toBe(3);
  });

  it.each(['done', 'retry'])('%s says what has to be first', async (command) => {
    await using it = await rig(two(`${HELD}; echo 1 > one.txt`));
    const { ended, go } = await held(it);
    const before = await it.plan();
    expect(() => plans(it, command, 'demo', 'two')).toThrow(/plans (?:pause|run) demo/);
    expect(await it.plan()).toBe(before);
    go();
    expect(await ended).toBe(0);
  });
});

it.each(['after-tick', 'after-commit'])('done that dies %s leaves the box and the work together', async (point) => {
  await using it = await rig(two('exit 1', 'maxAttempts: 1'));
  await it.repository.write({ 'one.txt': 'mine\n' });
  const env = { ...process.env, PLANS_CRASH_AT: point };
  const done = () => execFileSync(process.execPath, [CLI, 'done', 'demo', 'one'], { cwd: it.repository.root, env, stdio: 'ignore' });
  expect(done).toThrow(expect.objectContaining({ signal: 'SIGKILL' }));
  const landed = point === 'after-commit';
  expect(it.repository.log()[0]).toBe(landed ? 'demo: Do one' : 'init');
  expect(() => plans(it, 'done', 'demo', landed ? 'two' : 'one')).not.toThrow();
  expect(it.repository.log()[0]).toBe(landed ? 'demo: Do two' : 'demo: Do one');
  expect(it.repository.git('log', '--format=%s', '--', 'one.txt').trim()).toBe('demo: Do one');
  expect(it.repository.status()).toEqual([]);
});

describe('retry of a task that worked apart', () => {
  const apart = parallel(
    task('bad', 'test -f half.txt && { cat half.txt; cp half.txt whole.txt; } || { echo half > half.txt; exit 1; }', 'maxAttempts: 1'),
    task('good', 'echo > good.txt', 'dependsOn: []'),
  );

  it('begins on what its last attempt left, on top of what has landed since', async () => {
    await using it = await rig(apart);
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
    expect(it.repository.status()).toEqual([]);
    plans(it, 'retry', 'demo', 'bad');
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(await it.repository.read('whole.txt')).toBe('half\n');
    expect(it.repository.git('for-each-ref', 'refs/plans/retry')).toBe('');
  });

  it('begins clean where that is asked for, or where the two do not go together', async () => {
    await using it = await rig(apart);
    await it.run();
    plans(it, 'retry', 'demo', 'bad', '--from-base');
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
    await it.repository.commit('in the way', { 'half.txt': 'mine\n' });
    plans(it, 'retry', 'demo', 'bad');
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.of('note').map(({ text }) => text)).toEqual([expect.stringContaining('the retry begins clean')]);
    expect(await it.repository.read('whole.txt')).toBe('mine\n');
  });
});
