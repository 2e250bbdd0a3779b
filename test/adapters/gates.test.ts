import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { matchesPath, runGate, type GateContext } from '../../src/adapters/gates.ts';
import { GateConfig } from '../../src/core/config.ts';
import { folderForEach } from '../support/folder.ts';

let folder: string;
folderForEach((path) => {
  folder = path;
});

const run = (gate: Partial<GateConfig>, context: Partial<GateContext> = {}) =>
  runGate(GateConfig.parse({ name: 'test', run: 'true', ...gate }), {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    changedPaths: ['src/a.ts'],
    graceMs: 50,
    ...context,
  });

test('passed and failed, with the end of the output', async () => {
  expect(await run({ run: 'echo fine' })).toMatchObject({ name: 'test', status: 'passed', exitCode: 0, reason: '', tail: 'fine' });
  const failed = await run({ run: 'seq 1 500; exit 2' }, { logFile: join(folder, 'log') });
  expect(failed).toMatchObject({ status: 'failed', exitCode: 2, reason: 'It ended with exit code 2.' });
  expect(failed.tail.split('\n')).toHaveLength(100);
  expect(failed.tail).toMatch(/^401\n[\s\S]*\n500$/);
  expect(readFileSync(join(folder, 'log'), 'utf8')).toMatch(/^1\n2\n/);
});

test('why it failed is a sentence that says what to do', async () => {
  expect(await run({ run: 'no-such-program' })).toMatchObject({
    status: 'failed',
    exitCode: 127,
    reason: expect.stringContaining('not found'),
  });
  expect(await run({ run: 'kill -KILL $$' })).toMatchObject({ status: 'failed', exitCode: null, reason: 'It was ended by SIGKILL.' });
  expect(await run({ run: 'sleep 1000', timeout: '1s' })).toMatchObject({
    status: 'failed',
    exitCode: null,
    reason: expect.stringContaining('timeout of 1s'),
  });
  expect(await run({}, { signal: AbortSignal.abort() })).toMatchObject({
    status: 'failed',
    exitCode: null,
    reason: expect.stringContaining('stopped'),
  });
});

test('runs only when a changed path matches', async () => {
  const gate = { run: 'touch ran', when: ['docs/**', '*.md'] };
  expect(await run(gate)).toEqual({
    name: 'test',
    status: 'skipped',
    durationMs: 0,
    exitCode: null,
    reason: 'No changed path matches "docs/**" or "*.md".',
    tail: '',
  });
  expect(await run(gate, { changedPaths: [] })).toMatchObject({ status: 'skipped' });
  expect(await run(gate, { changedPaths: ['src/a.ts', 'docs/x/y.txt'] })).toMatchObject({ status: 'passed' });
});

test.each([
  ['src/a.ts', 'src/**', true],
  ['src/a.ts', 'src', true],
  ['src/a.ts', './src/', true],
  ['src/a/b/c.ts', 'src/**/*.ts', true],
  ['src/a.ts', '*.ts', false],
  ['src/a.ts', '{src,test}/*.ts', true],
  ['srcs/a.ts', 'src', false],
  ['.github/workflows/ci.yml', '**/*.yml', true],
  ['.github/workflows/ci.yml', '.github/**', true],
  ['.github/ci.yml', '{.github,docs}/**', true],
  ['src/.env', 'src/*', true],
  ['src/.hidden/a.ts', 'src/**', true],
  ['.env', '**', true],
  ['.env', '.e*', true],
  ['Src/a.ts', 'src/**', false],
])('%s against %s: %s', (path, glob, expected) => {
  expect(matchesPath(path, glob)).toBe(expected);
});
