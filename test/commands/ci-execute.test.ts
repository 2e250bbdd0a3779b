/** The job that runs agents and gates: what it may know, what it runs, and what it hands on. */
import { randomUUID } from 'node:crypto';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reply, says, toolUse } from '../support/messages-reply.ts';
import { scriptedMessages } from '../support/messages-server.ts';
import { jobWorld, type JobWorld } from './ci.ts';

const KEY = 'k3y-0123456789abcdef';
const plan = (fields: string, status = 'ready') =>
  `---\nstatus: ${status}\n---\n\n# Tips\n\n## Work\n\n- [ ] Add the tip\n\n  \`\`\`yaml\n  id: tip\n${fields.replaceAll(/^(?=.)/gm, '  ')}\n  \`\`\`\n`;

function secrets({ temp }: JobWorld, text: string): number {
  writeFileSync(join(temp, 'secrets'), text);
  return openSync(join(temp, 'secrets'), 'r');
}

const execute = (it: JobWorld, ...more: string[]) =>
  it.job(['ci', 'execute', '--plan', 'tips', ...more], { env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(it.temp, 'summary') } });
const report = ({ temp }: JobWorld) => JSON.parse(readFileSync(join(temp, 'plans/report.json'), 'utf8')) as { end: unknown };

it('hands a key to the agent that needs it, to no gate, and into no output', async () => {
  await using it = await jobWorld({
    'plans/tips.plan.md': plan('agent: probe'),
    'agent.sh': 'echo "::error::the key is $MY_KEY"; printf %s "$MY_KEY" | wc -c > length.txt; echo "it was $MY_KEY" >&2\n',
    'plans.config.yaml': `agents:\n  probe: { command: [sh, agent.sh], env: [MY_KEY] }\nqa:\n  gates:\n    - name: env\n      run: env > "$PWD/../$(basename "$PWD").env"; test -z "$MY_KEY$GITHUB_TOKEN"\n`,
  });
  const fd = secrets(it, `MY_KEY=${KEY}\n\nANTHROPIC_API_KEY=sk-ant-${KEY}\n`);
  const { code, out, err } = await execute(it, `--secrets-fd=${fd}`);
  expect([code, err]).toEqual([0, '']);
  expect(it.here.git('show', 'plans/tips:length.txt').trim()).toBe(String(KEY.length));
  const seen = readFileSync(`${it.here.root}.env`, 'utf8');
  expect(seen).not.toMatch(/MY_KEY|ANTHROPIC|GITHUB_TOKEN|RUNNER_TEMP/);
  const everything = out + readFileSync(join(it.temp, 'summary'), 'utf8') + it.here.git('log', '--format=%B', '-p', 'plans/tips');
  expect(everything).not.toContain(KEY);
  // What is printed meanwhile cannot speak to the runner.
  const [first = '', ...lines] = out.trimEnd().split('\n');
  expect(first).toMatch(/^::stop-commands::[0-9a-f-]{36}$/);
  expect(lines.at(-1)).toBe(`::${first.slice('::stop-commands::'.length)}::`);
  expect(report(it)).toMatchObject({ version: 1, plan: 'tips', end: { type: 'completed' } });
  expect(it.here.git('bundle', 'list-heads', join(it.temp, 'plans/plan.bundle'))).toContain('refs/heads/plans/tips');
});

it('lets Claude work with its key, and its shell without', async () => {
  await using it = await jobWorld({ 'plans/tips.plan.md': plan('timeout: 5m') });
  // A key of its own: other tests hold theirs meanwhile. The mark, in the environment of what looks, shows that looking finds anything.
  const [key, mark] = [`sk-ant-${randomUUID()}`, `mark-${randomUUID()}`];
  const look = `MARK=${mark} cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c -e '${key.slice(0, 20)}' -e '${mark}'; env | grep -c ANTHROPIC; echo done > done.txt`;
  await using claude = await scriptedMessages([reply([toolUse('bash', { command: look })]), says('It is there.')]);
  const lines = Object.entries({ ...claude.environment, ANTHROPIC_API_KEY: key }).map(([name, value]) => `${name}=${value}\n`);
  const { code, out, err } = await execute(it, `--secrets-fd=${secrets(it, lines.join(''))}`);
  expect([code, err, claude.refusals], out).toEqual([0, '', []]);
  expect(it.here.git('show', 'plans/tips:done.txt')).toBe('done\n');
  const heard = JSON.stringify(claude.requests[1]?.body.messages?.at(-1));
  expect(heard).toContain(process.platform === 'linux' ? '"1\\n0' : '"0\\n0');
  expect(out + heard).not.toContain(key);
});

it('hands on what is done where the job is cancelled, and does not wait for the task at work', async () => {
  const two = plan('run: echo one > one.txt') + '\n- [ ] Wait\n\n  ```yaml\n  id: wait\n  run: exec sleep 1000\n  ```\n';
  await using it = await jobWorld({ 'plans/tips.plan.md': two });
  const heard = (text: string) => void (/"attempt-started".*"wait"/.test(text) && it.here.interrupt());
  const { code, out } = await it.job(['ci', 'execute', '--plan', 'tips', '--json'], { heard, env: { GITHUB_ACTIONS: 'true' } });
  expect(code, out).toBe(0);
  expect(report(it)).toMatchObject({ end: { type: 'paused', reason: 'requested' } });
  expect(it.here.git('log', '--format=%s', 'main..plans/tips').trim().split('\n').at(1)).toBe('tips: Add the tip');
  expect(it.here.git('bundle', 'list-heads', join(it.temp, 'plans/plan.bundle'))).toContain('refs/heads/plans/tips');
});

it('takes keys a line each, and quotes none that it cannot read', async () => {
  await using it = await jobWorld({ 'plans/tips.plan.md': plan('run: "true"') });
  const { code, err } = await execute(it, `--secrets-fd=${secrets(it, `not a line ${KEY}\n`)}`);
  expect([code, err]).toEqual([2, 'plans: Each line of what --secrets-fd gives is NAME=VALUE; one is not.\n']);
  expect((await execute(it, '--secrets-fd=987')).err).toBe('plans: The file descriptor 987 cannot be read.\n');
});

it.each([
  ['what a task runs', plan('run: "true"'), plan('run: touch ran'), 'It changes "run" of the task "tip".'],
  [
    'its budget',
    plan('run: "true"\nmaxBudgetUsd: 1'),
    plan('run: "true"\nmaxBudgetUsd: 1000'),
    'It changes "maxBudgetUsd" of the task "tip".',
  ],
  ['its gates', plan('run: "true"'), plan('run: "true"\ngates: []'), 'It changes "gates" of the task "tip".'],
])('executes no branch on which a person has widened %s', async (_, before, after, words) => {
  await using it = await jobWorld({ 'plans/tips.plan.md': before });
  it.here.git('checkout', '--quiet', '--detach');
  it.here.write('plans/tips.plan.md', after);
  it.here.commit('wider');
  const { code, err } = await execute(it);
  expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  expect(existsSync(join(it.here.root, 'ran'))).toBe(false);
  expect(existsSync(join(it.temp, 'plans/plan.bundle'))).toBe(false);
  expect(readFileSync(join(it.temp, 'summary'), 'utf8')).toContain('The plan has more power on plans/tips');
});

it('reads no config but the base’s, and runs none that a branch has changed', async () => {
  await using it = await jobWorld({ 'plans/tips.plan.md': plan('run: echo 1 > one.txt'), 'plans.config.mjs': 'export default {};\n' });
  it.here.git('checkout', '--quiet', '--detach');
  it.here.write('plans.config.mjs', `import { writeFileSync } from 'node:fs';\nwriteFileSync('${it.temp}/ran', '');\nexport default {};\n`);
  it.here.commit('config');
  expect((await execute(it)).err).toContain('The branch changes plans.config.mjs.');
  expect(existsSync(join(it.temp, 'ran'))).toBe(false);
  it.here.git('checkout', '--quiet', '--detach', 'origin/main');
  expect((await execute(it)).code).toBe(0);
});

it('lets no task do what would not be published', async () => {
  await using it = await jobWorld({
    'plans/tips.plan.md': plan('run: mkdir -p .github/workflows && touch .github/workflows/x.yml\nmaxAttempts: 1'),
  });
  const { code, out } = await execute(it);
  expect([code, out]).toEqual([
    0,
    expect.stringContaining('".github/workflows/x.yml", where workflows stand: that is for a person to do.'),
  ]);
  expect(report(it).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
});

it('pauses when its time is up, and hands on what there is', async () => {
  await using it = await jobWorld({ 'plans/tips.plan.md': plan('run: echo 1 > one.txt') });
  const { code } = await execute(it, '--time-limit', '0s');
  expect(code).toBe(0);
  expect(report(it).end).toMatchObject({ type: 'paused', reason: 'requested' });
  expect(readFileSync(join(it.temp, 'summary'), 'utf8')).toContain('To go on: `/plans run`');
  expect((await execute(it, '--time-limit', 'soon')).err).toContain('--time-limit takes a duration');
});

it('ends neutrally where a person is waited for, and not where the plan is given up', async () => {
  await using it = await jobWorld({ 'plans/tips.plan.md': plan('assignee: human') });
  expect((await execute(it)).code).toBe(0);
  expect(readFileSync(join(it.temp, 'summary'), 'utf8')).toContain('The task `tip` is for a person.');
});

it('says what is missing', async () => {
  await using it = await jobWorld({ 'plans/tips.plan.md': plan('run: "true"') });
  expect((await it.job(['ci', 'execute'])).err).toContain('Name the plan: --plan add-auth');
  expect((await it.job(['ci', 'execute', '--plan', 'tips'], { env: { GITHUB_REF: 'refs/tags/v1' } })).err).toContain(
    'Name the one that work is merged into: --base main',
  );
  expect((await it.job(['ci', 'execute', '--plan', 'tips', '--base', 'gone'])).err).toContain('Check out with "fetch-depth: 0"');
  expect((await it.job(['ci', 'execute', '--plan', '$(x)'])).err).toContain('cannot have a branch');
  expect((await it.here.plans(['ci', 'execute', '--plan', 'tips'])).err).toContain('this command is a step of a GitHub workflow');
});
