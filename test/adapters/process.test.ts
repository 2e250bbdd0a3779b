import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProcess, startProcess, type ProcessOptions } from '../../src/adapters/process.ts';
import { agentCommand, contentOf, isRunning, type Step } from '../support/scripted.ts';
import { folderForEach } from '../support/folder.ts';

let folder: string;
folderForEach((path) => {
  folder = path;
});

const file = (name: string): string => join(folder, name);
const base = (): Omit<ProcessOptions, 'command'> => ({
  cwd: folder,
  env: { PATH: process.env['PATH'] ?? '' },
  wallTimeoutMs: 60_000,
  graceMs: 50,
});
const script = (steps: Step[], options: Partial<ProcessOptions> = {}) =>
  runProcess({ ...base(), command: agentCommand(...steps), ...options });
const shell = (line: string, options: Partial<ProcessOptions> = {}) => runProcess({ ...base(), command: { shell: line }, ...options });
const pidIn = (name: string): number => Number(readFileSync(file(name), 'utf8'));

describe('the end', () => {
  test('exit code, both streams in the tail, duration', async () => {
    const result = await script([
      ['say', 'out\n'],
      ['complain', 'err\n'],
      ['exit', 3],
    ]);
    expect(result).toMatchObject({ ended: 'exit', exitCode: 3, signal: null, outputBytes: 8, problem: null });
    expect(result.tail.split('\n').sort()).toEqual(['', 'err', 'out']);
    expect(result.durationMs).toBeGreaterThan(0);
  });

  test('by a signal of its own', async () => {
    expect(await shell('kill -SEGV $$')).toMatchObject({ ended: 'exit', exitCode: null, signal: 'SIGSEGV' });
  });

  test('a program that is not there, a folder that is not there, an argument that is too long', async () => {
    const command = { file: 'no-such-program', args: [] };
    expect(await runProcess({ ...base(), command })).toMatchObject({ ended: 'not-found', exitCode: null });
    expect(await shell('true', { cwd: file('missing') })).toMatchObject({ ended: 'spawn-failed' });
    const long = await runProcess({ ...base(), command: { file: 'true', args: ['x'.repeat(3_000_000)] } });
    expect(long).toMatchObject({ ended: 'spawn-failed', problem: expect.stringContaining('E2BIG') });
  });

  test('a child that ends without reading its input crashes nothing', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await shell('exec 0<&-; exit 0', { input: 'x'.repeat(2_000_000) })).toMatchObject({ ended: 'exit', exitCode: 0 });
    }
  });

  test('input arrives whole, and no input is the end of the input', async () => {
    const input = 'grüße 🎉\n'.repeat(20_000);
    await script([['stdin', file('in')]], { input });
    expect(readFileSync(file('in'), 'utf8')).toBe(input);
    expect(await shell('cat; echo done')).toMatchObject({ exitCode: 0, tail: 'done\n' });
  });
});

describe('nothing is left running', () => {
  const family: Step[] = [
    ['child', 'child'],
    ['escape', 'escape'],
  ];

  test('after a normal exit: grandchildren and children in a session of their own', async () => {
    expect(await script([...family, ['exit', 0]])).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect([isRunning(pidIn('child')), isRunning(pidIn('escape'))]).toEqual([false, false]);
  });

  test('after an abort of an agent that ignores INT and TERM', async () => {
    const abort = new AbortController();
    const running = startProcess({
      ...base(),
      command: agentCommand(['deaf'], ...family, ['write', 'ready', 'x'], ['wait', 'never']),
      signal: abort.signal,
    });
    await contentOf(file('ready'));
    abort.abort();
    expect(await running.done).toMatchObject({ ended: 'aborted', exitCode: null, signal: 'SIGKILL' });
    expect([running.pid ?? 0, pidIn('child'), pidIn('escape')].map(isRunning)).toEqual([false, false, false]);
  });

  test('an escaped child that holds the output open does not hold us', async () => {
    // A length that nobody else sleeps, another run of this very test included.
    const seconds = `1000.${process.pid}`;
    const result = await shell(`setsid sh -c "echo $$ > escaped; exec sleep ${seconds}" & echo started`);
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0, tail: 'started\n' });
    expect(existsSync(file('escaped')) && isRunning(pidIn('escaped'))).toBe(false);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`sleep ${seconds}`);
  });

  test('a run within a run: the outer one finds what the inner one started', async () => {
    const before = process.env['PLANS_RUN_MARK'];
    process.env['PLANS_RUN_MARK'] = 'outer-mark';
    try {
      const result = await script([['env', file('env')]]);
      expect(result.exitCode).toBe(0);
      expect(JSON.parse(readFileSync(file('env'), 'utf8')).PLANS_RUN_MARK).toMatch(/^outer-mark \S{10,}$/);
    } finally {
      if (before === undefined) delete process.env['PLANS_RUN_MARK'];
      else process.env['PLANS_RUN_MARK'] = before;
    }
  });

  test('the group has its time to end by itself: the shell dies of INT, what it started saves its work on TERM', async () => {
    const abort = new AbortController();
    const child = `trap "" INT; trap "echo saved > saved; exit 0" TERM; echo x > ready; while :; do sleep 0.01; done`;
    const running = shell(`sh -c '${child}'; true`, { signal: abort.signal, graceMs: 400 });
    await contentOf(file('ready'));
    abort.abort();
    await running;
    expect(existsSync(file('saved'))).toBe(true);
  });

  test('abort at any moment', async () => {
    for (let round = 0; round < 25; round += 1) {
      const abort = new AbortController();
      const { pid, done } = startProcess({ ...base(), command: { shell: 'sleep 1000 & sleep 1000' }, signal: abort.signal });
      for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate);
      abort.abort();
      expect((await done).ended).toBe('aborted');
      expect(isRunning(pid ?? 0)).toBe(false);
    }
    const already = await shell('touch ran', { signal: AbortSignal.abort() });
    expect(already).toMatchObject({ ended: 'aborted', exitCode: null });
    expect(existsSync(file('ran'))).toBe(false);
  });
});

describe('clocks', () => {
  test('the idle clock ends who says nothing, the wall clock who never ends', async () => {
    expect(
      // A shell: it has said something long before Node would have begun.
      await shell('echo x; exec sleep 60', { idleTimeoutMs: 1_000 }),
    ).toMatchObject({ ended: 'timeout_idle', tail: 'x\n' });
    const chatty = await shell('while :; do echo x; done', { wallTimeoutMs: 600, idleTimeoutMs: 500 });
    expect(chatty.ended).toBe('timeout_wall');
  });
});

describe('output', () => {
  test('characters are whole across pieces, escapes are in the log and not in the tail', async () => {
    let seen = '';
    const line = Buffer.from('\u001B[31mgrün 🎉\u001B[0m\r\n10%\r20%\n');
    const octal = [...line].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
    const result = await shell(octal.map((byte) => `printf '${byte}'`).join(';'), {
      logFile: file('log'),
      onOutput: (_stream, text) => (seen += text),
    });
    expect(result.tail).toBe('grün 🎉\n20%\n');
    expect(readFileSync(file('log'))).toEqual(line);
    expect(seen.replaceAll('\r', '')).toContain('🎉');
    expect(seen).not.toContain('\uFFFD');
  });

  test('a log keeps head and tail and says what is left out', async () => {
    const result = await shell('seq 1 100000', { logFile: file('logs/log'), logLimitBytes: 2_000, tailBytes: 100 });
    const log = readFileSync(file('logs/log'), 'utf8');
    expect(log).toMatch(/^1\n2\n[\s\S]*\n… \d+ bytes left out …\n[\s\S]*\n99999\n100000\n$/);
    const left = Number(/… (\d+) bytes/.exec(log)?.[1]);
    expect(left).toBe(result.outputBytes - 2_000);
    expect(result.tail).toMatch(/^\d{5}\n[\s\S]*100000\n$/);
    expect(result.tail.length).toBeLessThanOrEqual(100);
  });

  test('a log that cannot be written does not fail the process', async () => {
    const result = await shell('echo fine', { logFile: '/dev/null/log' });
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0, tail: 'fine\n', problem: expect.stringMatching(/ENOTDIR|EEXIST/) });
    if (existsSync('/dev/full'))
      expect(await shell('echo fine', { logFile: '/dev/full' })).toMatchObject({ exitCode: 0, problem: expect.stringContaining('ENOSPC') });
  });

  test('a flood costs neither memory nor time', () => {
    const bytes = Number(process.env['PLANS_FLOOD_BYTES'] ?? 200_000_000);
    const wrapper = join(import.meta.dirname, '../support/wrapper.ts');
    const report = JSON.parse(execFileSync(process.execPath, [wrapper, String(bytes), file('log')], { encoding: 'utf8' }));
    console.log(`flood: ${JSON.stringify(report)}`);
    expect(report.outputBytes).toBe(bytes);
    expect(report.rssMiB).toBeLessThan(150);
    expect(report.longestBatch).toBeLessThanOrEqual(16 * 1024);
    expect(statSync(file('log')).size).toBeLessThan(5 * 1024 * 1024);
  });
});
