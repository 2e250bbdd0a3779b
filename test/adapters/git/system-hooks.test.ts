/** Hooks, signing, and every way in which git says no. */
import { spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { commit, open, repositoryWith } from './opened.ts';
import { committed, text } from './workplace.ts';

describe('hooks', () => {
  it('that refuse: the output, and the index as it was, new files included', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    await repository.hook('pre-commit', 'echo "fatal: no tabs please, Permission denied"; echo second line >&2; exit 1');
    await repository.write({ 'a.txt': 'A', 'new.txt': 'n', 'b.txt': 'staged' });
    repository.git('add', 'b.txt');
    const before = repository.git('ls-files', '--stage');
    const outcome = await commit(await open(repository.root), ['a.txt', 'new.txt']);
    expect(outcome).toEqual({ type: 'hook-refused', output: 'fatal: no tabs please, Permission denied\nsecond line' });
    expect(repository.git('ls-files', '--stage')).toBe(before);
    expect(repository.status()).toEqual([' M a.txt', 'M  b.txt', '?? new.txt']);
    expect(repository.log()).toEqual(['first']);
  });

  it('that refuse the message are refusals too', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    await repository.hook('commit-msg', 'grep -q TICKET "$1" || { echo "needs a ticket" >&2; exit 1; }');
    await repository.write({ 'a.txt': 'A' });
    const git = await open(repository.root);
    expect(await commit(git, ['a.txt'])).toEqual({ type: 'hook-refused', output: 'needs a ticket' });
    expect(committed(await commit(git, ['a.txt'], 'TICKET 1')).files).toEqual(['a.txt']);
  });

  it('all run, in order, and see neither our settings nor a changed meaning of paths', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    for (const name of ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit']) {
      await repository.hook(name, `echo ${name} >> "$(git rev-parse --git-common-dir)/ran"`);
    }
    await repository.hook(
      'pre-commit',
      'echo pre-commit >> .git/ran; git ls-files "*.txt" | wc -l >> .git/ran; echo "${LC_ALL-unset}" >> .git/ran',
    );
    await repository.write({ 'a.txt': 'A' });
    committed(await commit(await open(repository.root), ['a.txt']));
    const ran = (await repository.read('.git/ran')).split('\n').map((line) => line.trim());
    expect(ran).toEqual(['pre-commit', '2', 'unset', 'prepare-commit-msg', 'commit-msg', 'post-commit', '']);
  });

  it('that rewrite and add again are honoured, and nothing is left over', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    await repository.hook('pre-commit', 'for f in a.txt new.txt; do tr a-z A-Z < $f > $f.tmp; mv $f.tmp $f; git add $f; done');
    await repository.write({ 'a.txt': 'lower', 'new.txt': 'small', 'b.txt': 'staged' });
    repository.git('add', 'b.txt');
    await repository.write({ 'b.txt': 'staged, then dirty' });
    const outcome = committed(await commit(await open(repository.root), ['a.txt', 'new.txt']));
    expect(outcome.files).toEqual(['a.txt', 'new.txt']);
    expect(repository.git('show', 'HEAD:a.txt')).toBe('LOWER');
    expect(repository.git('show', 'HEAD:new.txt')).toBe('SMALL');
    expect(repository.status()).toEqual(['MM b.txt']);
    expect(repository.git('show', ':b.txt')).toBe('staged');
  });

  it('that add a file of their own: it is reported, and the index agrees', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'list.txt': 'old' });
    await repository.hook('pre-commit', 'echo generated > list.txt; git add list.txt; echo more > extra.txt; git add extra.txt');
    await repository.write({ 'a.txt': 'A' });
    const outcome = committed(await commit(await open(repository.root), ['a.txt']));
    expect(outcome.files).toEqual(['a.txt', 'extra.txt', 'list.txt']);
    expect(repository.status()).toEqual([]);
  });

  it('are found where core.hooksPath says, also when it is set later', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    const git = await open(repository.root);
    await repository.write({ 'a.txt': 'A' });
    committed(await commit(git, ['a.txt']));
    await repository.write({ 'hooks/pre-commit': '#!/bin/sh\nexit 1\n', 'a.txt': 'B' });
    await chmod(repository.path('hooks/pre-commit'), 0o755);
    repository.git('config', 'core.hooksPath', 'hooks');
    expect(await commit(git, ['a.txt'])).toEqual({ type: 'hook-refused', output: '' });
  });

  it('that commit themselves: ours is taken back, and the answer is that HEAD moved', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a', 'b.txt': 'b' });
    // What another process may do between our look at HEAD and git's: here at a point that a test can hit.
    await repository.hook('pre-commit', 'git update-ref HEAD $(git commit-tree -p HEAD -m other HEAD^{tree})');
    await repository.write({ 'a.txt': 'A' });
    const outcome = await commit(await open(repository.root), ['a.txt']);
    expect(outcome).toEqual({ type: 'moved', head: { branch: 'main', commit: repository.head() } });
    expect(repository.log()).toEqual(['other', 'first']);
    expect(repository.status()).toEqual([' M a.txt']);
  });
});

describe('failures are told apart', () => {
  it('no identity', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('config', '--unset', 'user.name');
    repository.git('config', '--unset', 'user.email');
    repository.git('config', 'user.useConfigOnly', 'true');
    await repository.write({ 'a.txt': 'A' });
    const git = await open(repository.root);
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'failed', reason: 'identity' });
    const kept = await git.keep({ paths: ['a.txt'], parent: repository.head(), message: 'kept' });
    expect(text(await git.readFile(kept, 'a.txt'))).toBe('A');
  });

  it('signing, which is done where it is configured', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    const program = repository.path('.git/fake-gpg');
    const signature = '-----BEGIN PGP SIGNATURE-----\n\nZmFrZQ==\n-----END PGP SIGNATURE-----';
    await writeFile(
      program,
      `#!/bin/sh\ncat > /dev/null\necho "[GNUPG:] SIG_CREATED D 1 8 00 1 KEY" >&2\ncat <<'END'\n${signature}\nEND\n`,
    );
    await chmod(program, 0o755);
    repository.git('config', 'gpg.program', program);
    repository.git('config', 'commit.gpgSign', 'true');
    await repository.write({ 'a.txt': 'A' });
    const git = await open(repository.root);
    const made = committed(await commit(git, ['a.txt']));
    expect(repository.git('cat-file', 'commit', made.commit)).toContain('gpgsig -----BEGIN PGP SIGNATURE-----');
    const kept = await git.keep({ paths: ['a.txt'], parent: made.commit, message: 'kept' });
    expect(repository.git('cat-file', 'commit', kept)).not.toContain('gpgsig');
    await writeFile(program, '#!/bin/sh\nexit 2\n');
    await repository.write({ 'a.txt': 'B' });
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'failed', reason: 'signing' });
    expect(repository.head()).toBe(made.commit);
  });

  it('a merge that is not finished is no place for a task', async () => {
    const repository = await repositoryWith({ 'a.txt': 'a' });
    repository.git('branch', 'topic');
    await repository.commit('ours', { 'a.txt': 'ours' });
    repository.git('checkout', '--quiet', 'topic');
    await repository.commit('theirs', { 'a.txt': 'theirs' });
    expect(spawnSync('git', ['merge', '--quiet', 'main'], { cwd: repository.root }).status).toBe(1);
    const git = await open(repository.root);
    expect(await git.operation()).toBe('merge');
    expect((await git.status()).changes).toEqual([{ path: 'a.txt', kind: 'conflicted', staged: true }]);
    expect(await commit(git, ['a.txt'])).toMatchObject({ type: 'failed', reason: 'other' });
    expect(await git.operation()).toBe('merge');
  });
});
