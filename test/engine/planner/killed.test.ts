/** A conversation whose process is killed: what it has cost until then is counted by whoever looks next, once. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordDead } from '../../../src/engine/planner/cost-journal.ts';
import { spentSoFar } from '../../../src/engine/spending.ts';
import { openWorkspace } from '../../../src/engine/workspace.ts';
import { uses } from '../../support/messages-reply.ts';
import { generating, GOOD } from './generating.ts';

const CLI = join(import.meta.dirname, '../../../src/cli.ts');

test('what it has cost is counted, and once', async () => {
  const { promise: forever } = Promise.withResolvers<void>();
  await using it = await generating([uses('tree', {}), { ...GOOD, wait: { before: 4, until: forever } }]);
  const { repository, server } = it;
  const env = { ...process.env, ...server.environment };
  const child = spawn(process.execPath, [CLI, 'generate', 'Greet people', '--json'], { cwd: repository.root, env });
  const ended = new Promise((done) => child.on('close', done));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said).toContain('"planner-output"');
  const workspace = await openWorkspace(repository.root);
  const entries = () => readdirSync(repository.path('.git/plans')).filter((name) => name.includes('.conversation'));
  const tokens = async () => (await spentSoFar(workspace, 'greet-people', new Date())).plan.tokens;
  try {
    // While it goes on it is its own to record.
    expect([await tokens(), entries().length]).toEqual([0, 1]);
    child.kill('SIGKILL');
    await ended;
    await Promise.all([recordDead(workspace), recordDead(workspace)]);
    const spent = await tokens();
    expect(spent).toBeGreaterThan(1_000);
    expect([await tokens(), entries()]).toEqual([spent, []]);
    expect(repository.git('log', '-1', '--format=%s', 'refs/plans/attempts/greet-people/%/1').trim()).toBe(
      'greet-people: a conversation without a commit interrupted',
    );
  } finally {
    await workspace.close();
  }
});
