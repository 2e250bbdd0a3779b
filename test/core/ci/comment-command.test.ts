import { describe, expect, it } from 'vitest';
import { readComment } from '../../../src/core/ci/comment-command.ts';

describe('a comment', () => {
  it.each([
    ['/plans run', { name: 'run' }],
    ['  /plans \t pause \r\n', { name: 'pause' }],
    ['/plans retry v2.0_final', { name: 'retry', task: 'v2.0_final' }],
    ['/plans skip größe-計画', { name: 'skip', task: 'größe-計画' }],
    ['/plans approve ship@0123abc', { name: 'approve', task: 'ship', commit: '0123abc' }],
    ['/plans review', { name: 'review' }],
    ['/plans estimate', { name: 'estimate' }],
  ])('%j is a command', (body, command) => expect(readComment(body)).toEqual({ command }));

  it.each([
    '',
    'run',
    '/plan run',
    '/plansrun',
    '> /plans run',
    'please /plans run',
    '/plans run\n/plans cancel',
    '/plans run\u2028x',
    '`/plans run`',
  ])('%j is none', (body) => expect(readComment(body)).toBeNull());

  it.each([
    ['/plans', 'Write one of: /plans run'],
    ['/plans explode', 'Write one of: /plans run'],
    ['/plans RUN', 'Write one of: /plans run'],
    ['/plans run now', 'Write one of: /plans run'],
    ['/plans retry', 'Write one of: /plans run'],
    ['/plans retry $(touch evil)', 'Write one of: /plans run'],
    ['/plans retry `id`', 'is no id of a task'],
    ['/plans retry ;id', 'is no id of a task'],
    ['/plans retry a;id', 'is no id of a task'],
    ['/plans retry ../../x', 'is no id of a task'],
    ['/plans retry --upload-pack=evil', 'is no id of a task'],
    ['/plans retry refs/heads/main', 'is no id of a task'],
    ['/plans retry a:b', 'is no id of a task'],
    ['/plans retry \u202Eabc', 'is no id of a task'],
    [`/plans retry ${'a'.repeat(81)}`, 'is no id of a task'],
    ['/plans approve ship', 'An approval names what was looked at'],
    ['/plans approve ship@HEAD', 'An approval names what was looked at'],
    ['/plans approve ship@abc', 'An approval names what was looked at'],
    ['/plans approve ship@0123456789ABCDEF', 'An approval names what was looked at'],
    ['/plans approve @0123456789', 'is no id of a task'],
    ['/plans approve @{u}@0123456789', 'is no id of a task'],
  ])('%j is answered with a sentence', (body, words) => expect(readComment(body)).toEqual({ problem: expect.stringContaining(words) }));
});
