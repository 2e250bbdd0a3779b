import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { captured } from '../commands/support.ts';
import { liveProgress } from '../../src/commands/terminal/live.ts';
import { fails, reply, says, toolUse } from '../support/messages-reply.ts';
import { scriptedMessages } from '../support/messages-server.ts';
import { rig, task } from '../support/rig.ts';

const SENTINEL = 'sentinel-4f1c/9b=+value';
const GHOST = ['gh', 'p_', 'G7h0s7'.repeat(6)].join('');

/** Every byte of a repository that outlives a run: objects, refs, reflogs, the cache, logs, the work tree. */
function durable(root: string): string {
  const files = globSync('**/*', { cwd: root, exclude: (name) => name === 'objects' }).map((name) => join(root, name));
  const hidden = globSync(['.git/**/*', '.plans/**/*', '.plans/**/.*'], { cwd: root }).map((name) => join(root, name));
  const bytes = [...files, ...hidden].filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'));
  const ids = execFileSync('git', ['cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)'], {
    cwd: root,
    encoding: 'utf8',
  });
  const objects = ids
    .split('\n')
    .filter((line) => /blob|commit|tag/.test(line))
    .map((line) => execFileSync('git', ['cat-file', ...line.split(' ').toReversed()], { cwd: root, encoding: 'latin1' }));
  return [...bytes, ...objects].join('\n');
}

it('no secret is in anything that outlives a run or is shown', async () => {
  const leak = 'printf "%s\\n" "$MY_TOKEN" "$(printf %s "$MY_TOKEN" | cut -c1-9)"; printf "%s" "$MY_TOKEN" >&2; echo "$GHOST"';
  const slowly = 'printf %s "$MY_TOKEN" | while IFS= read -r -n1 c; do printf %s "$c"; done';
  await using it = await rig(
    task('output', `${leak}; bash -c '${slowly}'; echo 1 > one.txt`) +
      task('file', `echo "key = $MY_TOKEN" > two.txt; ${leak}; exit 3`, 'maxAttempts: 2'),
    {
      'plans.config.json': JSON.stringify({
        env: ['MY_TOKEN', 'GHOST'],
        qa: {
          gates: [{ name: 'tell', run: `${leak}; grep -q 2 attempts 2>/dev/null || { echo 2 > attempts; echo "no: $MY_TOKEN"; exit 1; }` }],
        },
      }),
      '.gitignore': 'attempts\n',
    },
  );
  const shown = captured({ isTTY: true });
  let tick: (() => void) | null = null;
  const view = liveProgress(
    shown.output,
    () => 0,
    (draw) => {
      tick = draw;
      return () => {};
    },
  );
  const summary = await it.run({
    env: { ...process.env, MY_TOKEN: SENTINEL, GHOST },
    on: (event) => {
      view.event({ schema: 1, seq: 1, at: new Date(0).toISOString(), plan: 'demo', run: 'x', event });
      tick?.();
    },
  });
  view.end();
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'file' });
  expect(it.of('task-completed')).toHaveLength(1);
  shown.output.write(JSON.stringify([it.events, summary]));
  const everything = `${durable(it.repository.root)}${shown.text()}`;
  expect(everything).toContain('[redacted MY_TOKEN]');
  expect(everything).toContain('[redacted GitHub token]');
  expect(it.repository.git('show', 'refs/plans/attempts/demo/file/1:two.txt')).toBe('key = [redacted MY_TOKEN]\n');
  expect(everything).not.toContain(SENTINEL);
  expect(everything).not.toContain(GHOST);
});

it('a task that writes a secret into a file does not land', async () => {
  await using it = await rig(
    task('one', 'test -f one.txt && sed -i "s/.redacted.*/env:MY_TOKEN/" one.txt || echo "key=$MY_TOKEN" > one.txt'),
    {
      'plans.config.json': JSON.stringify({ env: ['MY_TOKEN'] }),
    },
  );
  const summary = await it.run({ env: { ...process.env, MY_TOKEN: SENTINEL } });
  expect(summary.end).toEqual({ type: 'completed' });
  expect(it.of('attempt-finished')).toMatchObject([
    { outcome: 'denied', reason: expect.stringContaining('MY_TOKEN into "one.txt"') as unknown },
  ]);
  expect(durable(it.repository.root)).not.toContain(SENTINEL);
  expect(it.repository.git('show', 'HEAD:one.txt')).toBe('key=env:MY_TOKEN\n');
});

/** Whatever is done with Claude's key: printed, written down, sent back by the server, looked for in the environment of every child. */
async function everything(environment: Record<string, string>, config: object, key: string): Promise<string> {
  const greedy = [
    reply([
      toolUse('bash', {
        command:
          'env > .git/agent.env; cat ../*.key ~/*.key 2>/dev/null; cat "$KEY_FILE"; head -c 9 "$KEY_FILE"; echo; tail -c +10 "$KEY_FILE"',
      }),
      toolUse('bash', { command: 'cp "$KEY_FILE" stolen.txt; cat "$KEY_FILE" >&2; exit 1' }),
      toolUse('grep', { pattern: 'key' }),
      toolUse('read', { file_path: 'stolen.txt' }),
    ]),
    says('Done.'),
    fails(403, { message: `The key "${key}" may not do this.` }),
  ];
  await using server = await scriptedMessages(greedy);
  const folder = mkdtempSync(join(tmpdir(), 'plans-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'the.key');
  writeFileSync(file, `${key}\n`);
  await using it = await rig('- [ ] one\n', {
    'plans.config.json': JSON.stringify({
      env: ['KEY_FILE'],
      maxAttempts: 2,
      qa: { gates: [{ name: 'gate', run: 'env > .git/gate.env; cat "$KEY_FILE"; test -f never' }] },
      ...config,
    }),
  });
  const env = { PATH: process.env['PATH'], KEY_FILE: file, HOME: folder, ...environment, ANTHROPIC_BASE_URL: server.url };
  const summary = await it.run({ env });
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'task_failed' });
  expect(server.requests).toHaveLength(3);
  const sent = JSON.stringify(server.requests.map(({ body }) => body.messages));
  for (const one of ['agent.env', 'gate.env']) expect(readFileSync(it.repository.path(`.git/${one}`), 'utf8')).toContain('KEY_FILE=');
  return `${durable(it.repository.root)}${JSON.stringify([it.events, summary])}${sent}`;
}

describe("the key to Claude's API", () => {
  it.each([
    ['of the environment', { ANTHROPIC_API_KEY: SENTINEL }, {}, '[redacted ANTHROPIC_API_KEY]'],
    ['of a gateway', { ANTHROPIC_AUTH_TOKEN: SENTINEL }, {}, '[redacted ANTHROPIC_AUTH_TOKEN]'],
    ['of a helper', {}, { claude: { keyCommand: 'cat "$KEY_FILE"' } }, '[redacted claude.keyCommand]'],
  ])('%s is in no child, log, commit, event, transcript or error', async (_, environment, config, mark) => {
    const all = await everything(environment, config, SENTINEL);
    expect(all).toContain(mark);
    expect(all).toContain('may not do this');
    expect(all).not.toContain(SENTINEL);
  });
});
