import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBundles, quietEnvironment } from '../../../src/adapters/git/bundle.ts';
import { createRepository } from '../../support/repository.ts';

const REF = 'refs/heads/work';

it('takes commits from one clone to another, and says what they change', async () => {
  await using one = await createRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  await using other = await createRepository();
  const start = one.head();
  other.git('fetch', '--quiet', one.root, 'main:refs/remotes/one/main');
  one.git('checkout', '--quiet', '-b', 'work');
  const head = await one.commit('work', { 'a.txt': 'changed\n', 'b.txt': null, 'c d\n"é.txt': 'new' });
  const [from, to] = [await openBundles(one.root, process.env), await openBundles(other.root, process.env)];
  const file = one.path('.git/work.bundle');
  await from.write(file, REF, start);
  expect(await to.take(file, REF, 'refs/plans/incoming/x')).toEqual({ commit: head });
  expect(other.git('for-each-ref', '--format=%(refname)')).toBe('refs/plans/incoming/x\nrefs/remotes/one/main\n');
  expect((await to.changes(start, head)).map(({ path, before, after }) => [path, before?.bytes ?? null, after?.bytes ?? null])).toEqual([
    ['a.txt', 2, 8],
    ['b.txt', 2, null],
    ['c d\n"é.txt', null, 3],
  ]);
  expect(await to.take(file, 'refs/heads/none', 'refs/plans/incoming/y')).toEqual({ problem: expect.stringContaining('none') });
  expect(await to.take(join(one.root, 'none'), REF, 'refs/plans/incoming/y')).toEqual({ problem: 'there is no such file' });
  writeFileSync(file, 'rubbish');
  expect(await to.take(file, REF, 'refs/plans/incoming/y')).toHaveProperty('problem');
  from.close();
  to.close();
});

it.each([
  ['a folder that is git’s', '.git'],
  ['one under another spelling', '.GIT'],
  ['a way out', '..'],
])('takes no objects with %s', async (_, name) => {
  await using one = await createRepository({ 'a.txt': 'a\n' });
  await using other = await createRepository();
  other.git('fetch', '--quiet', one.root, 'main:refs/remotes/one/main');
  const blob = one.git('rev-parse', 'HEAD:a.txt').trim();
  const input = (text: string, ...args: string[]) => execFileSync('git', args, { cwd: one.root, input: text, encoding: 'utf8' }).trim();
  const inner = input(`100644 blob ${blob}\tconfig\n`, 'mktree');
  const tree = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], {
    cwd: one.root,
    input: Buffer.concat([Buffer.from(`40000 ${name}\0`), Buffer.from(inner, 'hex')]),
    encoding: 'utf8',
  }).trim();
  const commit = input('evil', 'commit-tree', '-p', 'HEAD', tree);
  one.git('update-ref', REF, commit);
  const file = one.path('.git/evil.bundle');
  one.git('bundle', 'create', '--quiet', file, REF, '^main');
  const to = await openBundles(other.root, process.env);
  expect(await to.take(file, REF, 'refs/plans/incoming/x')).toHaveProperty('problem');
  expect(other.git('for-each-ref', 'refs/plans')).toBe('');
  to.close();
});

it('commits a file beside index and work tree', async () => {
  await using it = await createRepository({ 'a.txt': 'a\n', 'sub/b.txt': 'b\n' });
  await it.write({ 'a.txt': 'mine\n' });
  it.git('add', 'a.txt');
  const bundles = await openBundles(it.root, process.env);
  const parent = it.head();
  const made = await bundles.commitFile({ parent, path: 'sub/b.txt', text: 'said\r\n', message: 'x\n\nPlan: y\n' });
  expect(it.git('diff', '--name-status', parent, made)).toBe('M\tsub/b.txt\n');
  expect(it.git('show', `${made}:sub/b.txt`)).toBe('said\r\n');
  expect(it.git('log', '-1', '--format=%an <%ae>%n%P', made)).toBe(
    `github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>\n${parent}\n`,
  );
  expect(it.status()).toEqual(['M  a.txt']);
  bundles.close();
});

it('puts its settings after those that are there, and the token at one server alone', () => {
  const env = quietEnvironment(
    { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' },
    { server: 'https://git.example/', token: 't' },
  );
  const count = Number(env['GIT_CONFIG_COUNT']);
  const settings = Array.from({ length: count }, (_, index) => [env[`GIT_CONFIG_KEY_${index}`], env[`GIT_CONFIG_VALUE_${index}`]]);
  expect(settings[0]).toEqual(['a.b', 'c']);
  expect(settings).toContainEqual(['core.hooksPath', '/dev/null']);
  expect(settings.slice(-2)).toEqual([
    ['http.https://git.example/.extraheader', ''],
    ['http.https://git.example/.extraheader', `AUTHORIZATION: basic ${Buffer.from('x-access-token:t').toString('base64')}`],
  ]);
});
