/** What only the git program does: repositories of every kind, several processes, and opening. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Git } from '../../../src/adapters/git/git.ts';
import { openGit } from '../../../src/adapters/git/open.ts';
import { openSystemGit } from '../../../src/adapters/git/system.ts';
import type { Repository } from '../../support/repository.ts';
import { commit, disposables, open, opened, repositoryWith } from './opened.ts';
import { committed, text } from './workplace.ts';

const cycle = async (git: Git, repository: Repository): Promise<void> => {
  await repository.write({ 'd/a.txt': 'A', 'new.txt': 'n' });
  const { changes } = await git.status();
  expect(changes.map((one) => one.path)).toEqual(['d/a.txt', 'new.txt']);
  const made = committed(await commit(git, ['d/a.txt', 'new.txt']));
  expect(made.files).toEqual(['d/a.txt', 'new.txt']);
  expect((await git.status()).changes).toEqual([]);
  expect((await git.log())[0]).toMatchObject({ id: made.commit, parents: [made.parent] });
  expect(text(await git.readFile('HEAD', 'd/a.txt'))).toBe('A');
  await repository.write({ 'd/a.txt': 'again' });
  const kept = await git.keep({ paths: ['d/a.txt'], parent: made.commit, message: 'kept' });
  expect(await git.updateRef('refs/plans/kept', kept, null)).toBe(true);
  expect(await git.updateRef('refs/plans/kept', null, kept)).toBe(true);
  await git.restore(made.commit, ['d/a.txt']);
  expect((await git.status()).changes).toEqual([]);
  repository.git('fsck', '--strict');
};

describe('repositories of every kind', () => {
  it.each([
    ['sha256', ['--object-format=sha256'], []],
    ['index version 4', [], [['update-index', '--index-version', '4']]],
    ['split index', [], [['update-index', '--split-index']]],
    ['sparse index', [], [['sparse-checkout', 'set', '--cone', '--sparse-index', 'd']]],
    ['untracked cache', [], [['update-index', '--force-untracked-cache']]],
  ] as const)('%s', async (_, init, setUp) => {
    const repository = await repositoryWith({ 'd/a.txt': 'a', 'e/b.txt': 'b' }, ...init);
    for (const args of setUp) repository.git(...args);
    await cycle(await open(repository.root), repository);
  });

  it('reftable, where this git can make one', async (context) => {
    const made = await repositoryWith({ 'd/a.txt': 'a' }, '--ref-format=reftable').catch(() => null);
    if (!made) return context.skip('this git cannot make a reftable repository');
    await cycle(await open(made.root), made);
  });

  it('a linked work tree: its own head, the common folder of all', async () => {
    const repository = await repositoryWith({ 'd/a.txt': 'a' });
    repository.git('worktree', 'add', '--quiet', '-b', 'topic', 'linked');
    const linked = await open(repository.path('linked/d'));
    expect(linked).toMatchObject({ root: repository.path('linked'), commonDir: repository.path('.git') });
    await writeFile(repository.path('linked/d/a.txt'), 'A');
    const made = committed(await commit(linked, ['d/a.txt']));
    expect(await linked.head()).toEqual({ branch: 'topic', commit: made.commit });
    expect(await (await open(repository.root)).head()).toEqual({ branch: 'main', commit: made.parent });
  });

  it('attributes and filters are applied on the way in and out', async () => {
    const repository = await repositoryWith({ '.gitattributes': '*.up filter=case\n*.txt text eol=crlf\n', 'a.up': 'a', 'b.txt': 'x\n' });
    repository.git('config', 'filter.case.clean', 'tr a-z A-Z');
    repository.git('config', 'filter.case.smudge', 'tr A-Z a-z');
    await repository.write({ 'a.up': 'changed', 'b.txt': 'one\r\ntwo\r\n' });
    const git = await open(repository.root);
    const made = committed(await commit(git, ['a.up', 'b.txt']));
    expect(text(await git.readFile(made.commit, 'a.up'))).toBe('CHANGED');
    expect(text(await git.readFile(made.commit, 'b.txt'))).toBe('one\ntwo\n');
    await repository.write({ 'a.up': null, 'b.txt': null });
    await git.restore(made.commit, ['a.up', 'b.txt']);
    expect(await repository.read('a.up')).toBe('changed');
    expect(await repository.read('b.txt')).toBe('one\r\ntwo\r\n');
  });

  it('what is another repository is told apart, and a submodule that is kept stays one', async () => {
    const [other, repository] = [await repositoryWith({ 'f.txt': 'f' }), await repositoryWith({ 'a.txt': 'a' })];
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.root, 'sub');
    await repository.commit('with a submodule');
    const git = await open(repository.root);
    execFileSync('git', ['init', '-q', repository.path('new')]);
    await repository.write({ 'new/x.txt': 'x', 'sub/built.txt': 'b' });
    const sub = { path: 'sub', kind: 'modified', staged: false } as const;
    const own = { path: 'new', kind: 'untracked', staged: false, nested: true };
    expect((await git.status()).changes).toEqual([sub, own]);
    await repository.write({ 'sub/f.txt': 'F' });
    expect((await git.status()).changes).toEqual([{ ...sub, nested: true }, own]);
    const same = await git.keep({ paths: ['sub', 'new'], parent: 'HEAD', message: 'kept' });
    expect(await git.diff(repository.head(), same)).toEqual([]);
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qam', 'there'], {
      cwd: repository.path('sub'),
    });
    const kept = await git.keep({ paths: ['sub', 'a.txt'], parent: 'HEAD', message: 'kept' });
    expect((await git.diff(repository.head(), kept)).map(({ path, after }) => [path, after === null])).toEqual([['sub', false]]);
  });

  it('links and executable files keep their kind', async () => {
    const repository = await repositoryWith({ 'run.sh': 'x' });
    await chmod(repository.path('run.sh'), 0o755);
    await symlink('run.sh', repository.path('link'));
    committed(await commit(await open(repository.root), ['run.sh', 'link']));
    const modes = repository
      .git('ls-tree', 'HEAD')
      .split('\n')
      .map((line) => line.slice(0, 6));
    expect(modes).toEqual(['120000', '100755', '']);
  });

  it('a shallow clone has no first commit; its history is read all the same', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    await repository.commit('second', { 'a.txt': 'b' });
    repository.git('clone', '--quiet', '--depth=1', `file://${repository.root}`, 'shallow');
    const git = await open(repository.path('shallow'));
    expect(await git.rootCommit()).toBeNull();
    expect((await git.log()).map((one) => one.subject)).toEqual(['second']);
  });

  it("the person's settings do not change what is read", async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    const settings = [
      'log.showSignature=true',
      'log.showRoot=false',
      'color.ui=always',
      'diff.renames=copies',
      'status.showUntrackedFiles=no',
      'status.relativePaths=true',
      'diff.noprefix=true',
      'commit.cleanup=strip',
      'commit.status=true',
      'commit.verbose=true',
      'log.date=relative',
      'log.follow=true',
      'status.branch=false',
      'core.quotePath=true',
      'log.decorate=full',
    ];
    for (const one of settings) repository.git('config', ...(one.split('=') as [string, string]));
    await repository.write({ 'renamed.txt': 'a', 'a.txt': null });
    const git = await open(repository.root);
    expect((await git.status()).changes.map((one) => `${one.kind} ${one.path}`)).toEqual(['deleted a.txt', 'untracked renamed.txt']);
    committed(await commit(git, ['a.txt', 'renamed.txt'], 'move\n\n# heading\n\nPlan: x'));
    const [entry, root] = await git.log();
    expect(entry).toMatchObject({ body: '# heading\n\nPlan: x', trailers: [['Plan', 'x']] });
    expect(entry?.changes.map((one) => one.path)).toEqual(['a.txt', 'renamed.txt']);
    expect(root?.changes).toHaveLength(1);
  });

  it('merges have no changes of their own and come before both their sides', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('checkout', '--quiet', '-b', 'topic');
    await repository.commit('side', { 'b.txt': 'b' });
    repository.git('checkout', '--quiet', 'main');
    await repository.commit('main', { 'a.txt': 'A' });
    repository.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'topic');
    const log = await (await open(repository.root)).log();
    expect(log[0]).toMatchObject({ subject: 'merge', changes: [] });
    expect(log[0]?.parents).toHaveLength(2);
    expect(log.map((one) => one.subject).sort()).toEqual(['first', 'main', 'merge', 'side']);
  });
});

describe('the live reader', () => {
  it('survives revisions at which git gives up, and answers all the others', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    const git = await open(repository.root);
    const revisions = ['HEAD', 'HEAD@{99999}', '@{upstream}', 'main', 'HEAD^{/absent}', '--help', 'two\nlines', 'HEAD'];
    const answers = await Promise.all(revisions.map((one) => git.resolve(one)));
    const head = repository.head();
    expect(answers).toEqual([head, null, null, head, null, null, null, head]);
  });

  it('does not keep the process alive, closed or not', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    const module = new URL('../../../src/adapters/git/system.ts', import.meta.url).href;
    const script = `const { openSystemGit } = await import(${JSON.stringify(module)});
      const git = await openSystemGit('.'); console.log((await git.head()).commit);`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: repository.root,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([run.status, run.stdout.trim()]).toEqual([0, repository.head()]);
  });
});

describe('two processes at once', () => {
  it('lose nothing: each commit lands, or its outcome says why not', async () => {
    const repository = await repositoryWith({ 'start.txt': 's' });
    const names = Array.from({ length: 12 }, (_, at) => `file-${at}.txt`);
    await repository.write(Object.fromEntries(names.map((name) => [name, name])));
    // Each has an opened repository of its own, as each process would: nothing but git's locks orders them.
    const gits = await Promise.all(names.map(() => open(repository.root)));
    const outcomes = await Promise.all(names.map((name, at) => commit(gits[at] as Git, [name], name)));
    const landed = outcomes.flatMap((outcome, at) => (outcome.type === 'committed' ? [names[at] ?? ''] : []));
    expect(landed.length).toBeGreaterThan(0);
    expect(repository.log().sort()).toEqual([...landed, 'first'].sort());
    for (const outcome of outcomes) if (outcome.type === 'failed') expect(outcome.reason).toBe('locked');
    const tracked = repository.git('ls-tree', '--name-only', 'HEAD').split('\n').filter(Boolean);
    expect(tracked.sort()).toEqual([...landed, 'start.txt'].sort());
    repository.git('fsck', '--strict');
  });
});

describe('opening', () => {
  it('finds the root from a folder below, past the environment of an outer git', async () => {
    const repository = await repositoryWith({ 'd/e/a.txt': 'a' });
    const env = { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere', GIT_WORK_TREE: '/nowhere' };
    const git = await openSystemGit(repository.path('d/e'), env);
    opened.push(git);
    expect(git).toMatchObject({ root: repository.root, commonDir: repository.path('.git'), name: 'git' });
    expect((await git.status()).changes).toEqual([]);
  });

  it('says what is wrong and what to do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plans-none-'));
    disposables.push({ dispose: () => rm(folder, { recursive: true }) });
    await expect(openGit(folder)).rejects.toMatchObject({ name: 'GitUnavailable', reason: 'not-a-repository' });
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('clone', '--quiet', '--bare', '.', 'bare');
    await expect(openGit(repository.path('bare'))).rejects.toMatchObject({ name: 'GitUnavailable', reason: 'bare' });
    const env = { ...process.env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    await expect(openSystemGit(repository.root, env)).rejects.toMatchObject({ name: 'GitUnavailable', reason: 'unsafe' });
    await expect(openSystemGit(repository.root, { PATH: folder })).rejects.toMatchObject({ reason: 'missing' });
  });

  it('falls back to the built-in git where none is installed', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    const path = process.env['PATH'];
    process.env['PATH'] = repository.path('nothing-here');
    const git = await openGit(repository.root).finally(() => (process.env['PATH'] = path));
    opened.push(git);
    expect(git.name).toBe('isomorphic-git');
    expect((await git.log())[0]?.subject).toBe('first');
  });
});
