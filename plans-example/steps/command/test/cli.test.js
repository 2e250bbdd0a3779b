import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../src/cli.js', import.meta.url));
const run = (...args) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

test('a bill is split evenly', () => {
  const { stdout, status } = run('10.00', 'Ada', 'Grace', 'Joan');
  assert.equal(status, 0);
  assert.equal(stdout, 'Ada     3.34\nGrace   3.33\nJoan    3.33\n------------\nTotal  10.00\n');
});

test('or by what each one ordered, with a tip', () => {
  const { stdout } = run('30.00', 'Ada=10.00', 'Grace=20.00', '--tip', '10');
  assert.equal(stdout, 'Ada    11.00\nGrace  22.00\n------------\nTotal  33.00\n');
});

test('a mistake is one line and exit code 1', () => {
  const { stderr, status } = run('ten', 'Ada');
  assert.equal(status, 1);
  assert.equal(stderr, '"ten" is no amount. Write it like 47.80.\n');
  assert.match(run().stderr, /^Usage: /);
});
