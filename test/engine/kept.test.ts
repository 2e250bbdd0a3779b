import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Git } from '../../src/adapters/git/git.ts';
import { nextAttemptRef } from '../../src/engine/kept.ts';

const git = { refs: async () => new Map() } as unknown as Git;

test.each(['auth', 'v1.2', 'ünï cödé', 'a..b', 'x.lock', '.hidden', '~^:?*[\\', 'a@{b', 'line\nbreak', '100%', '-x', '日本 🎉'])(
  'git takes the ref of a plan that is named %j',
  async (name) => {
    const ref = await nextAttemptRef(git, name, 'task');
    expect(ref).toMatch(/^refs\/plans\/attempts\/[^/]+\/task\/1$/);
    expect(() => execFileSync('git', ['check-ref-format', ref])).not.toThrow();
  },
);

test('two plans never share a ref', async () => {
  const refs = await Promise.all(['a b', 'a%20b', 'a-b', 'a.b'].map((name) => nextAttemptRef(git, name, 'task')));
  expect(new Set(refs).size).toBe(4);
});
