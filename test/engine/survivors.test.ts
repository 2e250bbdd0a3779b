import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { startTime } from '../../src/adapters/process/identity.ts';
import { openJournal } from '../../src/engine/journal.ts';
import { takeSnapshot } from '../../src/engine/snapshot.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { rig, task } from '../support/rig.ts';
import { isRunning } from '../support/scripted.ts';

/** A process that leads a group of its own and carries no mark, as an agent's may on systems where none can be read. */
function sleeper(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { detached: true, stdio: 'ignore', env: {} });
  child.unref();
  return child.pid ?? 0;
}

it.skipIf(process.platform === 'win32')(
  'an agent that outlived its runner is ended by the pid in the journal; a pid that means another process now is left alone',
  async () => {
    await using it = await rig(task('one', 'true > one.txt'));
    const [left, other] = [sleeper(), sleeper()];
    const workspace = await openWorkspace(it.repository.root);
    const before = await takeSnapshot(workspace.git, () => false);
    const entry = { run: 'killed', attempt: 1, folder: null, landing: null, before, usage: null, guarded: null };
    const journal = openJournal(workspace.git.commonDir, 'demo', { check: () => {}, isHeld: () => true });
    journal.write([
      { ...entry, task: 'one', process: { pid: left, started: startTime(left) ?? '' } },
      { ...entry, task: 'two', process: { pid: other, started: 'at another time' } },
    ]);
    journal.abandon();
    await workspace.close();
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect([isRunning(left), isRunning(other)]).toEqual([false, true]);
    process.kill(other, 'SIGKILL');
  },
);
