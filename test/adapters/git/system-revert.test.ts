/** Taking a commit back, and moving a branch forward: what only the git program does. */
import { describe, expect, it } from 'vitest';
import { openEmbeddedGit } from '../../../src/adapters/git/embedded.ts';
import { open, repositoryWith } from './opened.ts';

describe('revert', () => {
  it('leaves index, work tree and HEAD alone, and merges what came later', async () => {
    const repository = await repositoryWith({ 'a.txt': '1\n2\n3\n4\n5\n', 'd/gone.txt': 'g', 'plan.md': 'old' });
    await repository.write({ d: null });
    const target = await repository.commit('target', {
      'a.txt': '1\n2\n3\n4\nfive\n',
      d: 'a file now',
      'plan.md': 'ticked',
    });
    const onto = await repository.commit('later', { 'a.txt': 'one\n2\n3\n4\nfive\n' });
    await repository.write({ 'a.txt': 'dirty' });
    const git = await open(repository.root);
    const made = await git.revert({ commit: target, onto, files: new Map([['plan.md', 'as said\r\n']]), message: 'back\n' });
    if (made.type !== 'clean') throw new Error('not clean');
    expect([repository.head(), repository.status()]).toEqual([onto, [' M a.txt']]);
    expect(repository.git('show', `${made.commit}:a.txt`)).toBe('one\n2\n3\n4\n5\n');
    expect(repository.git('show', `${made.commit}:plan.md`)).toBe('as said\r\n');
    expect(repository.git('ls-tree', '-r', '--name-only', made.commit).trim().split('\n')).toEqual(['a.txt', 'd/gone.txt', 'plan.md']);
    expect(repository.git('log', '-1', '--format=%an %s %P', made.commit).trim()).toBe(`Ada Lovelace back ${onto}`);
    const words = await git.forward(made.commit);
    expect(words).toContain('a.txt');
    expect([repository.head(), repository.status()]).toEqual([onto, [' M a.txt']]);
    repository.git('checkout', '--', 'a.txt');
    await repository.write({ 'plan.txt': 'mine' });
    repository.git('add', 'plan.txt');
    expect(await git.forward(made.commit)).toBeNull();
    expect([repository.head(), repository.git('symbolic-ref', '--short', 'HEAD').trim()]).toEqual([made.commit, 'main']);
    expect(repository.status()).toEqual(['A  plan.txt']);
  });

  it('names what later commits changed too', async () => {
    const repository = await repositoryWith({ 'a.txt': '1\n' });
    const target = await repository.commit('target', { 'a.txt': '2\n' });
    const onto = await repository.commit('later', { 'a.txt': '3\n' });
    const git = await open(repository.root);
    expect(await git.revert({ commit: target, onto, files: new Map(), message: 'back\n' })).toMatchObject({
      type: 'conflict',
      paths: ['a.txt'],
    });
  });

  it('is refused without git', async () => {
    const repository = await repositoryWith({ 'a.txt': '1\n' });
    const git = await openEmbeddedGit(repository.root);
    await expect(git.revert({ commit: '', onto: '', files: new Map(), message: '' })).rejects.toThrow('needs merges');
    await expect(git.forward('')).rejects.toThrow('needs merges');
  });
});
