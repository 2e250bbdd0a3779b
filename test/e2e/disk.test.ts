/** A disk that is full, or read-only, in the middle of a run: nothing half done gets into git, and nothing is lost. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'disk.sh');
const CLI = join(import.meta.dirname, '../../src/cli.ts');

const mounts = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
if (!mounts) console.log('disk: skipped, as this machine does not let a test mount a disk of its own');

test.skipIf(!mounts).each([
  ['full', 'cat /dev/zero > fill 2> /dev/null || true', 'rm fill', 'Free some space on the disk.'],
  [
    'read-only',
    'mount --bind .git .git; mount -o remount,bind,ro .git',
    'umount -l .git',
    'make the file system writable, or work in a clone.',
  ],
])('%s: the run stops and says what to do; the next one goes on with what was begun', (_, harm, mend, remedy) => {
  const disk = mkdtempSync(join(tmpdir(), 'plans-disk-'));
  try {
    const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', SCRIPT, disk, harm, mend, process.execPath, CLI], { encoding: 'utf8' });
    expect(stderr).toMatch(/^plans: The run was stopped, as the system says .+\. .+ Then run the plan again: .+\n$/);
    expect(stderr).toContain(remedy);
    expect(stderr).toContain(disk);
    expect(stdout.split('\n')).toEqual([
      // Exit code, commits, the newest.
      'first 2 3 demo: One',
      'demo completed',
      'second 0',
      'init',
      'demo: started',
      'demo: One',
      'demo: Two',
      'demo: Three',
      // The work tree is clean, and what the second task had begun was there when it began again.
      'two',
      'two',
      'refs/plans/attempts/demo/two/1',
      '.git/plans:',
      '',
      'plans:',
      'demo.plan.md',
      '',
    ]);
  } finally {
    rmSync(disk, { recursive: true });
  }
});
