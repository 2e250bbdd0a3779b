/** The half of the suite that reads back: history, objects, references, kept work. */
import { describe, expect, it } from 'vitest';
import type { Git } from '../../../src/adapters/git/git.ts';
import { text, type Workplace } from './workplace.ts';

/** Declares the tests; `current` gives the workplace of the test that runs. */
export function historyConformance(
  current: () => Workplace,
  commit: (message: string, files: Readonly<Record<string, string | null>>) => Promise<string>,
  changes: () => Promise<string[]>,
): void {
  describe('log', () => {
    it('reads subject, body, trailers, parents and blobs', async () => {
      const first = await commit('first', { 'plans/a.md': 'one\n' });
      const message =
        'Add: a thing\n\n# Not a comment\n\nText: with a colon\nthat is prose\n\nPlan: alpha\nPlan-Task: t-1\nPlan-Gates: a=passed\n b=passed\nCo-Authored-By: Ünï <u@e.org>';
      const second = await commit(message, { 'plans/a.md': 'two\n', 'src/new.ts': 'x' });
      const [entry, root] = await current().git.log();
      expect(entry).toMatchObject({ id: second, parents: [first], authorName: 'Ada Lovelace', subject: 'Add: a thing' });
      expect(entry?.body).toBe(message.slice('Add: a thing\n\n'.length));
      expect(entry?.trailers).toEqual([
        ['Plan', 'alpha'],
        ['Plan-Task', 't-1'],
        ['Plan-Gates', 'a=passed b=passed'],
        ['Co-Authored-By', 'Ünï <u@e.org>'],
      ]);
      expect(entry?.changes.map((one) => one.path)).toEqual(['plans/a.md', 'src/new.ts']);
      const [changed, added] = entry?.changes ?? [];
      expect(text(await current().git.readBlob(changed?.before ?? ''))).toBe('one\n');
      expect(text(await current().git.readBlob(changed?.after ?? ''))).toBe('two\n');
      expect(added?.before).toBeNull();
      expect(root).toMatchObject({ id: first, parents: [], trailers: [], body: '', changes: [{ path: 'plans/a.md', before: null }] });
      expect(Math.abs(Date.parse(entry?.authoredAt ?? '') - Date.now())).toBeLessThan(600_000);
      expect(entry?.committedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
    });

    it('is limited by range, paths and number', async () => {
      const first = await commit('first', { 'plans/a.md': '1', 'src/b.ts': '1' });
      const second = await commit('second', { 'src/b.ts': '2' });
      const third = await commit('third', { 'plans/a.md': '3', 'src/b.ts': '3' });
      const fourth = await commit('fourth', { 'plans/a.md': null });
      const ids = async (query: Parameters<Git['log']>[0]): Promise<string[]> => (await current().git.log(query)).map((one) => one.id);
      expect(await ids({})).toEqual([fourth, third, second, first]);
      expect(await ids({ limit: 2 })).toEqual([fourth, third]);
      expect(await ids({ to: 'HEAD~1', from: first })).toEqual([third, second]);
      expect(await ids({ from: 'HEAD' })).toEqual([]);
      expect(await ids({ paths: ['plans'] })).toEqual([fourth, third, first]);
      expect(await ids({ paths: ['plans/a.md'], limit: 1 })).toEqual([fourth]);
      expect((await current().git.log({ paths: ['plans'] })).map((one) => one.changes.map((change) => change.path))).toEqual([
        ['plans/a.md'],
        ['plans/a.md'],
        ['plans/a.md'],
      ]);
      expect((await current().git.log({ limit: 1 }))[0]?.changes[0]?.after).toBeNull();
      await expect(current().git.log({ to: 'absent' })).rejects.toThrow('absent');
      await expect(current().git.log({ from: 'absent' })).rejects.toThrow('absent');
    });
  });

  describe('objects and revisions', () => {
    it('lists the files of a folder, in a commit and in the index', async () => {
      const first = await commit('first', { 'a.txt': 'A', 'd/b.txt': 'B', 'd/e/c.txt': 'C', 'd:x/y.txt': 'Y' });
      await commit('second', { 'd/b.txt': 'B2', 'd/n.txt': 'N' });
      const { git } = current();
      const read = async (revision: string | null, folder: string) =>
        Promise.all([...(await git.filesIn(revision, folder))].map(async ([path, id]) => `${path} ${text(await git.readBlob(id))}`));
      expect(await read(first, 'd')).toEqual(['d/b.txt B']);
      expect(await read('HEAD', 'd')).toEqual(['d/b.txt B2', 'd/n.txt N']);
      expect(await read(null, 'd')).toEqual(['d/b.txt B2', 'd/n.txt N']);
      for (const revision of [first, null]) {
        expect(await read(revision, '')).toEqual(['a.txt A']);
        expect(await read(revision, 'd/e')).toEqual(['d/e/c.txt C']);
        expect(await read(revision, 'd:x')).toEqual(['d:x/y.txt Y']);
        for (const folder of ['absent', 'a.txt', 'd/absent']) expect(await read(revision, folder)).toEqual([]);
      }
      expect(await git.filesIn('absent', 'd')).toEqual(new Map());
      expect(await git.mergeBase('HEAD', first)).toBe(first);
      expect(await git.mergeBase('HEAD', 'absent')).toBeNull();
    });

    it('reads what there is and says null for what there is not', async () => {
      const first = await commit('first', { 'd/a.txt': 'bytes \u0000 and 🚀', 'empty.txt': '' });
      await commit('second', { 'd/a.txt': 'x'.repeat(300_000) });
      expect(await current().git.resolve('HEAD~1')).toBe(first);
      expect(await current().git.resolve('main^')).toBe(first);
      expect(await current().git.resolve(first)).toBe(first);
      expect(await current().git.resolve(first.slice(0, 10))).toBe(first);
      expect(text(await current().git.readFile(first, 'd/a.txt'))).toBe('bytes \u0000 and 🚀');
      expect(text(await current().git.readFile('HEAD', 'empty.txt'))).toBe('');
      const both = await Promise.all([current().git.readFile('HEAD', 'd/a.txt'), current().git.readFile(first, 'd/a.txt')]);
      expect(both.map((bytes) => bytes?.length)).toEqual([300_000, Buffer.byteLength('bytes \u0000 and 🚀')]);
      for (const revision of ['absent', 'HEAD~9', '0'.repeat(40), '']) {
        expect(await current().git.resolve(revision)).toBeNull();
        expect(await current().git.readFile(revision, 'd/a.txt')).toBeNull();
      }
      for (const path of ['d', 'absent', 'd/a.txt/b', 'absent/a.txt']) expect(await current().git.readFile('HEAD', path)).toBeNull();
      expect(await current().git.readBlob('0'.repeat(40))).toBeNull();
      expect(await current().git.readBlob(first)).toBeNull();
    });
  });

  describe('references', () => {
    it('are moved by compare-and-swap only', async () => {
      const first = await commit('first', { 'a.txt': 'a' });
      const second = await commit('second', { 'a.txt': 'b' });
      const ref = 'refs/plans/attempts/alpha/t-1/1';
      expect(await current().git.updateRef(ref, first, second)).toBe(false);
      expect(await current().git.updateRef(ref, first, null)).toBe(true);
      expect(await current().git.updateRef(ref, second, null)).toBe(false);
      expect(await current().git.updateRef(ref, second, second)).toBe(false);
      expect(await current().git.updateRef(ref, second, first)).toBe(true);
      expect(await current().git.refs('refs/plans/')).toEqual(new Map([[ref, second]]));
      expect(await current().git.refs('refs/plans/attempts/alpha')).toEqual(new Map([[ref, second]]));
      expect(await current().git.refs('refs/absent/')).toEqual(new Map());
      expect(await current().git.updateRef(ref, null, first)).toBe(false);
      expect(await current().git.updateRef(ref, null, second)).toBe(true);
      expect(await current().git.updateRef(ref, null, null)).toBe(true);
      expect(await current().git.refs('refs/plans')).toEqual(new Map());
      await expect(current().git.updateRef('refs/plans/a..b', first, null)).rejects.toThrow();
    });

    it('have one winner among many', async () => {
      const first = await commit('first', { 'a.txt': 'a' });
      const won = await Promise.all(Array.from({ length: 10 }, () => current().git.updateRef('refs/plans/lease', first, null)));
      expect(won.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('keep and restore', () => {
    it('keeps work beside the branch and touches nothing', async () => {
      const first = await commit('first', { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
      await current().write({ 'a.txt': 'A', 'b.txt': null, 'n/new.txt': 'n', 'c.txt': 'dirty' });
      await current().stage('c.txt');
      const before = await changes();
      const kept = await current().git.keep({
        paths: ['a.txt', 'b.txt', 'n/new.txt', 'absent.txt'],
        parent: first,
        message: 'attempt 1\n\nPlan: alpha',
      });
      expect(await changes()).toEqual(before);
      expect(await current().git.head()).toEqual({ branch: 'main', commit: first });
      const [entry] = await current().git.log({ to: kept, from: first });
      expect(entry?.changes.map((one) => one.path)).toEqual(['a.txt', 'b.txt', 'n/new.txt']);
      expect(entry?.trailers).toEqual([['Plan', 'alpha']]);
      expect(text(await current().git.readFile(kept, 'n/new.txt'))).toBe('n');
      expect(text(await current().git.readFile(kept, 'c.txt'))).toBe('c');
    });

    it('puts paths back, deletes what was not there, and leaves the rest', async () => {
      const first = await commit('first', { 'a.txt': 'a', 'd/b.txt': 'b', 'c.txt': 'c' });
      await commit('second', { 'later.txt': 'l' });
      await current().write({ 'a.txt': 'A', 'd/b.txt': null, 'c.txt': 'dirty', 'n/new.txt': 'n', 'n/staged.txt': 's' });
      await current().stage('a.txt');
      await current().stage('n/staged.txt');
      await current().git.restore(first, ['a.txt', 'd/b.txt', 'later.txt', 'n/new.txt', 'n/staged.txt', 'absent.txt']);
      expect(await changes()).toEqual(['modified c.txt', 'staged deleted later.txt']);
      expect(await current().read('a.txt')).toBe('a');
      expect(await current().read('d/b.txt')).toBe('b');
      expect(await current().read('c.txt')).toBe('dirty');
      await current().git.restore('HEAD', ['later.txt']);
      expect(await changes()).toEqual(['modified c.txt']);
    });
  });
}
