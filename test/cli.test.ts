import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rig, task, type Rig } from './support/rig.ts';

const CLI = join(import.meta.dirname, '../src/cli.ts');

/** The command with its standard output on a disk that is full. */
function plans({ repository: { root } }: Rig, ...words: readonly string[]) {
  const full = openSync('/dev/full', 'w');
  try {
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...words], {
      cwd: root,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    return [status, stderr];
  } finally {
    closeSync(full);
  }
}

const TOLD = 'plans: The output could not be written (ENOSPC: no space left on device, write), but what the command did stands.\n';

describe.runIf(existsSync('/dev/full'))('standard output that takes nothing', () => {
  it.each([['list'], ['help'], ['--version'], ['export', '--json']])('is one sentence and exit 2 for %j', async (...words) => {
    await using it = await rig(task('one', 'echo 1 > one.txt'));
    expect(plans(it, ...words)).toEqual([2, TOLD]);
  });

  it('does not end a run', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    expect(plans(it, 'run', 'demo')).toEqual([2, TOLD]);
    expect([it.repository.log()[0], it.repository.status()]).toEqual(['demo: Do two', []]);
  });
});

it('a reader that has seen enough is no error', async () => {
  await using it = await rig(task('one', 'true'));
  const line = `{ "${process.execPath}" "${CLI}" list; echo "$?" >&2; } | true`;
  const { stderr } = spawnSync('sh', ['-c', line], { cwd: it.repository.root, encoding: 'utf8' });
  expect(stderr).toBe('0\n');
});
