import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { DEFAULT_CONFIG, loadConfig } from '../../src/adapters/config.ts';
import { readConfigAt } from '../../src/adapters/config-data.ts';
import { openGit } from '../../src/adapters/git/open.ts';
import { createRepository, type Repository } from '../support/repository.ts';

let here: Repository;
beforeEach(async () => {
  here = await createRepository({ 'README.md': 'x' });
});
afterEach(() => here.dispose());

async function read(files: Readonly<Record<string, string>>) {
  const commit = await here.commit('config', files);
  await here.commit('gone', Object.fromEntries(Object.keys(files).map((name) => [name, null])));
  const git = await openGit(here.root);
  try {
    return await readConfigAt(git, commit);
  } finally {
    await git.close();
  }
}

it.each([
  ['plans.config.yaml', 'maxAttempts: 7\n'],
  ['plans.config.json', '{ "maxAttempts": 7 }'],
  ['.plansrc', 'maxAttempts: 7\n'],
  ['package.json', '{ "name": "x", "plans": { "maxAttempts": 7 } }'],
])('reads %s of a commit as it would be read from the work tree', async (name, text) => {
  const found = await read({ [name]: text });
  await here.write({ [name]: text });
  expect(found).toEqual(await loadConfig(here.root));
  expect(found).toMatchObject({ file: name, config: { maxAttempts: 7 } });
});

it('has the defaults where there is none', async () => {
  expect(await read({ 'src/plans.config.yaml': 'maxAttempts: 7', 'package.json': '{ "files": ["plans"] }' })).toMatchObject({
    file: null,
    config: DEFAULT_CONFIG,
  });
});

test.each([
  ['plans.config.ts', 'export default {};'],
  ['plans.config.js', 'throw new Error("it ran")'],
  ['.plansrc.cjs', 'require("fs").writeFileSync("ran", "");'],
  ['plans.config.yaml', '$import: ./evil.js\n'],
])('names %s, which is code or builds on some, and runs nothing', async (name, text) => {
  expect(await read({ [name]: text, 'evil.js': 'throw new Error("it ran")' })).toEqual({ code: name });
  expect(here.status()).toEqual([]);
});

test.each([
  ['plans.config.yaml', 'qa: 3\n', /^plans\.config\.yaml: qa: found 3, expected a group of keys\.$/],
  ['plans.config.yaml', `a: ${'['.repeat(40_000)}`, /nested deeper than 32 levels/],
  ['plans.config.yaml', `x-a: "${'a'.repeat(70_000)}"`, /larger than 64 KiB/],
  ['plans.config.json', `{ "x-a": "${'a'.repeat(1_100_000)}" }`, /more than 1048576 are not read/],
  ['plans.config.json', '{ "plans": ', /^plans\.config\.json: could not be read: /],
  ['plans.config.yaml', `x-a: &a [1]\nx-b: ${'[*a,'.repeat(9)}1${']'.repeat(9)}\nmaxAttempts: x`, /maxAttempts/],
])('says what is wrong with %s', async (name, text, expected) => {
  const found = await read({ [name]: text });
  expect('problems' in found && found.problems[0]).toMatch(expected);
});

it('does not guess between two', async () => {
  expect(await read({ 'plans.config.yaml': 'maxAttempts: 2', '.plansrc': 'maxAttempts: 3' })).toEqual({
    problems: ['Found 2 configs: plans.config.yaml and .plansrc. Keep one of them; plans does not guess which one holds.'],
  });
});
