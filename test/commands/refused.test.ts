import { expect, test } from 'vitest';
import type { CommandContext } from '../../src/commands/context.ts';
import { runCommandLine } from '../../src/commands/main.ts';
import { captured } from './support.ts';

/** `plans list` on a machine that refuses with `code` as soon as anything is looked at. */
async function refusedWith(code: string) {
  const err = captured({ columns: 80 });
  const refuse = () => {
    throw Object.assign(new Error(`${code}: so it is, write`), { code });
  };
  const context = { json: false, quiet: false, err: err.output, env: {}, cwd: '/' };
  return [
    await runCommandLine(['list'], () => Object.defineProperty(context, 'cwd', { get: refuse }) as unknown as CommandContext),
    err.text(),
  ];
}

test('what the machine refuses is said with what to do, and is no bug of Plans', async () => {
  expect(await refusedWith('ENOSPC')).toEqual([
    2,
    'plans: The system says ENOSPC: so it is, write. Free some space on the disk. Then run this again.\n',
  ]);
  expect(await refusedWith('EROFS')).toEqual([2, expect.stringMatching(/EROFS.*make the file system writable/)]);
});

test('what nobody expects is thrown on', async () => {
  await expect(refusedWith('EWHAT')).rejects.toThrow('EWHAT');
});
