/** What is asked of a remote: compare-and-swap of its refs, and bounds. */
import { describe, expect, it } from 'vitest';
import { openEmbeddedGit } from '../../../src/adapters/git/embedded.ts';
import { GitProgram } from '../../../src/adapters/git/process.ts';
import { open, repositoryWith } from './opened.ts';

async function twoClones() {
  const seed = await repositoryWith({ 'a.txt': 'a' });
  seed.git('clone', '--quiet', '--bare', '.', '.git/bare');
  seed.git('remote', 'add', 'origin', seed.path('.git/bare'));
  const other = await repositoryWith({ 'b.txt': 'b' });
  other.git('remote', 'add', 'origin', seed.path('.git/bare'));
  return { seed, git: await open(seed.root), other: await open(other.root) };
}

const LEASE = 'refs/plans/lease/demo';

describe('a remote', () => {
  it('lets one of two make a ref, and only its holder move it', async () => {
    const { seed, git, other } = await twoClones();
    const [one, two] = [await git.statement('one\n'), await other.statement('two\n')];
    const words = await Promise.all([
      git.push('origin', [{ ref: LEASE, from: null, to: one }]),
      other.push('origin', [{ ref: LEASE, from: null, to: two }]),
    ]);
    expect(words.filter((answer) => answer === null)).toHaveLength(1);
    const holder = words[0] === null ? one : two;
    expect(await git.remoteRefs('origin', [LEASE])).toEqual({ type: 'refs', refs: new Map([[LEASE, holder]]) });
    const [winner, loser] = words[0] === null ? [git, other] : [other, git];
    const next = await winner.statement('next\n');
    expect(await winner.push('origin', [{ ref: LEASE, from: holder, to: next }])).toBeNull();
    expect(await loser.fetch('origin', [LEASE])).toBeNull();
    expect((await loser.log({ to: next }))[0]?.subject).toBe('next');
    // All or nothing: a branch does not move with a lease that has gone.
    const before = seed.git('-C', seed.path('.git/bare'), 'rev-parse', 'main');
    const stale = [
      { ref: LEASE, from: holder, to: await loser.statement('stale\n') },
      { ref: 'refs/heads/main', from: before.trim(), to: (await loser.head()).commit },
    ];
    expect(await loser.push('origin', stale)).toContain('stale info');
    expect(seed.git('-C', seed.path('.git/bare'), 'rev-parse', 'main')).toBe(before);
    expect(await winner.push('origin', [{ ref: LEASE, from: next, to: null }])).toBeNull();
    expect(await git.remoteRefs('origin', [LEASE])).toEqual({ type: 'refs', refs: new Map() });
  });

  it('that is not there is an answer, and so is one that takes too long', async () => {
    const { seed, git } = await twoClones();
    expect(await git.remoteRefs('nowhere', ['refs/heads/main'])).toMatchObject({
      type: 'unreachable',
      message: expect.stringContaining('nowhere'),
    });
    expect(await git.fetch('nowhere', ['refs/heads/main'])).toContain('nowhere');
    const slow = await new GitProgram(seed.root, process.env).run(['-c', 'alias.slow=!sleep 600', 'slow'], { timeoutMs: 50 });
    expect(slow.code).toBe(-1);
  });

  it('is refused without git', async () => {
    const { seed } = await twoClones();
    const git = await openEmbeddedGit(seed.root);
    await expect(git.push('origin', [])).rejects.toThrow('needs pushes');
  });
});
