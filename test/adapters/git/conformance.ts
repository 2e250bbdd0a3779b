/** What every implementation of `Git` has to do, whatever it stands on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommitOutcome } from '../../../src/adapters/git/git.ts';
import { historyConformance } from './conformance-history.ts';
import { committed, text, type Workplace } from './workplace.ts';

const ODD_NAMES = [
  'with space.md',
  'quote\'d "twice".md',
  'new\nline.md',
  'tab\there.md',
  'ünïcödé 計画 🚀.md',
  '-leading.md',
  ':colon.md',
  ':(top)x.md',
  '*.md',
  'a[b].md',
  'back\\slash.md',
  '#hash.md',
];

/** Declares the suite for one kind of workplace. */
export function conformance(kind: string, open: () => Promise<Workplace>): void {
  describe(kind, () => {
    let place: Workplace;
    beforeEach(async () => {
      place = await open();
    });
    afterEach(async () => {
      expect(place.complaints()).toEqual([]);
      await place.git.close();
      await place.dispose();
    });

    const commit = async (message: string, files: Readonly<Record<string, string | null>>): Promise<string> => {
      await place.write(files);
      const outcome = await place.git.commit({ message, paths: Object.keys(files), expect: await place.git.head() });
      return committed(outcome).commit;
    };
    const changes = async (): Promise<string[]> =>
      (await place.git.status()).changes.map((one) => `${one.staged ? 'staged ' : ''}${one.kind} ${one.path}`).sort();

    describe('an empty repository', () => {
      it('has a branch, no commit and no history', async () => {
        expect(await place.git.head()).toEqual({ branch: 'main', commit: null });
        expect(await place.git.status()).toEqual({ head: { branch: 'main', commit: null }, changes: [] });
        expect(await place.git.log()).toEqual([]);
        expect(await place.git.resolve('HEAD')).toBeNull();
        expect(await place.git.rootCommit()).toBeNull();
        expect(await place.git.readFile('HEAD', 'a')).toBeNull();
        expect(await place.git.operation()).toBeNull();
      });

      it('takes a first commit of some files and leaves the others', async () => {
        await place.write({ 'a.txt': 'a', 'b.txt': 'b' });
        const outcome = await place.git.commit({ message: 'first', paths: ['a.txt'], expect: { branch: 'main', commit: null } });
        const made = committed(outcome);
        expect(made).toMatchObject({ parent: null, files: ['a.txt'] });
        expect(await place.git.head()).toEqual({ branch: 'main', commit: made.commit });
        expect(await place.git.rootCommit()).toBe(made.commit);
        expect(await changes()).toEqual(['untracked b.txt']);
      });
    });

    describe('status', () => {
      it('tells each kind of change, untracked files one by one, and nothing that is ignored', async () => {
        await commit('first', { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c', 'same.txt': 's', '.gitignore': 'dist/\n*.log\n' });
        await place.write({
          'a.txt': 'A',
          'b.txt': null,
          'c.txt': 'C',
          'd.txt': 'd',
          'new/x.txt': 'x',
          'new/deep/y.txt': 'y',
          'dist/z': 'z',
          'e.log': 'l',
        });
        await place.stage('c.txt');
        await place.stage('d.txt');
        expect(await changes()).toEqual([
          'deleted b.txt',
          'modified a.txt',
          'staged added d.txt',
          'staged modified c.txt',
          'untracked new/deep/y.txt',
          'untracked new/x.txt',
        ]);
      });

      it('is narrowed by paths, files and folders', async () => {
        await commit('first', { 'plans/a.md': 'a', 'src/b.ts': 'b' });
        await place.write({ 'plans/a.md': 'A', 'plans/new.md': 'n', 'src/b.ts': 'B' });
        const narrowed = await place.git.status(['plans']);
        expect(narrowed.changes.map((one) => one.path).sort()).toEqual(['plans/a.md', 'plans/new.md']);
        expect((await place.git.status(['src/b.ts'])).changes).toEqual([{ path: 'src/b.ts', kind: 'modified', staged: false }]);
        expect((await place.git.status(['absent'])).changes).toEqual([]);
      });

      it('sees a change that keeps the size', async () => {
        await commit('first', { 'a.txt': '- [ ] a' });
        await place.write({ 'a.txt': '- [x] a' });
        expect(await changes()).toEqual(['modified a.txt']);
      });
    });

    describe('commit', () => {
      it('holds exactly the paths: changed, new and deleted ones', async () => {
        const first = await commit('first', { 'a.txt': 'a', 'b.txt': 'b', 'd/c.txt': 'c', 'other.txt': 'o' });
        await place.write({ 'a.txt': 'A', 'b.txt': null, 'd/c.txt': null, 'e/f.txt': 'f', 'other.txt': 'dirty' });
        const outcome = await place.git.commit({
          message: 'second',
          paths: ['a.txt', 'b.txt', 'd/c.txt', 'e/f.txt', 'never-was.txt'],
          expect: await place.git.head(),
        });
        expect(committed(outcome)).toMatchObject({ parent: first, files: ['a.txt', 'b.txt', 'd/c.txt', 'e/f.txt'] });
        expect(await changes()).toEqual(['modified other.txt']);
        expect(text(await place.git.readFile('HEAD', 'a.txt'))).toBe('A');
        expect(await place.git.readFile('HEAD', 'b.txt')).toBeNull();
        expect(text(await place.git.readFile('HEAD', 'other.txt'))).toBe('o');
      });

      it('leaves what a person staged staged, and what is dirty dirty', async () => {
        await commit('first', { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
        await place.write({ 'b.txt': 'staged', 'new.txt': 'n', 'a.txt': 'A' });
        await place.stage('b.txt');
        await place.stage('new.txt');
        await place.write({ 'b.txt': 'staged and more', 'c.txt': 'dirty' });
        const outcome = await place.git.commit({ message: 'second', paths: ['a.txt'], expect: await place.git.head() });
        expect(committed(outcome).files).toEqual(['a.txt']);
        expect(await changes()).toEqual(['modified c.txt', 'staged added new.txt', 'staged modified b.txt']);
        expect(await place.read('b.txt')).toBe('staged and more');
      });

      it('turns a file into a folder and back', async () => {
        await commit('first', { thing: 'file' });
        await place.write({ thing: null });
        await place.write({ 'thing/inside': 'x' });
        const folder = await place.git.commit({ message: 'folder', paths: ['thing', 'thing/inside'], expect: await place.git.head() });
        expect(committed(folder).files).toEqual(['thing', 'thing/inside']);
        await place.write({ 'thing/inside': null });
        await place.write({ thing: null });
        await place.write({ thing: 'again' });
        const file = await place.git.commit({ message: 'file', paths: ['thing', 'thing/inside'], expect: await place.git.head() });
        expect(committed(file).files).toEqual(['thing', 'thing/inside']);
        expect(await changes()).toEqual([]);
      });

      it('takes odd file names for what they are', async () => {
        await place.write({ 'x.md': 'must stay out', ab: 'must stay out' });
        await commit('odd', Object.fromEntries(ODD_NAMES.map((name) => [name, `in ${name}`])));
        expect(await changes()).toEqual(['untracked ab', 'untracked x.md']);
        for (const name of ODD_NAMES) expect(text(await place.git.readFile('HEAD', name))).toBe(`in ${name}`);
        await place.write(Object.fromEntries(ODD_NAMES.map((name) => [name, 'changed'])));
        expect((await place.git.status(ODD_NAMES)).changes.map((one) => one.path).sort()).toEqual([...ODD_NAMES].sort());
        const [entry] = await place.git.log();
        expect(entry?.changes.map((one) => one.path).sort()).toEqual([...ODD_NAMES].sort());
        await place.git.restore('HEAD', ODD_NAMES);
        expect(await changes()).toEqual(['untracked ab', 'untracked x.md']);
      });

      it('takes more paths than a command line', async () => {
        const files = Object.fromEntries(
          Array.from({ length: 700 }, (_, at) => [`folder-${at % 7}/${'long-name-'.repeat(4)}${at}.txt`, `${at}`]),
        );
        await commit('many', files);
        await place.write({ 'other.txt': 'o' });
        const outcome = await place.git.commit({
          message: 'all gone',
          paths: Object.keys(files),
          expect: await place.git.head(),
        });
        expect(outcome).toMatchObject({ type: 'failed', reason: 'nothing' });
        await commit('less', Object.fromEntries(Object.keys(files).map((path) => [path, null])));
        expect((await place.git.log())[0]?.changes).toHaveLength(700);
        expect(await changes()).toEqual(['untracked other.txt']);
      });

      it('does nothing where HEAD is elsewhere than expected', async () => {
        const first = await commit('first', { 'a.txt': 'a' });
        const second = await commit('second', { 'a.txt': 'b' });
        await place.write({ 'a.txt': 'c' });
        const late = await place.git.commit({ message: 'late', paths: ['a.txt'], expect: { branch: 'main', commit: first } });
        expect(late).toEqual({ type: 'moved', head: { branch: 'main', commit: second } });
        const elsewhere = await place.git.commit({ message: 'late', paths: ['a.txt'], expect: { branch: 'topic', commit: second } });
        expect(elsewhere).toEqual({ type: 'moved', head: { branch: 'main', commit: second } });
        expect(await changes()).toEqual(['modified a.txt']);
      });

      it('says so when there is nothing to commit', async () => {
        await commit('first', { 'a.txt': 'a', 'b.txt': 'b' });
        await place.write({ 'b.txt': 'dirty' });
        const head = await place.git.head();
        for (const paths of [['a.txt'], ['absent.txt'], []]) {
          expect(await place.git.commit({ message: 'none', paths, expect: head })).toMatchObject({ type: 'failed', reason: 'nothing' });
        }
        expect(await place.git.head()).toEqual(head);
        expect(await changes()).toEqual(['modified b.txt']);
      });

      it('is refused while another git holds the index, and nothing is left of it', async () => {
        await commit('first', { 'a.txt': 'a' });
        await place.write({ 'a.txt': 'A', 'new.txt': 'n' });
        const head = await place.git.head();
        await place.mark('index.lock');
        for (const paths of [['a.txt'], ['new.txt']]) {
          expect(await place.git.commit({ message: 'locked', paths, expect: head })).toMatchObject({ type: 'failed', reason: 'locked' });
        }
        await place.unmark('index.lock');
        expect(await changes()).toEqual(['modified a.txt', 'untracked new.txt']);
        expect(committed(await place.git.commit({ message: 'free', paths: ['a.txt', 'new.txt'], expect: head })).files).toHaveLength(2);
      });

      it('works on a detached HEAD and says that there is no branch', async () => {
        const first = await commit('first', { 'a.txt': 'a' });
        await place.detach(first);
        expect(await place.git.head()).toEqual({ branch: null, commit: first });
        expect((await place.git.status()).head).toEqual({ branch: null, commit: first });
        const second = await commit('second', { 'a.txt': 'b' });
        expect(await place.git.head()).toEqual({ branch: null, commit: second });
        expect((await place.git.refs('refs/heads/')).get('refs/heads/main')).toBe(first);
      });

      it('loses none of twenty at once', async () => {
        await commit('first', { 'start.txt': 's' });
        const names = Array.from({ length: 20 }, (_, at) => `file-${at}.txt`);
        await place.write(Object.fromEntries(names.map((name) => [name, name])));
        const land = async (name: string): Promise<CommitOutcome> => {
          for (;;) {
            const outcome = await place.git.commit({ message: name, paths: [name], expect: await place.git.head() });
            if (outcome.type !== 'moved') return outcome;
          }
        };
        const outcomes = await Promise.all(names.map(land));
        expect(outcomes.map((one) => one.type)).toEqual(names.map(() => 'committed'));
        expect((await place.git.log()).map((one) => one.subject).sort()).toEqual([...names, 'first'].sort());
        for (const name of names) expect(text(await place.git.readFile('HEAD', name))).toBe(name);
      });
    });

    historyConformance(() => place, commit, changes);

    it('names a half-done operation', async () => {
      await commit('first', { 'a.txt': 'a' });
      const signs = {
        MERGE_HEAD: 'merge',
        CHERRY_PICK_HEAD: 'cherry-pick',
        REVERT_HEAD: 'revert',
        BISECT_LOG: 'bisect',
        'rebase-merge': 'rebase',
      };
      for (const [file, name] of Object.entries(signs)) {
        await place.mark(file);
        expect(await place.git.operation()).toBe(name);
        await place.unmark(file);
      }
      expect(await place.git.operation()).toBeNull();
    });
  });
}
