/** What a failed attempt has left in the checkout: put away when its task is skipped, or by word, and brought back; a person's files stay. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/engine/control.ts';
import { doneByHand } from '../../src/engine/by-hand.ts';
import { say } from '../../src/engine/say.ts';
import { popStash, stash } from '../../src/engine/stash.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { rig, task, type Rig } from '../support/rig.ts';

const FILES = { 'shared.txt': 'base\n', 'gone.txt': 'gone\n', 'mine.txt': 'base\n' };
const BAD = task('bad', 'mkdir -p new && echo bad > new/bad.txt; echo bad >> shared.txt; rm gone.txt; exit 1', 'maxAttempts: 1');
const NEXT = task('next', 'echo next >> shared.txt');
const LEFT = [' D gone.txt', ' M shared.txt', '?? new/bad.txt'];
const STASH = 'refs/plans/stash/demo/bad';

/** A plan of which the first task has failed. */
async function failed(tasks = `## One\n\n${BAD}${NEXT}`): Promise<Rig> {
  const it = await rig(tasks, FILES);
  await it.run();
  expect(it.repository.status()).toEqual(LEFT);
  return it;
}

/** Does something as a person who has opened the repository for it. */
async function by<T>(it: Rig, work: (caller: Caller) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(it.repository.root);
  try {
    return await work({ workspace, planId: 'demo', env: process.env });
  } finally {
    await workspace.close();
  }
}

const skip = (it: Rig, keepFiles = false) => by(it, (caller) => say(caller, { type: 'skip', task: 'bad', keepFiles }));
const retry = (it: Rig, fromBase = false) => by(it, (caller) => say(caller, { type: 'retry', task: 'bad', fromBase }));
const landed = (it: Rig) => it.of('task-completed').map(({ task: id, files }) => [id, ...files]);

describe('a failed task that is skipped', () => {
  it('leaves a clean checkout, in which the next begins; what it did comes back by one word', async () => {
    await using it = await failed();
    const files = ['gone.txt', 'new/bad.txt', 'shared.txt'];
    expect((await skip(it)).putAway).toEqual({ task: 'bad', ref: STASH, files, stays: [] });
    expect([it.repository.status(), existsSync(it.repository.path('new'))]).toEqual([[], false]);
    expect(await by(it, (caller) => popStash(caller, 'bad'))).toEqual({ task: 'bad', files, stays: [] });
    expect(it.repository.status()).toEqual(LEFT);
    expect(await it.repository.read('shared.txt')).toBe('base\nbad\n');
    // Said once more, it is put away once more.
    await skip(it);
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(landed(it)).toEqual([['next', 'shared.txt']]);
    expect(await it.repository.read('shared.txt')).toBe('base\nnext\n');
    // That and what has landed since do not go together.
    await expect(by(it, (caller) => popStash(caller, 'bad'))).rejects.toThrow(`"shared.txt". It stays under ${STASH}`);
    expect([it.repository.status(), it.repository.git('show', `${STASH}:new/bad.txt`)]).toEqual([[], 'bad\n']);
  });

  it('takes none of a person’s changes along: neither those elsewhere nor those in its own files, nor what is staged', async () => {
    await using it = await failed();
    await it.repository.write({
      'mine.txt': 'mine\n',
      'shared.txt': 'base\nbad\nmine\n',
      'new/mine.txt': 'mine\n',
      'new/bad.txt': 'staged\n',
    });
    it.repository.git('add', 'new/bad.txt');
    await it.repository.write({ 'new/bad.txt': 'bad\n' });
    const stays = ['new/bad.txt', 'shared.txt'];
    expect((await skip(it)).putAway).toMatchObject({ files: ['gone.txt'], stays });
    expect(it.repository.status()).toEqual([' M mine.txt', 'AM new/bad.txt', ' M shared.txt', '?? new/mine.txt']);
    expect([await it.repository.read('shared.txt'), it.repository.git('show', ':new/bad.txt')]).toEqual(['base\nbad\nmine\n', 'staged\n']);
    // What was not taken away is not brought back over it.
    expect(await by(it, (caller) => popStash(caller, 'bad'))).toEqual({ task: 'bad', files: ['gone.txt'], stays });
    expect(await it.repository.read('shared.txt')).toBe('base\nbad\nmine\n');
  });

  it('leaves its files there where that is asked for, and they are in no other commit', async () => {
    await using it = await failed(`## One\n\n${BAD}${task('next', 'echo next > next.txt')}`);
    expect((await skip(it, true)).putAway).toMatchObject({ ref: null, files: [] });
    await it.run();
    expect([landed(it), it.repository.status()]).toEqual([[['next', 'next.txt']], LEFT]);
  });

  it('takes what its agent has staged along, links and modes too', async () => {
    const makes = 'echo bad > a.txt; ln -s a.txt link; echo x > run.sh; chmod +x run.sh; git add a.txt; exit 1';
    await using it = await rig(`## One\n\n${task('bad', makes, 'maxAttempts: 1')}`);
    await it.run();
    expect((await skip(it)).putAway).toMatchObject({ files: ['a.txt', 'link', 'run.sh'], stays: [] });
    expect(it.repository.status()).toEqual([]);
    await by(it, (caller) => popStash(caller, 'bad'));
    expect(it.repository.status()).toEqual(['?? a.txt', '?? link', '?? run.sh']);
    expect([readlinkSync(it.repository.path('link')), lstatSync(it.repository.path('run.sh')).mode & 0o111]).toEqual(['a.txt', 0o111]);
    // A mode or a link that a person has changed since is theirs.
    chmodSync(it.repository.path('run.sh'), 0o644);
    rmSync(it.repository.path('link'));
    symlinkSync('elsewhere', it.repository.path('link'));
    expect(await by(it, (caller) => stash(caller, null))).toMatchObject([{ files: ['a.txt'], stays: ['link', 'run.sh'] }]);
  });

  it('is not brought back over a file that git ignores by now', async () => {
    await using it = await failed();
    await skip(it);
    await it.repository.commit('ignore', { '.gitignore': 'new/\n' });
    mkdirSync(it.repository.path('new'));
    writeFileSync(it.repository.path('new/bad.txt'), 'mine\n');
    expect(await by(it, (caller) => popStash(caller, 'bad'))).toMatchObject({ files: ['gone.txt', 'shared.txt'], stays: ['new/bad.txt'] });
    expect(await it.repository.read('new/bad.txt')).toBe('mine\n');
  });

  it('is taken in again by a retry, which begins on what it had left', async () => {
    await using it = await failed();
    await skip(it);
    await retry(it);
    expect([it.repository.status(), it.repository.git('for-each-ref', STASH)]).toEqual([LEFT, '']);
    expect(await it.plan()).not.toContain('skipped');
  });

  it('keeps its files where they are until the word is committed', async () => {
    await using it = await failed();
    await it.repository.hook('commit-msg', 'exit 1');
    await expect(skip(it)).rejects.toThrow('is changed but not committed');
    expect(it.repository.status()).toEqual([' D gone.txt', ' M plans/demo.plan.md', ' M shared.txt', '?? new/bad.txt']);
    expect(it.repository.git('for-each-ref', STASH)).toBe('');
  });

  it('is skipped all the same where they cannot be put away, and a person is told', async () => {
    await using it = await failed();
    // In the way of the ref, as a disk that refuses it is.
    it.repository.git('update-ref', 'refs/plans/stash/demo', 'HEAD');
    await expect(skip(it)).rejects.toThrow(
      /^The task "bad" is skipped, but what its last attempt left could not be put away: .*plans stash demo bad$/s,
    );
    expect([it.repository.status(), it.repository.log()[0]]).toEqual([LEFT, 'demo: skipped: Do bad']);
    it.repository.git('update-ref', '-d', 'refs/plans/stash/demo');
    expect(await by(it, (caller) => stash(caller, 'bad'))).toMatchObject([{ ref: STASH }]);
  });

  it('counts what it has cost, also where no commit says so', async () => {
    await using it = await rig(`## One\n\n${task('bad', 'echo bad > bad.txt; exit 1', 'maxAttempts: 1')}`);
    await it.run();
    await skip(it);
    expect(it.repository.git('log', '--format=%(trailers:key=Plan-Outcomes)')).toContain('agent_failed');
  });
});

describe('what attempts have left, put away by word', () => {
  it('is that of every task; a retry brings it back, and one from the base does not', async () => {
    await using it = await failed();
    expect(await by(it, (caller) => stash(caller, null))).toMatchObject([{ task: 'bad', ref: STASH }]);
    expect(it.repository.status()).toEqual([]);
    expect(await by(it, (caller) => stash(caller, null))).toEqual([]);
    await retry(it);
    expect(it.repository.status()).toEqual(LEFT);
    await by(it, (caller) => stash(caller, 'bad'));
    await it.run({ task: 'bad' });
    // It has failed once more, from a clean checkout: what was put away before is the last attempt's no more.
    await expect(by(it, (caller) => popStash(caller, 'bad'))).rejects.toThrow('Nothing of the last attempt at "bad" was put away');
    await retry(it, true);
    expect([it.repository.status(), it.repository.git('for-each-ref', STASH)]).toEqual([[], '']);
  });

  it('goes from the base only where nothing of a person’s is staged in its files', async () => {
    await using it = await failed();
    await it.repository.write({ 'shared.txt': 'base\nstaged\n' });
    it.repository.git('add', 'shared.txt');
    await it.repository.write({ 'shared.txt': 'base\nbad\n' });
    await expect(retry(it, true)).rejects.toThrow('You have staged changes in "shared.txt"');
    expect(it.repository.git('show', ':shared.txt')).toBe('base\nstaged\n');
    expect(it.repository.status()).toEqual([' D gone.txt', 'MM shared.txt', '?? new/bad.txt']);
  });

  it('is refused for a task that is completed', async () => {
    await using it = await rig(`## One\n\n${task('good', 'echo good > good.txt')}`);
    await it.run();
    await expect(by(it, (caller) => stash(caller, 'good'))).rejects.toThrow('The task "good" is completed');
  });

  it('is not committed by who has done another task by hand, unless they name it', async () => {
    await using it = await failed();
    await it.repository.write({ 'next.txt': 'by hand\n' });
    const notices: string[] = [];
    const request = { task: 'next', gates: true, confirm: async () => true, listen: () => {}, signal: new AbortController().signal };
    const done = await by(it, (caller) => doneByHand({ ...caller, notice: (text) => notices.push(text) }, { ...request, files: null }));
    expect(done).toMatchObject({ type: 'committed', files: ['next.txt'] });
    expect(notices.join('')).toContain('Left out, as the last attempt at "bad" has left it: "gone.txt" and "new/bad.txt" and "shared.txt"');
    expect(it.repository.status()).toEqual(LEFT);
  });
});
