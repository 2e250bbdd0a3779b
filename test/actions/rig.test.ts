/** The rig has to be able to fail: what GitHub would refuse it refuses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderForEach } from '../support/folder.ts';
import { githubServer, type GitHubServer } from '../support/github-server.ts';
import { createRepository } from '../support/repository.ts';
import { pushEvent, runDispatched, runWorkflow, type RigOptions, type WorkflowRun } from '../support/actions/rig.ts';
import { combinations } from '../support/actions/matrix.ts';
import { readPairs } from '../support/actions/step.ts';

let folder: string;
folderForEach((path) => (folder = path));

/** Runs a workflow with these jobs for a push to main. */
async function run(
  text: string,
  options: Partial<RigOptions> = {},
  use: (server: GitHubServer, run: WorkflowRun) => void | Promise<void> = () => {},
): Promise<WorkflowRun> {
  await using repository = await createRepository({ 'README.md': 'hello\n' });
  await repository.commit('second', { 'plans/a.plan.md': 'a\n' });
  await using server = await githubServer(repository);
  const file = join(folder, 'test.yml');
  writeFileSync(file, `on:\n  push:\n    branches: [main]\n    paths: ['plans/**']\n${text}`);
  const result = await runWorkflow(file, pushEvent(server), { server, ...options });
  await use(server, result);
  return result;
}

const result = ({ jobs }: WorkflowRun) => Object.fromEntries(jobs.map(({ name, result }) => [name, result]));

test('outputs, needs, conditions, environment files and summaries', async () => {
  const said = await run(`
env: { GREETING: hello }
jobs:
  one:
    runs-on: ubuntu-latest
    outputs: { word: "\${{ steps.say.outputs.word }}" }
    steps:
      - id: say
        run: |
          echo "word=$GREETING" >> "$GITHUB_OUTPUT"
          echo LATER=yes >> "$GITHUB_ENV"
          echo '# Done' >> "$GITHUB_STEP_SUMMARY"
      - run: test "$LATER" = yes && test -z "$SECRET"
      - if: failure()
        run: exit 1
  two:
    needs: one
    if: needs.one.outputs.word == 'hello'
    runs-on: ubuntu-latest
    steps: [{ run: "echo \${{ needs.one.outputs.word }} \${{ github.event.repository.id }}" }]
  three:
    needs: two
    if: needs.one.outputs.word == 'never'
    runs-on: ubuntu-latest
    steps: [{ run: exit 1 }]
`);
  expect(result(said)).toEqual({ one: 'success', two: 'success', three: 'skipped' });
  expect(said.log).toContain('hello 4242');
  expect(said.jobs[0]?.summary).toBe('# Done\n');
});

test('a failed step fails its job, and what needs it is skipped unless it says always', async () => {
  const said = await run(`
jobs:
  one: { runs-on: ubuntu-latest, steps: [{ run: "false | true; exit 3" }, { run: echo unseen }] }
  two: { needs: one, runs-on: ubuntu-latest, steps: [{ run: echo }] }
  three: { needs: one, if: always(), runs-on: ubuntu-latest, steps: [{ run: "test \${{ needs.one.result }} = failure" }] }
`);
  expect(said.result).toBe('failure');
  expect(result(said)).toEqual({ one: 'failure', two: 'skipped', three: 'success' });
  expect(said.log).not.toContain('unseen\n');
});

const job = (steps: string, more = '') => `jobs:\n  one:\n    runs-on: ubuntu-latest\n${more}    steps: ${steps}\n`;

describe('what it refuses', () => {
  test.each([
    ['an unknown context', job('[{ run: "echo ${{ nothing.here }}" }]'), /nothing/],
    ['an unknown function', job('[{ run: "echo ${{ frob(1) }}" }]'), /frob/],
    ['a key that GitHub does not know', job('[{ run: echo, frob: 1 }]'), /frob/i],
    ['a need that is no job', job('[{ run: echo }]', '    needs: two\n'), /no dependencies/],
    ['what the rig does not know', job('[{ run: echo }]', '    container: debian\n'), /does not know "container"/],
    [
      'an empty matrix',
      job('[{ run: echo }]', '    strategy: { matrix: { task: "${{ fromJSON(\'[]\') }}" } }\n'),
      /does not contain any values/,
    ],
  ])('%s', async (_, text, message) => {
    await expect(run(text)).rejects.toThrow(message);
  });

  test('a matrix beyond the limit', async () => {
    const list = JSON.stringify(Array.from({ length: 257 }, (_, index) => index));
    await expect(run(job('[{ run: echo }]', `    strategy: { matrix: { n: ${list} } }\n`))).rejects.toThrow('257');
  });

  test.each([
    ['an action that it does not know', '[{ uses: somebody/something@v1 }]', /somebody\/something/],
    ['an input that an action does not know', '[{ uses: actions/checkout@v1, with: { fetch-dept: 0 } }]', /fetch-dept/],
    ['JSON that is none', '[{ run: "echo ${{ fromJSON(github.event.none) }}" }]', /fromJSON|JSON/i],
    ['an artifact that is not there', '[{ uses: actions/download-artifact@v1, with: { name: none } }]', /no artifact "none"/],
  ])('in a step: %s', async (_, steps, message) => {
    const said = await run(job(steps));
    expect(said.result).toBe('failure');
    expect(said.log).toMatch(message);
  });

  test('a workflow that does not listen is not run', async () => {
    const text = job('[{ run: exit 1 }]');
    await using repository = await createRepository({ 'README.md': 'hello\n' });
    await repository.commit('second', { 'README.md': 'more\n' });
    await using server = await githubServer(repository);
    const file = join(folder, 'test.yml');
    writeFileSync(file, `on:\n  push:\n    paths: ['plans/**']\n${text}`);
    expect((await runWorkflow(file, pushEvent(server), { server })).result).toBe('skipped');
  });
});

const CALL = 'curl -sS -o out.json -w "%{http_code}" -X POST -H "Authorization: Bearer $TOKEN" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY';

const comment = (permissions: string) => `
permissions: { contents: read }
jobs:
  one:
    runs-on: ubuntu-latest
    ${permissions}
    steps:
      - env: { TOKEN: "\${{ github.token }}" }
        run: |
          test "$(${CALL}/issues/1/comments" -d '{"body":"hello"}')" = 201 || { cat out.json; exit 1; }
`;

const push = (permissions: string, persist = 'true') => `
jobs:
  one:
    runs-on: ubuntu-latest
    permissions: { ${permissions} }
    steps:
      - uses: actions/checkout@v6
        with: { persist-credentials: ${persist} }
      - run: git -c user.name=a -c user.email=a@b commit --allow-empty -qm more && git push -q origin HEAD:refs/heads/new
`;

describe('a token may do what its job says', () => {
  test('an over-privileged call is refused', async () => {
    const said = await run(comment(''), {}, (server) => {
      expect(server.refusals).toEqual(['POST /repos/octo/demo/issues/1/comments: needs issues: write or pull-requests: write']);
      expect(server.state.comments).toEqual([]);
    });
    expect(said.result).toBe('failure');
    expect(said.log).toContain('Resource not accessible by integration');
  });

  test('a call that it may make is made', async () => {
    const said = await run(comment('permissions: { pull-requests: write }'), {}, ({ state }) => {
      expect(state.comments.map(({ body, user }) => [body, user.login])).toEqual([['hello', 'github-actions[bot]']]);
    });
    expect(said.result).toBe('success');
  });

  test.each([
    ['contents: write', 'true', 'success'],
    ['contents: read', 'true', 'failure'],
    ['contents: write', 'false', 'failure'],
  ])('pushes with %s, credentials kept: %s', async (permissions, persist, expected) => {
    const said = await run(push(permissions, persist), { machineEnv: { GIT_TERMINAL_PROMPT: '0' } }, ({ state }) => {
      expect(state.branch('new') !== null).toBe(expected === 'success');
    });
    expect(said.result).toBe(expected);
  });
});

test('artifacts go from a matrix to what needs it; a lost machine leaves none', async () => {
  const text = `
jobs:
  make:
    runs-on: ubuntu-latest
    strategy: { fail-fast: false, matrix: { include: [{ name: a }, { name: b }, { name: c }] } }
    steps:
      - run: mkdir out && echo "$NAME" > out/it.txt
        env: { NAME: "\${{ matrix.name }}" }
      - { name: hand on, uses: actions/upload-artifact@v1, with: { name: "made-\${{ matrix.name }}", path: out } }
  join:
    needs: make
    if: always()
    runs-on: ubuntu-latest
    steps:
      - { uses: actions/download-artifact@v1, with: { pattern: "made-*", path: all } }
      - run: cat all/*/it.txt
`;
  const said = await run(text, { isLost: ({ matrix, step }) => step === 'hand on' && (matrix as { name?: string } | null)?.name === 'b' });
  expect(said.jobs.map((job) => `${job.name} ${job.result}`).toSorted()).toEqual([
    'join success',
    'make (a) success',
    'make (b) failure',
    'make (c) success',
  ]);
  expect(said.jobs.at(-1)?.steps.at(-1)?.log).toBe('a\nc\n');
  // As the real one: where one alone fits the pattern, it gets no folder of its own.
  const alone = await run(text.replace('all/*/it.txt', 'all/it.txt').replace('[{ name: a }, { name: b }, { name: c }]', '[{ name: a }]'));
  expect(alone.result).toBe('success');
});

test('a checkout has the event’s branch as the event says it, and the others as they are', async () => {
  await using repository = await createRepository({ 'README.md': 'hello\n' });
  await repository.commit('second', { 'plans/a.plan.md': 'a\n' });
  await using server = await githubServer(repository);
  const event = pushEvent(server);
  repository.git('checkout', '--quiet', '-b', 'other');
  await repository.commit('third', { 'plans/a.plan.md': 'b\n' });
  repository.git('push', '--quiet', server.bare, 'HEAD:main', 'HEAD:other');
  const file = join(folder, 'test.yml');
  const step = `{ uses: actions/checkout@v1, with: { fetch-depth: 0 } }`;
  const look = `{ run: 'git rev-parse HEAD origin/main origin/other' }`;
  writeFileSync(file, `on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps: [${step}, ${look}]\n`);
  const said = await runWorkflow(file, event, { server });
  expect(said.jobs[0]?.steps.at(-1)?.log.trim().split('\n')).toEqual([event.sha, event.sha, server.state.branch('main')]);
});

test('what a workflow dispatches is run, with a bound', async () => {
  await using repository = await createRepository({ 'README.md': 'hello\n' });
  await using server = await githubServer(repository);
  const file = join(folder, 'again.yml');
  writeFileSync(
    file,
    `on: { workflow_dispatch: { inputs: { left: { required: true } } } }
jobs:
  one:
    runs-on: ubuntu-latest
    permissions: { actions: write }
    steps:
      - env: { TOKEN: "\${{ github.token }}", LEFT: "\${{ inputs.left }}" }
        run: |
          test "$LEFT" = 0 && exit 0
          test "$(${CALL}/actions/workflows/again.yml/dispatches" -d "{\\"ref\\":\\"main\\",\\"inputs\\":{\\"left\\":\\"$((LEFT - 1))\\"}}")" = 204
`,
  );
  const start = () => server.state.dispatches.push({ workflow: 'again.yml', ref: 'main', inputs: { left: '2' } });
  start();
  const runs = await runDispatched(() => file, { server });
  expect(runs.map((run) => run.result)).toEqual(['success', 'success', 'success']);
  start();
  await expect(runDispatched(() => file, { server }, 2)).rejects.toThrow('nothing bounds them');
});

const ownCall = (inputs: string) => `
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - { id: own, uses: me/own@v1, with: ${inputs} }
      - { run: "echo said: \${{ steps.own.outputs.said }} \${{ secrets.KEY }}" }
`;

test('our own action sees its inputs and nothing of the job’s secrets', async () => {
  writeFileSync(
    join(folder, 'action.yml'),
    `name: Own
description: A test.
inputs: { word: { description: A word., required: true }, more: { description: More., default: dots } }
outputs: { said: { description: What it said., value: "\${{ steps.say.outputs.said }}" } }
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      env: { WORD: "\${{ inputs.word }}", MORE: "\${{ inputs.more }}" }
      run: test -f "$GITHUB_ACTION_PATH/action.yml" && test -z "$KEY" && echo "said=$WORD $MORE" >> "$GITHUB_OUTPUT"
`,
  );
  const own = { matches: (uses: string) => uses === 'me/own', folder };
  const said = await run(ownCall('{ word: hi }'), { own, secrets: { KEY: 'k' } });
  expect(said.log).toContain('said: hi dots k');
  expect((await run(ownCall('{}'), { own })).log).toContain('needs the input "word"');
  expect((await run(ownCall('{ wrd: hi }'), { own })).log).toContain('needs the input "word"');
});

test('combinations of a matrix', () => {
  expect(combinations({ a: [1, 2], b: ['x', 'y'], exclude: [{ a: 1, b: 'y' }], include: [{ a: 2, c: true }, { a: 3 }] })).toEqual([
    { a: 1, b: 'x' },
    { a: 2, b: 'x', c: true },
    { a: 2, b: 'y', c: true },
    { a: 3 },
  ]);
});

test('the files of a runner', () => {
  expect(readPairs('a=1=2\nb<<END\nx\ny=z\nEND\n')).toEqual({ a: '1=2', b: 'x\ny=z' });
  expect(() => readPairs('no pair\n')).toThrow('refuses');
  expect(() => readPairs('b<<END\nx\n')).toThrow('no end');
});
