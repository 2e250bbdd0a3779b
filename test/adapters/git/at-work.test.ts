import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitAtWork, gitSignature } from '../../../src/adapters/git/at-work.ts';
import { createRepository } from '../../support/repository.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

function aged(path: string, ms: number): void {
  const then = new Date(NOW - ms);
  utimesSync(path, then, then);
}

describe('git at work', () => {
  test('a lock says so, until it is so old that its git must be gone', async () => {
    await using repository = await createRepository({ 'a.txt': 'a' });
    const gitDir = repository.path('.git');
    expect(gitAtWork(gitDir, NOW)).toBeNull();
    for (const name of ['index.lock', 'HEAD.lock']) {
      const lock = join(gitDir, name);
      writeFileSync(lock, '');
      aged(lock, 60_000);
      expect(gitAtWork(gitDir, NOW)).toBe(name);
      aged(lock, 180_000);
      expect(gitAtWork(gitDir, NOW)).toBeNull();
    }
  });

  test('a rebase is at work while something moves, and waits for a person when nothing does', async () => {
    await using repository = await createRepository({ 'a.txt': 'a' });
    const gitDir = repository.path('.git');
    const [folder, head] = [join(gitDir, 'rebase-merge'), join(gitDir, 'HEAD')];
    mkdirSync(folder);
    aged(head, 60_000);
    aged(folder, 400);
    expect(gitAtWork(gitDir, NOW)).toBe('rebase-merge');
    aged(folder, 5_000);
    expect(gitAtWork(gitDir, NOW)).toBeNull();
    aged(head, 400);
    expect(gitAtWork(gitDir, NOW)).toBe('rebase-merge');
  });

  test('what git has done shows in its signature; looking does not', async () => {
    await using repository = await createRepository({ 'a.txt': 'a' });
    const gitDir = repository.path('.git');
    const before = gitSignature(gitDir);
    repository.git('--no-optional-locks', 'status');
    expect(gitSignature(gitDir)).toBe(before);
    repository.git('switch', '-q', '-c', 'other');
    expect(gitSignature(gitDir)).not.toBe(before);
    expect(gitAtWork(join(gitDir, 'nowhere'), NOW)).toBeNull();
  });
});
