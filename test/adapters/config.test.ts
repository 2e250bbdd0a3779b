import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFIG_FILES, DEFAULT_CONFIG, loadConfig } from '../../src/adapters/config.ts';
import { Config } from '../../src/core/config.ts';
import { folderForEach } from '../support/folder.ts';

let root: string;

folderForEach((path) => {
  root = path;
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

async function problems(): Promise<readonly string[]> {
  const result = await loadConfig(root);
  return 'problems' in result ? result.problems : [];
}

test('no file: the defaults, which are those of the schema', async () => {
  expect(DEFAULT_CONFIG).toEqual(Config.parse({}));
  expect(JSON.stringify(DEFAULT_CONFIG)).toBe(JSON.stringify(Config.parse({})));
  expect(await loadConfig(root)).toEqual({ config: DEFAULT_CONFIG, file: null, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.ts': 'const n: number = 7;\nexport default { maxAttempts: n } satisfies object;\n',
  '.mts': 'export default { maxAttempts: 7 as number };\n',
  '.js': 'export default { maxAttempts: 7 };\n',
  '.mjs': 'export default { maxAttempts: 7 };\n',
  '.cjs': 'module.exports = { maxAttempts: 7 };\n',
  '.json': '{ "maxAttempts": 7 }\n',
  '.yaml': 'maxAttempts: 7\n',
  '.yml': '# a comment\nmaxAttempts: 7\n',
  '': 'maxAttempts: 7\n',
};

function sample(file: string): string {
  if (file === 'package.json') return '{ "name": "x", "plans": { "maxAttempts": 7 } }';
  return BY_EXTENSION[/^(?:plans\.config|\.plansrc)(\.\w+)?$/.exec(file)?.[1] ?? ''] ?? '';
}

test('the places are those that are promised', () => {
  expect(CONFIG_FILES).toHaveLength(18);
});

// In a process of its own: Node itself must load the code files, and nothing may bring the TypeScript compiler in.
test.each(CONFIG_FILES)('%s is read, without the TypeScript compiler', (file) => {
  write(file, sample(file));
  const script = `
    import { loadConfig } from ${JSON.stringify(join(import.meta.dirname, '../../src/adapters/config.ts'))};
    import { createRequire } from 'node:module';
    const result = await loadConfig(${JSON.stringify(root)});
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((name) => name.includes('node_modules/typescript'));
    process.stdout.write(JSON.stringify({ ...result, loaded }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(JSON.parse(output)).toMatchObject({ file, config: { maxAttempts: 7, timeout: '30m' }, loaded: [] });
});

test.each([
  ['plans.config.ts', 'export default { maxAttempts: 7 as number };'],
  ['plans.config.js', 'export default { maxAttempts: 7 };'],
  ['plans.config.js', 'module.exports = { maxAttempts: 7 };'],
])('%s in a package without a type is loaded without a warning', (file, text) => {
  write('package.json', '{ "name": "x" }');
  write(file, text);
  const script = `
    import { loadConfig } from ${JSON.stringify(join(import.meta.dirname, '../../src/adapters/config.ts'))};
    process.stdout.write(String((await loadConfig(${JSON.stringify(root)})).config.maxAttempts));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '7', stderr: '' });
});

test('a file that says nothing leaves the defaults', async () => {
  for (const text of ['', '  \n', '# only a comment\n', '\uFEFF']) {
    write('plans.config.yaml', text);
    expect(await loadConfig(root)).toMatchObject({ config: DEFAULT_CONFIG, file: 'plans.config.yaml' });
  }
});

test('two files are an error that names both', async () => {
  write('plans.config.yaml', 'maxAttempts: 2');
  write('package.json', '{ "plans": {} }');
  expect(await problems()).toEqual([
    'Found 2 configs: plans.config.yaml and package.json. Keep one of them; plans does not guess which one holds.',
  ]);
});

test('a package.json without the key, or one that is broken, is no config', async () => {
  write('package.json', '{ "files": ["plans"], "x": { "plans": 1 } }');
  expect(await loadConfig(root)).toMatchObject({ file: null });
  write('package.json', '{ "plans": ');
  expect(await loadConfig(root)).toMatchObject({ file: null });
});

test('nothing above the root counts, nor cosmiconfig’s own places', async () => {
  write('.plansrc', 'maxAttempts: 9');
  write('inner/.config/plansrc', 'maxAttempts: 8');
  expect(await loadConfig(join(root, 'inner'))).toMatchObject({ file: null, config: { maxAttempts: 3 } });
});

test('an agent may be a built-in one or a profile of the config', async () => {
  write('plans.config.yaml', 'agent: claude-code\n');
  expect(await loadConfig(root)).toMatchObject({ config: { agent: 'claude-code' } });
  write('plans.config.yaml', 'agent: parrot\nagents:\n  parrot: { command: [parrot] }\n');
  expect(await loadConfig(root)).toMatchObject({ config: { agent: 'parrot' } });
});

test('a problem names the file and the key', async () => {
  write('plans.config.yaml', 'qa:\n  gates:\n    - { name: test, run: 3 }\nagent: parrot\n');
  expect(await problems()).toEqual(['plans.config.yaml: qa.gates[0].run: found 3, expected a text: write it in quotes, "3".']);
  write('plans.config.yaml', 'agent: parrot\n');
  expect((await problems())[0]).toMatch(/^plans\.config\.yaml: agent: found "parrot"/);
});

test.each([
  ['plans.config.json', '{ "plans": ', /^plans\.config\.json: could not be read: /],
  ['plans.config.yaml', 'a: [1\nb: 2\n', /^plans\.config\.yaml: could not be read: .*line/s],
  ['plans.config.yaml', 'env: []\nenv: []\n', /could not be read: Map keys must be unique/],
  ['plans.config.mjs', 'export const a = 1;\n', /^plans\.config\.mjs: could not be read: it has no default export/],
  ['plans.config.mjs', 'throw new Error("on purpose");\n', /^plans\.config\.mjs: could not be read: on purpose$/],
])('%s that cannot be read is said, not thrown', async (file, text, expected) => {
  write(file, text);
  expect((await problems())[0]).toMatch(expected);
});

test('a folder with a config’s name is said, not thrown', async () => {
  mkdirSync(join(root, 'plans.config.yaml'));
  expect((await problems())[0]).toMatch(/^plans\.config\.yaml: could not be read: /);
});

test('the digest follows what holds, not how it is written', async () => {
  write('plans.config.yaml', 'maxAttempts: 3 # the default\nx-note: mine\n');
  const written = await loadConfig(root);
  rmSync(join(root, 'plans.config.yaml'));
  const none = await loadConfig(root);
  write('plans.config.yaml', 'maxAttempts: 4\n');
  const other = await loadConfig(root);
  const digests = [written, none, other].map((result) => 'digest' in result && result.digest);
  expect(digests[0]).toBe(digests[1]);
  expect(digests[2]).not.toBe(digests[1]);
});

test.each([
  ['plans.config.json', '{ "$import": "base.yaml", "qa": { "gates": [{ "name": "lint", "run": "npm run lint" }] } }'],
  ['plans.config.yaml', '$import: [base.yaml]\nqa: { gates: [{ name: lint, run: npm run lint }] }\n'],
])('%s can build on another file', async (file, text) => {
  write('base.yaml', 'maxAttempts: 5\nqa:\n  gates:\n    - { name: test, run: npm test }\n');
  write(file, text);
  expect(await loadConfig(root)).toMatchObject({ config: { maxAttempts: 5, qa: { gates: [{ name: 'test' }, { name: 'lint' }] } } });
});

test('one that builds on a missing file is said', async () => {
  write('plans.config.yaml', '$import: nowhere.yaml\n');
  expect((await problems())[0]).toMatch(/^plans\.config\.yaml: could not be read: .*nowhere\.yaml/);
});

test('without a config, neither zod nor cosmiconfig nor YAML is loaded', () => {
  const script = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
    const { loadConfig } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/adapters/config.ts'))});
    await loadConfig(${JSON.stringify(root)});
    process.stdout.write(JSON.stringify(seen.filter((url) => url.includes('node_modules'))));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([]);
});
