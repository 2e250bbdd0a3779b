/** Work trees beside the checkout, and when a merge is no more than each side's own files. */
import { assert, asyncProperty, constantFrom, dictionary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areApart } from '../../../src/core/apart.ts';
import { Repository } from '../../support/repository.ts';
import { runs } from '../../support/runs.ts';
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

const FILES = ['a.txt', 'b.txt', 'lib/a.txt', 'lib/b.txt', 'lib/deep/c.txt', 'src/d.txt', 'lib', 'src/new'];
const change = dictionary(constantFrom(...FILES), constantFrom('one\ntwo\nthree\n', 'one\n2\nthree\n', 'other\n'), {
  minKeys: 1,
  maxKeys: 3,
});

describe('changes that are apart and take nothing away', () => {
  it('merge to the files of each', async () => {
    const base = Object.fromEntries(FILES.slice(0, 4).map((name) => [name, 'one\ntwo\nthree\n']));
    const repository = await repositoryWith(base);
    const git = await open(repository.root);
    const first = repository.head();
    let apart = 0;
    const side = async (files: Readonly<Record<string, string>>) => {
      repository.git('reset', '--quiet', '--hard', first);
      for (const [name, text] of Object.entries(files)) {
        // Where one side makes a file of a folder and something in it, the first stays.
        await repository
          .write({ [name]: null })
          .then(() => repository.write({ [name]: text }))
          .catch(() => {});
      }
      return repository.commit('side', {});
    };
    await assert(
      asyncProperty(change, change, async (mine, theirs) => {
        const [a, b] = [await side(mine), await side(theirs)];
        const [ours, other] = [await git.diff(first, a), await git.diff(first, b)];
        const takesAway = [...ours, ...other].some(({ after }) => after === null);
        const paths = ours.map(({ path }) => path);
        if (
          takesAway ||
          !areApart(
            paths,
            other.map(({ path }) => path),
          )
        )
          return;
        apart += 1;
        const merged = await git.replay(a, b, 'merged');
        if (merged.type !== 'clean') throw new Error('not clean');
        expect(await git.diff(b, merged.commit)).toEqual(ours);
      }),
      runs(12),
    );
    expect(apart).toBeGreaterThan(0);
  });
});
