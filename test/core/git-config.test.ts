import { describe, expect, it } from 'vitest';
import { changedKeys, runningKeys, settingsOf } from '../../src/core/git-config.ts';

const BASE = '[core]\n\tbare = false\n[branch "main"]\n\tremote = origin\n';

describe('git configuration', () => {
  it('is read with sections, subsections, bare keys and continued lines', () => {
    const text = '[core] bare = false\n; no\n[filter "a b"]\n\tclean = x \\\n  y\n\trequired\n[Remote "O"]\n\tURL=z\n';
    expect(settingsOf(text)).toEqual([
      { key: 'core.bare', value: 'false' },
      { key: 'filter.a b.clean', value: 'x   y' },
      { key: 'filter.a b.required', value: 'true' },
      { key: 'remote.O.url', value: 'z' },
    ]);
  });

  it('changes by keys that are set, changed or gone, but for what a branch follows', () => {
    expect(changedKeys(BASE, `${BASE}[branch "x"]\n\tmerge = y\n`)).toEqual([]);
    expect(changedKeys(BASE, BASE.replace('false', 'true'))).toEqual(['core.bare']);
    expect(changedKeys(`${BASE}[user]\n\tname = A\n`, BASE)).toEqual(['user.name']);
  });

  it('runs something by some of them', () => {
    expect(runningKeys(['user.name', 'filter.lfs.clean', 'remote.o.url', 'alias.x', 'diff.y.textconv'], '')).toEqual([
      'filter.lfs.clean',
      'alias.x',
      'diff.y.textconv',
    ]);
    expect(runningKeys(['core.hookspath'], '[core]\n\thooksPath = .husky/_\n')).toEqual([]);
    expect(runningKeys(['core.hookspath'], '[core]\n\thooksPath = /tmp/x\n')).toEqual(['core.hookspath']);
  });
});
