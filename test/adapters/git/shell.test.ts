import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { GitProgram } from '../../../src/adapters/git/process.ts';
import { GitShell, type ShellCommand } from '../../../src/adapters/git/shell.ts';
import { createRepository } from '../../support/repository.ts';

const shells: GitShell[] = [];
function openShell(env: NodeJS.ProcessEnv = process.env): GitShell {
  const shell = new GitShell(env);
  shells.push(shell);
  return shell;
}
afterEach(() => {
  for (const shell of shells.splice(0)) shell.close();
});

const question = (folder: string, args: readonly string[], more: Partial<ShellCommand> = {}): ShellCommand => ({
  folder,
  args,
  env: {},
  input: null,
  runsHooks: false,
  ...more,
});
const text = (answer: { stdout: Buffer } | null) => answer?.stdout.toString('utf8');

describe.skipIf(process.platform === 'win32')('a live shell', () => {
  test('gives what git says, byte for byte, and its exit code, one command after another', async () => {
    await using repository = await createRepository({ 'a b.txt': 'a\n' });
    await repository.write({ 'new\n$(touch x).txt': '', "it's `y`.txt": '' });
    const shell = openShell();
    for (let time = 0; time < 3; time += 1) {
      const status = await shell.run(question(repository.root, ['status', '--porcelain', '-z']));
      expect(text(status)).toBe("?? it's `y`.txt\0?? new\n$(touch x).txt\0");
      const failed = await shell.run(question(repository.root, ['rev-parse', '--verify', 'no such']));
      expect(failed?.code).toBe(128);
      expect(failed?.stderr.toString()).toContain('Needed a single revision');
    }
    expect((await shell.run(question(`${repository.root}/missing`, ['status'])))?.code).not.toBe(0);
  });

  test('hands on variables and input as they are', async () => {
    await using repository = await createRepository({ 'a.txt': 'a\n' });
    const shell = openShell();
    const message = 'it\'s $HOME `x` \\n "quoted"\n\nüñí %s\n';
    const env = { GIT_AUTHOR_NAME: "O'Neil $1", GIT_AUTHOR_EMAIL: 'o@example.org' };
    const made = await shell.run(
      question(repository.root, ['commit', '--allow-empty', '-q', '-F', '-'], { input: message, env, runsHooks: true }),
    );
    expect(made?.code).toBe(0);
    expect(repository.git('log', '-1', '--format=%an%n%B').trim()).toBe(`O'Neil $1\n${message}`.trim());
  });

  test('hands on a list whose items end with NULs, and a text without a newline', async () => {
    await using repository = await createRepository({ 'a.txt': 'a\n' });
    const names = ['-n.txt', '0.txt', '7%d.txt', "it's\n`y`.txt", 'back\\000slash.txt', 'ü.txt'];
    await repository.write(Object.fromEntries(names.map((name) => [name, 'x'])));
    const shell = openShell();
    const input = names.map((name) => `${name}\0`).join('');
    expect((await shell.run(question(repository.root, ['update-index', '--add', '-z', '--stdin'], { input, runsHooks: true })))?.code).toBe(
      0,
    );
    expect(repository.git('ls-files', '-z').split('\0').filter(Boolean).toSorted()).toEqual(['a.txt', ...names].toSorted());
    const made = await shell.run(question(repository.root, ['hash-object', '--stdin'], { input: '%s \\n end' }));
    await repository.write({ 'b.txt': '%s \\n end' });
    expect(text(made)).toBe(repository.git('hash-object', 'b.txt'));
  });

  test('is not talked into by what a hook leaves running', async () => {
    await using repository = await createRepository({ 'a.txt': 'a\n' });
    await repository.hook('post-commit', '(while [ ! -e done ]; do echo late; echo late >&2; sleep 0.01; done) >/dev/null & echo now');
    const shell = openShell();
    const made = await shell.run(
      question(repository.root, ['commit', '--allow-empty', '-q', '-F', '-'], { input: 'x\n', runsHooks: true }),
    );
    expect(made?.code).toBe(0);
    for (let time = 0; time < 20; time += 1) expect(text(await shell.run(question(repository.root, ['status', '--porcelain'])))).toBe('');
    await repository.write({ done: '' });
  });

  test('whose process is ended says that nobody knows, and the next command is answered', async () => {
    await using repository = await createRepository({ 'a.txt': 'a\n' });
    const shell = openShell();
    await shell.run(question(repository.root, ['status']));
    const alias = question(repository.root, ['-c', 'alias.end=!kill -9 $(ps -o ppid= $PPID)', 'end']);
    expect(await shell.run(alias)).toBe(null);
    expect((await shell.run(question(repository.root, ['status'])))?.code).toBe(0);
  });

  test('goes on after an interrupt that ends its git', async () => {
    await using repository = await createRepository({ 'a.txt': 'a\n' });
    const shell = openShell();
    const interrupted = await shell.run(question(repository.root, ['-c', 'alias.end=!kill -2 $PPID $(ps -o ppid= $PPID)', 'end']));
    expect(interrupted?.code).not.toBe(0);
    expect((await shell.run(question(repository.root, ['status'])))?.code).toBe(0);
  });

  test('ends with this process', () => {
    const module = new URL('../../../src/adapters/git/shell.ts', import.meta.url).href;
    const code = `import { GitShell } from ${JSON.stringify(module)};
      const shell = new GitShell(process.env);
      const answer = await shell.run({ folder: '/', args: ['version'], env: {}, input: null, runsHooks: false });
      console.log(answer.code);`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 20_000 })).toBe('0\n');
  });
});

/** How many processes have this in their environment. */
function shellsOf(mark: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
    } catch {
      return false;
    }
  }).length;
}

describe.skipIf(process.platform === 'win32')('repositories that are opened with the same environment', () => {
  test('share their shells, which end with the last of them', async () => {
    await using repository = await createRepository({ 'a.txt': 'a\n' });
    const env = { ...process.env, PLANS_SHELLS: `of test ${process.pid}` };
    const open = () => new GitProgram(repository.root, env, { lasting: true });
    const programs = [open(), open()] as const;
    const both = () => Promise.all(programs.map((git) => git.must(['status', '--porcelain', '-z'])));
    for (let time = 0; time < 5; time += 1) expect(String(await both())).toBe(',');
    if (process.platform === 'linux') expect(shellsOf(env.PLANS_SHELLS)).toBe(2);
    programs[0].close();
    programs[0].close();
    expect(String(await programs[1].must(['rev-parse', 'HEAD'])).trim()).toBe(repository.head());
    expect(String(await programs[0].must(['rev-parse', 'HEAD'])).trim()).toBe(repository.head());
    programs[1].close();
    if (process.platform === 'linux') await expect.poll(() => shellsOf(env.PLANS_SHELLS)).toBe(0);
  });
});
