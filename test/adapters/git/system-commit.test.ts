/** A commit in one pass, as in a large repository: only where nothing else would get into it. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Git } from '../../../src/adapters/git/git.ts';
import { openSystemGit } from '../../../src/adapters/git/system.ts';
import type { Repository } from '../../support/repository.ts';
import { commit, opened, repositoryWith } from './opened.ts';
import { committed } from './workplace.ts';

const GIT = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** Opens it with a git that writes down how it commits, and runs `before` first. */
async function openWatched(repository: Repository, before = ''): Promise<Git> {
  const folder = repository.path('.git/bin');
  await mkdir(folder);
  const taking = `case " $* " in *" --include "*) echo include;; *) echo only;; esac >>'${repository.path('.git/ran')}'`;
  const script = `#!/bin/sh\ncase " $* " in *" commit "*) ${taking}; ${before};; esac\nexec '${GIT}' "$@"\n`;
  await writeFile(`${folder}/git`, script);
  await chmod(`${folder}/git`, 0o755);
  const git = await openSystemGit(repository.root, { ...process.env, PATH: `${folder}:${process.env['PATH']}` }, { largeIndexBytes: 0 });
  opened.push(git);
  return git;
}

const ways = async (repository: Repository) => (await repository.read('.git/ran')).split('\n').filter(Boolean);

describe('in one pass', () => {
  it('where nothing else is staged, whatever is dirty', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b', 'gone.txt': 'g' });
    await repository.write({ 'a.txt': 'A', 'b.txt': 'dirty', 'gone.txt': null, 'new.txt': 'n', 'untracked.txt': 'u' });
    const git = await openWatched(repository);
    expect(committed(await commit(git, ['a.txt', 'gone.txt', 'new.txt'])).files).toEqual(['a.txt', 'gone.txt', 'new.txt']);
    expect(await ways(repository)).toEqual(['include']);
    expect(repository.status()).toEqual([' M b.txt', '?? untracked.txt']);
  });

  it('not where something else is staged', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    await repository.write({ 'a.txt': 'A', 'b.txt': 'staged' });
    repository.git('add', 'b.txt');
    const git = await openWatched(repository);
    expect(committed(await commit(git, ['a.txt'])).files).toEqual(['a.txt']);
    expect(await ways(repository)).toEqual(['only']);
    expect(repository.status()).toEqual(['M  b.txt']);
  });

  it.each([
    ['staged', ['add', 'b.txt'], ['M  b.txt']],
    ['as it was, below another HEAD', ['reset', '--quiet', '--soft', 'HEAD~1'], ['M  b.txt']],
  ])('not where the index is %s since the last status', async (_, change, left) => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    await repository.commit('second', { 'b.txt': 'B' });
    await repository.write({ 'a.txt': 'A', 'b.txt': change[0] === 'add' ? 'staged' : 'B' });
    const git = await openWatched(repository);
    await git.status();
    repository.git(...change);
    expect(committed(await commit(git, ['a.txt'])).files).toEqual(['a.txt']);
    expect(await ways(repository)).toEqual(['only']);
    expect(repository.status()).toEqual(left);
  });

  it('not where a hook looks at the index', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    await repository.hook('pre-commit', 'exit 0');
    await repository.write({ 'a.txt': 'A' });
    const git = await openWatched(repository);
    committed(await commit(git, ['a.txt']));
    expect(await ways(repository)).toEqual(['only']);
  });

  it('not during a merge, which it would end', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('branch', 'topic');
    const ours = await repository.commit('ours', { 'b.txt': 'b' });
    repository.git('checkout', '--quiet', 'topic');
    await repository.commit('theirs', { 'c.txt': 'c' });
    repository.git('checkout', '--quiet', 'main');
    repository.git('merge', '--quiet', '--no-commit', '--strategy=ours', 'topic');
    await repository.write({ 'a.txt': 'A' });
    const git = await openWatched(repository);
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'failed' });
    expect(await ways(repository)).toEqual(['only']);
    expect(repository.head()).toBe(ours);
  });

  it('what is staged in the moment between the look and the commit stays staged', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    await repository.write({ 'a.txt': 'A', 'new.txt': 'n', 'b.txt': 'staged', 'theirs.txt': 't' });
    const git = await openWatched(repository, `'${GIT}' add b.txt theirs.txt`);
    const { commit: id, files } = committed(await commit(git, ['a.txt', 'new.txt']));
    expect(files).toEqual(['a.txt', 'new.txt']);
    expect(await ways(repository)).toEqual(['include', 'only']);
    expect(repository.head()).toBe(id);
    expect(repository.log()).toEqual(['task', 'first']);
    expect(repository.status()).toEqual(['M  b.txt', 'A  theirs.txt']);
    repository.git('fsck', '--strict', '--no-dangling');
  });
});
