import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openSystemGit } from '../../../src/adapters/git/system.ts';
import { commit, open, opened, repositoryWith } from './opened.ts';

/** A pid that no process has: above the largest that Linux gives. */
const DEAD = 4_194_998;

/** Another program that holds the lock for so long; it is held when this returns. */
async function holder(lock: string, ms: number): Promise<ChildProcess> {
  const code = `const fs = require('fs'); fs.writeFileSync(${JSON.stringify(lock)}, '', { flag: 'wx' }); console.log('held');
    setTimeout(() => fs.unlinkSync(${JSON.stringify(lock)}), ${ms})`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

describe('the lock of a reference', () => {
  const ref = 'refs/plans/attempts/demo/one/1';
  it('that a dead process of ours left is taken away', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await openSystemGit(repository.root, process.env, { lockWaitMs: 50 });
    opened.push(git);
    await repository.write({ [`.git/plans-index.${DEAD}`]: '12345', [`.git/${ref}.lock`]: '', '.git/HEAD.lock': '' });
    expect(await git.updateRef(ref, repository.head(), null)).toBe(true);
    await repository.write({ 'a.txt': 'A\n', [`.git/plans-index.${DEAD}`]: '12345' });
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'committed' });
  });

  it('that is another’s is named', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await openSystemGit(repository.root, process.env, { lockWaitMs: 50 });
    opened.push(git);
    await repository.write({ [`.git/${ref}.lock`]: '' });
    await expect(git.updateRef(ref, repository.head(), null)).rejects.toThrow(`Another git holds ${repository.path(`.git/${ref}.lock`)}`);
    expect(await git.resolve(ref)).toBe(null);
  });
});

describe('a worktree whose making was cut off', () => {
  it.each([
    ['while its files were written', '.git/worktrees/side/index.lock', ''],
    ['while its HEAD was set', '.git/worktrees/side/HEAD.lock', ''],
    ['before it stood anywhere', '.git/worktrees/side/HEAD', `${'0'.repeat(40)}\n`],
  ])('%s is finished', async (_, file, content) => {
    const repository = await repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const git = await open(repository.root);
    await git.addWorktree(repository.path('.git/side'), repository.head());
    const half = { '.git/worktrees/side/index': null, '.git/side/b.txt': null, [file]: content };
    await repository.write({ ...half, '.git/worktrees/side/locked': 'initializing\n' });
    const side = await openSystemGit(repository.path('.git/side'), process.env, { lockWaitMs: 50 });
    opened.push(side);
    await side.finishWorktree(repository.head());
    expect(await side.status()).toEqual({ head: { branch: null, commit: repository.head() }, changes: [] });
    expect(existsSync(repository.path('.git/worktrees/side/locked'))).toBe(false);
  });

  it('is none that a person has locked', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await open(repository.root);
    await git.addWorktree(repository.path('.git/side'), repository.head());
    await repository.write({ '.git/worktrees/side/locked': 'on my stick\n', '.git/side/a.txt': 'mine\n' });
    const side = await open(repository.path('.git/side'));
    await side.finishWorktree(repository.head());
    expect((await side.status()).changes).toHaveLength(1);
  });
});

describe('what a killed process left', () => {
  it('of its own in git’s folder is taken away, and nothing else', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const left = [`plans-keep-${DEAD}-1`, `plans-keep-${DEAD}-1.lock`, `plans-paths-${DEAD}-22`, `plans-index.${DEAD}`];
    const stays = [`plans-keep-${process.pid}-1`, 'plans-setup', 'plans-mine'];
    const locks = ['index.lock', 'HEAD.lock', 'refs/heads/main.lock', 'refs/plans/a/1.lock'];
    await repository.write(Object.fromEntries([...left, ...stays, ...locks].map((name) => [`.git/${name}`, 'x'])));
    await (await open(repository.root)).recover();
    expect(readdirSync(repository.path('.git')).filter((name) => name.startsWith('plans-'))).toEqual(stays.toSorted());
    for (const lock of locks) expect(existsSync(repository.path(`.git/${lock}`)), lock).toBe(false);
  });

  it('of locks is another’s without a note, and one that was made long after it', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await open(repository.root);
    await repository.write({ '.git/HEAD.lock': '' });
    await git.recover();
    expect(existsSync(repository.path('.git/HEAD.lock'))).toBe(true);
    const note = repository.path(`.git/plans-index.${DEAD}`);
    writeFileSync(note, '12345');
    utimesSync(note, new Date('2020-01-01'), new Date('2020-01-01'));
    await git.recover();
    expect(existsSync(repository.path('.git/HEAD.lock'))).toBe(true);
    expect(existsSync(note)).toBe(false);
  });

  it('of a commit that the index lacks is in it again, and what a person staged stays', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
    repository.git('update-ref', '-m', 'x', 'refs/heads/before', 'HEAD');
    await repository.commit('task', { 'a.txt': 'A\n', 'b.txt': 'B\n', 'new.txt': 'n\n' });
    // As git leaves it that is killed between the two: the branch has moved, the index has not.
    repository.git('read-tree', 'before');
    repository.git('update-index', '--add', 'new.txt');
    await repository.write({ 'c.txt': 'mine\n' });
    repository.git('add', 'c.txt');
    await repository.write({ 'b.txt': 'mine\n', [`.git/plans-index.${DEAD}`]: '12345' });
    await (await open(repository.root)).recover();
    expect(repository.status()).toEqual(['MM b.txt', 'M  c.txt']);
  });
});

describe('an index.lock', () => {
  it.each([100, 1_000])('that another process holds for %i ms is waited for, by a commit and by a restore', async (ms) => {
    const repository = await repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const git = await open(repository.root);
    await repository.write({ 'a.txt': 'A\n', 'b.txt': 'B\n', 'new.txt': 'n\n' });
    const head = repository.head();
    await holder(repository.path('.git/index.lock'), ms);
    const committed = commit(git, ['a.txt', 'new.txt']);
    expect(await git.status()).toMatchObject({ head: { commit: head } });
    expect(await committed).toMatchObject({ type: 'committed', files: ['a.txt', 'new.txt'] });
    await holder(repository.path('.git/index.lock'), ms);
    await git.restore(repository.head(), ['b.txt']);
    expect(repository.status()).toEqual([]);
  });

  it('that nobody lets go of is left alone, and named', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await openSystemGit(repository.root, process.env, { lockWaitMs: 50 });
    opened.push(git);
    await repository.write({ 'a.txt': 'A\n', '.git/index.lock': '' });
    const lock = repository.path('.git/index.lock');
    const said = `Another git holds ${lock}, and has not let go of it`;
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'failed', reason: 'locked', message: expect.stringContaining(said) });
    await expect(git.restore(repository.head(), ['a.txt'])).rejects.toThrow(said);
    expect(existsSync(lock)).toBe(true);
    expect(await repository.read('a.txt')).toBe('A\n');
  });

  it('that a dead process of ours left is taken away', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await openSystemGit(repository.root, process.env, { lockWaitMs: 50 });
    opened.push(git);
    await repository.write({ 'a.txt': 'A\n', [`.git/plans-index.${DEAD}`]: '12345', '.git/index.lock': '' });
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'committed' });
    await git.recover();
    expect(existsSync(repository.path(`.git/plans-index.${DEAD}`))).toBe(false);
  });

  it('that was made long after our process died is another’s', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await openSystemGit(repository.root, process.env, { lockWaitMs: 50 });
    opened.push(git);
    const note = repository.path(`.git/plans-index.${DEAD}`);
    writeFileSync(note, '12345');
    utimesSync(note, new Date('2020-01-01'), new Date('2020-01-01'));
    await repository.write({ 'a.txt': 'A\n', '.git/index.lock': '' });
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'failed', reason: 'locked' });
    expect(existsSync(repository.path('.git/index.lock'))).toBe(true);
  });

  it('leaves no note of ours behind', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a\n' });
    const git = await open(repository.root);
    await repository.write({ 'a.txt': 'A\n' });
    await commit(git, ['a.txt']);
    expect(existsSync(repository.path(`.git/plans-index.${process.pid}`))).toBe(false);
  });
});
