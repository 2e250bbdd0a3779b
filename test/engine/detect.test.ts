import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Config, GateConfig } from '../../src/core/config.ts';
import type { GateResult } from '../../src/core/outcome.ts';
import { baseline, detectGates } from '../../src/engine/detect.ts';
import { proposeConfig } from '../../src/engine/propose.ts';
import { folderForEach } from '../support/folder.ts';

let root: string;

folderForEach((path) => {
  root = path;
});

function files(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** `name: command`, in order. */
function found(texts: Readonly<Record<string, string>>): string[] {
  files(texts);
  return detectGates(root).gates.map(({ gate }) => `${gate.name}: ${gate.run}`);
}

const scripts = (map: Readonly<Record<string, string>>, more: object = {}) => JSON.stringify({ scripts: map, ...more });

describe('package.json', () => {
  test('the scripts that check, fast ones first, whatever their order in the file', () => {
    const manifest = scripts({
      build: 'vite build',
      test: 'node --test',
      dev: 'vite',
      lint: 'oxlint',
      'format:check': 'oxfmt --check',
      typecheck: 'tsc',
    });
    expect(found({ 'package.json': manifest })).toEqual([
      'format-check: npm run format:check',
      'typecheck: npm run typecheck',
      'lint: npm run lint',
      'test: npm test',
      'build: npm run build',
    ]);
    expect(detectGates(root).gates[3]?.source).toBe('package.json, script "test"');
  });

  test.each([
    ['package-lock.json', 'npm test'],
    ['pnpm-lock.yaml', 'pnpm test'],
    ['yarn.lock', 'yarn test'],
    ['bun.lock', 'bun run test'],
    ['bun.lockb', 'bun run test'],
  ])('%s → %s', (lock, command) => {
    expect(found({ 'package.json': scripts({ test: 'node --test' }), [lock]: '' })).toEqual([`test: ${command}`]);
  });

  test('packageManager decides where the lock files do not', () => {
    const manifest = scripts({ test: 'node --test' }, { packageManager: 'pnpm@10.1.0' });
    expect(found({ 'package.json': manifest })).toEqual(['test: pnpm test']);
    expect(found({ 'package-lock.json': '', 'yarn.lock': '' })).toEqual(['test: pnpm test']);
    rmSync(join(root, 'yarn.lock'));
    expect(found({})).toEqual(['test: npm test']);
  });

  test('npm’s placeholder is no test', () => {
    expect(found({ 'package.json': scripts({ test: 'echo "Error: no test specified" && exit 1' }) })).toEqual([]);
  });

  test('workspaces without a script that tests them all are a note, with a gate that would', () => {
    const manifest = scripts({}, { workspaces: ['packages/*'] });
    expect(found({ 'package.json': manifest })).toEqual([]);
    expect(detectGates(root).notes).toEqual([expect.stringContaining('`npm test --workspaces --if-present`')]);
    expect(found({ 'package.json': scripts({}), 'pnpm-workspace.yaml': '', 'pnpm-lock.yaml': '' })).toEqual([]);
    expect(detectGates(root).notes).toEqual([expect.stringContaining('`pnpm -r --if-present test`')]);
    expect(found({ 'package.json': scripts({ test: 'turbo test' }) })).toEqual(['test: pnpm test']);
    expect(detectGates(root).notes).toEqual([]);
  });

  test.each([
    ['vitest', 'npx --no-install vitest run'],
    ['vitest --coverage', 'npx --no-install vitest run --coverage'],
    ['vitest watch', 'npx --no-install vitest run'],
    ['vitest --watch --config a.ts', 'npx --no-install vitest run --config a.ts'],
    ['vitest run', 'npm test'],
    ['vitest --run', 'npm test'],
    ['react-scripts test', 'CI=true npm test'],
    ['ng test', 'npm test -- --watch=false'],
    ['jest', 'npm test'],
    ['jest --watch=false', 'npm test'],
    ['npm run unit && npm run e2e', 'npm test'],
  ])('%s is run once as: %s', (script, command) => {
    expect(found({ 'package.json': scripts({ test: script }) })).toEqual([`test: ${command}`]);
    expect(detectGates(root).notes).toEqual([]);
  });

  test.each([
    'jest --watch',
    'jest --watchAll',
    'mocha -w',
    'node --test --watch',
    'tsc && vitest',
    'nodemon test.js',
    'karma start',
    'npm run tdd',
  ])('%s is refused, with a note', (script) => {
    expect(found({ 'package.json': scripts({ test: script, tdd: 'jest --watch' }) })).toEqual([]);
    expect(detectGates(root).notes).toEqual([expect.stringContaining(`script "test" is not proposed: it waits for changes ("${script}")`)]);
  });

  test('after a refused script the next one is tried', () => {
    expect(found({ 'package.json': scripts({ test: 'jest --watch', 'test:ci': 'jest --ci' }) })).toEqual(['test-ci: npm run test:ci']);
  });

  test('scripts that call each other in a circle are not followed for ever', () => {
    expect(found({ 'package.json': scripts({ test: 'npm run unit', unit: 'npm run test' }) })).toEqual(['test: npm test']);
  });

  test('a script that rewrites files is no gate', () => {
    expect(found({ 'package.json': scripts({ lint: 'eslint --fix .' }) })).toEqual([]);
    expect(detectGates(root).notes[0]).toContain('it rewrites files');
  });

  test('types are checked without a script where TypeScript is installed', () => {
    const manifest = scripts({ test: 'node --test' }, { devDependencies: { typescript: '^7' } });
    expect(found({ 'package.json': manifest, 'tsconfig.json': '{}' })).toEqual(['types: npx --no-install tsc --noEmit', 'test: npm test']);
    expect(found({ 'tsconfig.json': '{ "files": [], "references": [] }' })).toEqual(['test: npm test']);
  });

  test('a broken one is a note', () => {
    expect(found({ 'package.json': '{' })).toEqual([]);
    expect(detectGates(root).notes).toHaveLength(1);
  });
});

describe('other languages', () => {
  test('Cargo', () => {
    expect(found({ 'Cargo.toml': '[package]\nname = "x"\n' })).toEqual([
      'cargo-check: cargo check --all-targets',
      'cargo-test: cargo test',
    ]);
    expect(found({ 'Cargo.toml': '[workspace]\n[workspace.lints.clippy]\n', 'rustfmt.toml': '' })).toEqual([
      'cargo-fmt: cargo fmt --all --check',
      'clippy: cargo clippy --workspace --all-targets',
      'cargo-test: cargo test --workspace',
    ]);
  });

  test('Go', () => {
    expect(found({ 'go.mod': 'module x\n' })).toEqual(['go-vet: go vet ./...', 'go-test: go test ./...']);
    expect(found({ '.golangci.yml': '' })).toEqual(['go-vet: go vet ./...', 'golangci-lint: golangci-lint run', 'go-test: go test ./...']);
  });

  test('go.work alone is a note', () => {
    expect(found({ 'go.work': 'use ./a\n' })).toEqual([]);
    expect(detectGates(root).notes).toHaveLength(1);
  });

  test.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['pytest by section', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, ['pytest: python3 -m pytest -q']],
    ['pytest by requirement', { 'requirements-dev.txt': 'pytest>=8\n', 'setup.py': '' }, ['pytest: python3 -m pytest -q']],
    ['pytest only in a comment', { 'requirements.txt': '# pytest\n' }, []],
    [
      'uv, ruff and mypy',
      { 'pyproject.toml': '[tool.ruff]\n[tool.ruff.format]\n[tool.mypy]\nfiles = ["src"]\n[tool.pytest.ini_options]\n', 'uv.lock': '' },
      ['ruff-format: uv run ruff format --check .', 'mypy: uv run mypy', 'ruff: uv run ruff check .', 'pytest: uv run pytest -q'],
    ],
    ['poetry', { 'pyproject.toml': '[tool.pytest]\n', 'poetry.lock': '' }, ['pytest: poetry run pytest -q']],
    ['mypy.ini', { 'setup.py': '', 'mypy.ini': '[mypy]\n' }, ['mypy: mypy .']],
    ['tox', { 'tox.ini': '[testenv]\ncommands = true\n' }, ['tox: tox']],
    ['a tox.ini for flake8 only', { 'tox.ini': '[flake8]\n' }, []],
    ['nox', { 'noxfile.py': '' }, ['nox: nox']],
    ['unittest in tests/', { 'setup.py': '', 'tests/test_a.py': '' }, ['unittest: python3 -m unittest discover -s tests']],
    [
      'unittest in a package',
      { 'setup.py': '', 'tests/test_a.py': '', 'tests/__init__.py': '' },
      ['unittest: python3 -m unittest discover -s tests -t .'],
    ],
    ['unittest in the root', { 'setup.py': '', 'test_a.py': '' }, ['unittest: python3 -m unittest discover']],
    ['no Python', { 'tests/test_a.py': '' }, []],
  ])('Python: %s', (_name, texts, expected) => {
    expect(found(texts)).toEqual(expected);
  });

  test('several at once', () => {
    expect(
      found({ 'package.json': scripts({ test: 'node --test', lint: 'oxlint' }), 'go.mod': 'module x\n', 'Cargo.toml': '[package]\n' }),
    ).toEqual([
      'cargo-check: cargo check --all-targets',
      'go-vet: go vet ./...',
      'lint: npm run lint',
      'test: npm test',
      'cargo-test: cargo test',
      'go-test: go test ./...',
    ]);
  });

  test('an empty folder, and one that is not there', () => {
    expect(detectGates(root)).toEqual({ gates: [], notes: [] });
    expect(detectGates(join(root, 'nowhere'))).toEqual({ gates: [], notes: [] });
  });
});

describe('Makefile', () => {
  test('its targets', () => {
    const makefile =
      'CC := gcc\n.PHONY: test lint\nall: build\nlint:\n\tcppcheck src\ntest: build\n\t./run-tests\nbuild:\n\t$(CC) main.c\n';
    expect(found({ Makefile: makefile })).toEqual(['make-lint: make lint', 'make-test: make test', 'make-build: make build']);
  });

  test('`check` is the test where there is no `test`', () => {
    expect(found({ Makefile: 'check:\n\t./run\n' })).toEqual(['make-check: make check']);
  });

  test('a variable of that name is no target', () => {
    expect(found({ Makefile: 'test := a\nlint ::= b\n' })).toEqual([]);
  });

  test('a target that calls the tool replaces the plain command', () => {
    expect(found({ 'go.mod': 'module x\n', Makefile: 'test:\n\tgo test -race -tags integration ./...\n' })).toEqual([
      'go-vet: go vet ./...',
      'make-test: make test',
    ]);
  });

  test('a target that wraps a script is left out', () => {
    expect(found({ 'package.json': scripts({ test: 'node --test' }), Makefile: 'test:\n\tnpm test\n' })).toEqual(['test: npm test']);
  });
});

test('every name and timeout holds in a config', () => {
  files({
    'package.json': scripts({ 'test:ci': 'jest', 'format:check': 'x', types: 'tsc', lint: 'x', build: 'x' }),
    'Cargo.toml': '[lints.clippy]\n',
    'rustfmt.toml': '',
    'go.mod': 'module x\n',
    '.golangci.yml': '',
    'pyproject.toml': '[tool.ruff]\n[tool.ruff.format]\n[tool.mypy]\n[tool.pyright]\n[tool.pytest]\n',
    Makefile: 'test:\n\t./all\nlint:\n\t./lint\nbuild:\n\t./build\ntypes:\n\t./types\n',
  });
  const { gates } = detectGates(root);
  expect(gates.length).toBeGreaterThan(15);
  for (const { gate } of gates) expect(GateConfig.parse(gate)).toEqual(gate);
  expect(new Set(gates.map(({ gate }) => gate.name)).size).toBe(gates.length);
});

const result = (name: string, status: GateResult['status'], more: Partial<GateResult> = {}): GateResult => ({
  name,
  status,
  durationMs: 1,
  exitCode: status === 'failed' ? 1 : 0,
  reason: '',
  tail: '',
  ...more,
});

describe('the proposal', () => {
  test('green gates stand in it, red ones are commented out with their output', async () => {
    files({ 'package.json': scripts({ test: 'node --test', lint: 'oxlint', build: 'jest --watch' }) });
    const detection = detectGates(root);
    const tail = 'first\n\u001B[31msrc/a.js:3\u001B[39m  no-unused: "x"\n\n';
    const results = await baseline(detection.gates, async ({ name }) =>
      name === 'lint' ? result(name, 'failed', { reason: 'It ended with exit code 1.', tail }) : result(name, 'passed'),
    );
    const text = proposeConfig(detection, results);
    expect(Config.parse(parse(text)).qa.gates).toEqual([{ name: 'test', run: 'npm test', timeout: '20m' }]);
    expect(text).toContain('# WARNING: "lint" (package.json, script "lint") fails on the untouched tree: It ended with exit code 1.');
    expect(text).toContain('#   | src/a.js:3  no-unused: "x"\n');
    expect(text).toContain('    # - name: lint\n    #   run: npm run lint\n');
    expect(text).toContain('# Note: package.json, script "build" is not proposed');
    expect(text.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=https:.*\/config\.schema\.json$/);
  });

  test('taking out the "# " brings a red gate back', async () => {
    files({ 'package.json': scripts({ test: 'node --test' }) });
    const detection = detectGates(root);
    const text = proposeConfig(detection, [result('test', 'failed', { reason: 'Red.' })]);
    expect(Config.parse(parse(text)).qa.gates).toEqual([]);
    const mended = text.replace('gates: [] ', 'gates: ').replaceAll(/^ {4}# (- name| {2}run| {2}timeout)/gm, '    $1');
    expect(Config.parse(parse(mended)).qa.gates).toMatchObject([{ name: 'test' }]);
  });

  test('no gates: a valid config with an example', () => {
    const text = proposeConfig({ gates: [], notes: ['two\nlines'] }, []);
    expect(Config.parse(parse(text))).toEqual(Config.parse({}));
    expect(text).toContain('# - name: test');
    expect(text).toContain('# Note: two\n# lines\n');
  });

  test('a command of any kind survives', () => {
    const run = `A='x: y' sh -c "echo # not a comment" | grep -q 'y' && true`;
    const text = proposeConfig({ gates: [{ kind: 'test', source: 'x', gate: { name: 'test', run, timeout: '5m' } }], notes: [] }, []);
    expect(Config.parse(parse(text)).qa.gates[0]?.run).toBe(run);
  });

  test('gates run once each, in order, never side by side', async () => {
    files({ 'package.json': scripts({ test: 'node --test', lint: 'oxlint' }) });
    const seen: string[] = [];
    await baseline(detectGates(root).gates, async ({ name }) => {
      seen.push(`${name} begins`);
      await new Promise(setImmediate);
      seen.push(`${name} ends`);
      return result(name, 'passed');
    });
    expect(seen).toEqual(['lint begins', 'lint ends', 'test begins', 'test ends']);
  });
});
