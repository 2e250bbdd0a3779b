/** Work trees beside the checkout. */
import { describe, expect, it } from 'vitest';
import { Repository } from '../../support/repository.ts';
import { open, repositoryWith } from './opened.ts';

describe('a work tree that is advanced', () => {
  it('has of the paths what the commit has, stands on it, and keeps what is changed elsewhere', async () => {
    const repository = await repositoryWith({ 'a.txt': '1', 'gone/b.txt': '1', 'mine.txt': '1', file: 'to be a folder' });
    const git = await open(repository.root);
    const folder = repository.path('.git/tree');
    await git.addWorktree(folder, repository.head());
    const tree = await open(folder);
    const next = await repository.commit('next', { 'a.txt': '2', gone: null, 'new/c.txt': '2', file: null });
    const last = await repository.commit('last', { 'file/inside.txt': '3' });
    const there = new Repository(folder);
    await there.write({ 'a.txt': 'spent', 'mine.txt': 'mine', 'other.txt': 'mine too' });
    for (const [from, to] of [
      [repository.git('rev-parse', 'HEAD~2').trim(), next],
      [next, last],
    ] as const) {
      const paths = (await git.diff(from, to)).map(({ path }) => path);
      await tree.advance(to, paths);
      expect(await tree.head()).toEqual({ branch: null, commit: to });
      expect(there.status()).toEqual([' M mine.txt', '?? other.txt']);
    }
    expect(await there.read('file/inside.txt')).toBe('3');
    there.git('switch', '--quiet', '-c', 'elsewhere');
    await tree.advance(
      next,
      (await git.diff(last, next)).map(({ path }) => path),
    );
    expect(await tree.head()).toEqual({ branch: null, commit: next });
    expect(there.status()).toEqual([' M mine.txt', '?? other.txt']);
    expect(repository.git('rev-parse', 'elsewhere').trim()).toBe(last);
  });
});
