/** What the built-in git cannot do right, it refuses, by name, before it has done anything. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openEmbeddedGit } from '../../../src/adapters/git/embedded.ts';
import { openSystemGit } from '../../../src/adapters/git/system.ts';
import { createRepository, type Repository } from '../../support/repository.ts';
import { committed } from './workplace.ts';

const disposables: { dispose(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of disposables.splice(0)) await one.dispose();
});

async function repositoryWith(files: Record<string, string> | null, ...init: string[]): Promise<Repository> {
  const repository = await createRepository(files, ...init);
  disposables.push(repository);
  return repository;
}

describe('is refused on opening', () => {
  it.each([
    ['sha256', ['--object-format=sha256'], [], 'sha256'],
    ['index version 4', [], [['update-index', '--index-version', '4']], 'version 4'],
    ['split index', [], [['update-index', '--split-index']], 'split index'],
    ['sparse checkout', [], [['sparse-checkout', 'set', '--cone', '--sparse-index', 'd']], 'sparse'],
    ['reftable', [], [['config', 'extensions.refStorage', 'reftable']], 'reftable'],
    ['unknown extension', [], [['config', 'extensions.partialClone', 'origin']], 'extensions.partialclone'],
    ['included configuration', [], [['config', 'include.path', 'other']], 'includes other files'],
  ] as const)('%s', async (_, init, setUp, found) => {
    const repository = await repositoryWith({ 'd/a.txt': 'a', 'e/b.txt': 'b' }, ...init);
    for (const args of setUp) repository.git(...args);
    await expect(openEmbeddedGit(repository.root)).rejects.toMatchObject({
      name: 'GitUnsupported',
      message: expect.stringContaining(found),
    });
  });

  it('a linked work tree, a submodule, a bare repository, no repository', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('worktree', 'add', '--quiet', 'linked');
    await expect(openEmbeddedGit(repository.path('linked'))).rejects.toThrow('linked work tree');
    repository.git('clone', '--quiet', '--bare', '.', 'bare');
    await expect(openEmbeddedGit(repository.path('bare'))).rejects.toMatchObject({ reason: 'bare' });
    repository.git('update-index', '--add', '--cacheinfo', `160000,${repository.head()},module`);
    await expect(openEmbeddedGit(repository.root)).rejects.toThrow('submodules');
    const folder = await mkdtemp(join(tmpdir(), 'plans-none-'));
    disposables.push({ dispose: () => rm(folder, { recursive: true }) });
    await expect(openEmbeddedGit(folder)).rejects.toMatchObject({ reason: 'not-a-repository' });
  });
});

describe('a commit is refused, and nothing changes', () => {
  const cases: readonly (readonly [string, (repository: Repository) => unknown, string])[] = [
    ['a hook', (repository) => repository.hook('pre-commit', 'exit 0'), 'the hook pre-commit'],
    ['core.hooksPath', (repository) => repository.git('config', 'core.hooksPath', '.husky'), 'core.hooksPath'],
    ['signing', (repository) => repository.git('config', 'commit.gpgSign', 'true'), 'commit.gpgSign'],
    ['autocrlf', (repository) => repository.git('config', 'core.autocrlf', 'input'), 'core.autocrlf'],
    ['a filter', (repository) => repository.write({ '.gitattributes': '*.bin filter=lfs diff=lfs\n' }), '.gitattributes'],
    ['line ends', (repository) => repository.write({ 'd/.gitattributes': '* text=auto\n' }), '.gitattributes'],
    ['attributes of the repository', (repository) => repository.write({ '.git/info/attributes': '*.c ident\n' }), 'attributes'],
  ];
  it.each(cases)('%s', async (_, setUp, found) => {
    const repository = await repositoryWith({ 'd/a.txt': 'a' });
    const git = await openEmbeddedGit(repository.root);
    await setUp(repository);
    await repository.write({ 'd/a.txt': 'A' });
    const before = [repository.head(), repository.git('ls-files', '--stage')];
    const request = { message: 'task', paths: ['d/a.txt'], expect: await git.head() };
    const refusal = { name: 'GitUnsupported', message: expect.stringContaining(found) };
    await expect(git.assertCommits(['d/a.txt'])).rejects.toMatchObject(refusal);
    await expect(git.commit(request)).rejects.toMatchObject(refusal);
    expect([repository.head(), repository.git('ls-files', '--stage')]).toEqual(before);
  });

  it('but work is kept and put back where only a commit would run a hook or be signed', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    await repository.hook('pre-commit', 'exit 1');
    repository.git('config', 'core.hooksPath', '.husky');
    repository.git('config', 'commit.gpgSign', 'true');
    await repository.write({ 'a.txt': 'A' });
    const git = await openEmbeddedGit(repository.root);
    const kept = await git.keep({ message: 'kept', paths: ['a.txt'], parent: repository.head() });
    await git.restore(repository.head(), ['a.txt']);
    expect([repository.git('show', `${kept}:a.txt`), repository.git('status', '--porcelain')]).toEqual(['A', '']);
    repository.git('config', 'core.autocrlf', 'true');
    await expect(git.restore(kept, ['a.txt'])).rejects.toThrow('core.autocrlf');
  });

  it('no identity; that of the home folder counts', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('config', '--remove-section', 'user');
    await repository.write({ 'a.txt': 'A' });
    const nobody = await openEmbeddedGit(repository.root);
    const request = { message: 'task', paths: ['a.txt'], expect: await nobody.head() };
    expect(await nobody.commit(request)).toMatchObject({ type: 'failed', reason: 'identity' });
    const home = repository.path('.git');
    await writeFile(join(home, '.gitconfig'), '[user]\n\tname = "Grace Hopper" ; admiral\n\temail = grace@example.org # navy\n');
    committed(await (await openEmbeddedGit(repository.root, undefined, home)).commit(request));
    expect(repository.git('log', '-1', '--format=%an <%ae>')).toBe('Grace Hopper <grace@example.org>\n');
  });
});

describe('side by side with git', () => {
  it('reads packed objects and references, merges and trailers as git does', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'plans/p.md': '1' });
    repository.git('checkout', '--quiet', '-b', 'topic');
    await repository.commit('side\n\nBody\n\nPlan: p\nnot a trailer', { 'b.txt': 'b' });
    await repository.commit('side plan\n\nSigned-off-by: a\nprose\nPlan: q', { 'plans/p.md': '2' });
    repository.git('checkout', '--quiet', 'main');
    await repository.commit('main', { 'a.txt': 'A' });
    repository.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'topic');
    repository.git('tag', '-a', '-m', 'tag', 'v1');
    repository.git('gc', '--quiet');
    await repository.commit('after', { 'plans/p.md': '3' });
    const system = await openSystemGit(repository.root);
    const embedded = await openEmbeddedGit(repository.path('plans'));
    disposables.push({ dispose: () => system.close() });
    for (const query of [{}, { paths: ['plans'] }, { paths: ['b.txt'] }, { from: 'v1' }, { from: 'topic~1', to: 'main' }, { limit: 3 }]) {
      const sorted = async (git: typeof system): Promise<unknown[]> => [...(await git.log(query))].sort((a, b) => a.id.localeCompare(b.id));
      if (!query.limit) expect(await sorted(embedded)).toEqual(await sorted(system));
      else expect(await embedded.log(query)).toHaveLength(query.limit);
    }
    expect(await embedded.refs('refs/')).toEqual(await system.refs('refs/'));
    expect(await embedded.rootCommit()).toBe(await system.rootCommit());
    for (const revision of ['v1', 'topic', 'HEAD~1^2~1', 'main~2'])
      expect(await embedded.resolve(revision)).toBe(await system.resolve(revision));
    const topic = await embedded.resolve('topic');
    expect(await embedded.updateRef('refs/heads/topic', null, topic)).toBe(true);
    expect(repository.git('branch', '--list', 'topic')).toBe('');
  });

  it('writes a reflog, an index and objects that git finds in order', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'z/y/x.txt': 'x' });
    const git = await openEmbeddedGit(repository.root);
    await repository.write({ 'a.txt': 'A', 'new/b.txt': 'b', 'z/y/x.txt': null });
    committed(
      await git.commit({ message: 'task\n\n\n\nPlan: p  \n', paths: ['a.txt', 'new/b.txt', 'z/y/x.txt'], expect: await git.head() }),
    );
    expect(repository.status()).toEqual([]);
    expect(repository.git('log', '-1', '--format=%B').trimEnd()).toBe('task\n\nPlan: p');
    expect(repository.git('reflog', '-1', '--format=%gs')).toBe('commit: task\n');
    repository.git('fsck', '--strict');
  });

  it('and git at once lose nothing', async () => {
    const repository = await repositoryWith({ 'start.txt': 's' });
    const names = Array.from({ length: 10 }, (_, at) => `file-${at}.txt`);
    await repository.write(Object.fromEntries(names.map((name) => [name, name])));
    const gits = await Promise.all(names.map((_, at) => (at % 2 ? openEmbeddedGit(repository.root) : openSystemGit(repository.root))));
    const outcomes = await Promise.all(
      gits.map(async (git, at) => git.commit({ message: names[at] ?? '', paths: [names[at] ?? ''], expect: await git.head() })),
    );
    const landed = outcomes.flatMap((outcome, at) => (outcome.type === 'committed' ? [names[at] ?? ''] : []));
    expect(landed.length).toBeGreaterThan(0);
    expect(repository.log().sort()).toEqual([...landed, 'first'].sort());
    repository.git('fsck', '--strict');
    await Promise.all(gits.map((git) => git.close()));
  });
});
