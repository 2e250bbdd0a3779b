/** The example's steps and gates, without the executor: they must fail and pass where the plans say so. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/adapters/config.ts';
import type { GateConfig } from '../../src/core/config.ts';
import { parsePlan } from '../../src/core/parse.ts';

const example = join(import.meta.dirname, '../../plans-example');
let root: string;
let gates: readonly GateConfig[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'plans-example-'));
  cpSync(example, root, { recursive: true });
  const loaded = await loadConfig(root);
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  gates = loaded.config.qa.gates;
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

interface Step {
  readonly id: string;
  readonly run: string;
  readonly files: readonly string[];
}

function readPlan(id: string): ReturnType<typeof parsePlan> {
  return parsePlan(readFileSync(join(example, 'plans', `${id}.plan.md`), 'utf8'), id);
}

/** The `run:` tasks of a plan, in its order. */
function stepsOf(plan: string): Step[] {
  const tasks = readPlan(plan).plan.phases.flatMap((phase) => phase.tasks);
  return tasks.flatMap(({ id, run, files = [] }) => (run === undefined ? [] : [{ id, run, files }]));
}

function shell(command: string, attempt: number) {
  const path = `${join(import.meta.dirname, '../../node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  // A gate that runs `node --test` inside a test runner would report to that runner.
  const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...env } = process.env;
  return spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8', env: { ...env, PATH: path, PLANS_ATTEMPT: String(attempt) } });
}

function redGates(): string[] {
  return gates.filter(({ run }) => shell(run, 1).status !== 0).map(({ name }) => name);
}

function snapshot(): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => join(entry.parentPath, entry.name)).map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
}

function changes(before: ReadonlyMap<string, string>): string[] {
  return [...snapshot()].flatMap(([path, text]) => (before.get(path) === text ? [] : [path])).sort();
}

test.each(['split-the-bill', 'release', 'currencies'])('%s: nothing is wrong with it, and every task has an id of its own', (id) => {
  const { plan, diagnostics } = readPlan(id);
  expect(diagnostics).toEqual([]);
  expect(plan.status).toBe(id === 'currencies' ? 'draft' : 'ready');
  for (const task of plan.phases.flatMap((phase) => phase.tasks)) expect(task.pinned, task.id).toBe(true);
});

test('the gates are green at the start', () => {
  expect(gates.map(({ name }) => name)).toEqual(['syntax', 'test']);
  expect(redGates()).toEqual([]);
});

test('a file that does not parse is seen by the first gate', () => {
  const file = join(root, 'src/bad.js');
  writeFileSync(file, 'const a = ;\n');
  expect(redGates()).toEqual(['syntax']);
  rmSync(file);
});

describe('split-the-bill, in its order', () => {
  const [first, ...rest] = stepsOf('split-the-bill');

  test('there are six tasks', () => {
    expect([first, ...rest].map((step) => step?.id)).toEqual(['split-evenly', 'add-tip', 'split-by-order', 'receipt', 'command', 'usage']);
  });

  test('the first attempt loses a cent, and the tests say so', () => {
    const before = snapshot();
    expect(shell(first?.run ?? '', 1).status).toBe(0);
    expect(changes(before)).toEqual([...(first?.files ?? [])].sort());
    expect(redGates()).toEqual(['test']);
    expect(shell(gates[1]?.run ?? '', 1).stdout).toContain('10.00 among 3: the shares are not the bill');
  });

  test('the second attempt mends it', () => {
    expect(shell(first?.run ?? '', 2).status).toBe(0);
    expect(redGates()).toEqual([]);
  });

  test.each(rest)('$id passes at once and changes only its files', ({ run, files }) => {
    const before = snapshot();
    const { status, stdout } = shell(run, 1);
    expect(status).toBe(0);
    expect(stdout).toContain('wrote');
    expect(changes(before)).toEqual([...files].sort());
    expect(redGates()).toEqual([]);
  });

  test('then it works', () => {
    expect(shell('node src/cli.js 10.00 Ada Grace Joan', 1).stdout).toBe(
      'Ada     3.34\nGrace   3.33\nJoan    3.33\n------------\nTotal  10.00\n',
    );
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).toMatchObject({ bin: { 'fair-share': 'src/cli.js' } });
  });

  test('a third attempt would take the last draft', () => {
    const before = snapshot();
    expect(shell(first?.run ?? '', 3).status).toBe(0);
    expect(changes(before)).toEqual([]);
  });
});

test.each(stepsOf('release'))('release: $id changes only its files, and the gates stay green', ({ run, files }) => {
  const before = snapshot();
  expect(shell(run, 1).status).toBe(0);
  expect(changes(before)).toEqual(files);
  expect(redGates()).toEqual([]);
});

test('a step that is not there is an error', () => {
  expect(shell('node steps/take.mjs nothing', 1)).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage') });
});
