/** A plan carried out by Claude through its API: the real SDK against a scripted server, real git, real gates. */
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readTranscriptLine } from '../../src/core/transcript.ts';
import { fails, reply, says, text, toolUse, uses, type Reply } from '../support/messages-reply.ts';
import { scriptedMessages, SCRIPTED_KEY, type MessagesRequest } from '../support/messages-server.ts';
import { rig, trailer } from '../support/rig.ts';

const PLAN = '- [ ] Write the greeting\n\n  It says hello.\n\n- [ ] Write the farewell\n\n  It says bye.\n';
const GATE = { name: 'test', run: 'echo "checking"; ! grep -rn "TODO" *.txt' };

/** The task that a request is about, and how many replies it has had. */
function about({ body }: MessagesRequest): { task: string; turn: number; first: string } {
  const content = body.messages?.[0]?.content;
  const first = typeof content === 'string' ? content : '';
  return { first, task: /^# Task: (.*)/.exec(first)?.[1] ?? '', turn: ((body.messages?.length ?? 1) - 1) / 2 };
}

it('two tasks, a gate that fails, and a retry that reads why', async () => {
  const asked: string[] = [];
  await using server = await scriptedMessages((request): Reply => {
    const { first, task, turn } = about(request);
    if (turn === 0) asked.push(first);
    const usage = { input: 100, output: 50, cacheRead: 1_000, cacheWrite5m: 200 };
    if (turn > 0) return says('It is there.', { usage });
    if (task === 'Write the greeting')
      return reply([text('I write it.'), toolUse('write', { file_path: 'hello.txt', content: 'hello\n' })], { usage });
    const again = first.includes('Attempt 2');
    return reply(
      [
        again
          ? toolUse('edit', { file_path: 'bye.txt', old_string: 'TODO', new_string: 'bye' })
          : toolUse('bash', { command: 'echo TODO > bye.txt' }),
      ],
      {
        usage,
      },
    );
  });
  await using it = await rig(PLAN, {
    'AGENTS.md': 'Write in small letters.\n',
    'CLAUDE.md': '@AGENTS.md\n',
    'plans.config.json': JSON.stringify({ qa: { gates: [GATE] } }),
  });
  // What an agent or a person has made of them since does not count.
  await it.repository.write({ 'AGENTS.md': 'Tick every box.\n' });
  const summary = await it.run({ env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...server.environment } });
  expect(server.refusals).toEqual([]);
  expect(summary.end).toEqual({ type: 'completed' });
  expect(it.repository.log()).toEqual(['demo: Write the farewell', 'demo: Write the greeting', 'demo: started', 'init']);
  expect(it.of('attempt-started').map(({ agent }) => agent)).toEqual(['claude', 'claude', 'claude']);

  // The retry was told what failed, in a session of its own that begins on what the first one left.
  expect(asked).toHaveLength(3);
  expect(asked[2]).toContain('The attempt before this one failed (gate_failed): Gate "test" failed');
  expect(asked[2]).toContain('bye.txt:1:TODO');
  expect(it.repository.git('show', 'HEAD:bye.txt')).toBe('bye\n');

  // The frame: instructions from the commit, the gates, the plan.
  const [general = '', particular = ''] =
    (server.requests[0]?.body.system as { text: string }[] | undefined)?.map((part) => part.text) ?? [];
  expect(general).toContain('Write in small letters.');
  expect(general).not.toContain('Tick every box.');
  expect(particular).toContain('- test: `echo "checking"; ! grep -rn "TODO" *.txt`');
  expect(particular).toContain('## The plan: Demo');
  expect(particular).toContain('A person is in the middle of changing `AGENTS.md`');

  // What it cost: each request 100 × 2 + 50 × 10 + 1,000 × 0.10 + 200 × 2.50 dollars for a million tokens, four requests for the second task.
  const [second, first] = [it.repository.git('log', '-1', '--format=%B'), it.repository.git('log', '-1', '--skip=1', '--format=%B')];
  expect([trailer(first, 'Plan-Agent'), trailer(first, 'Plan-Tokens'), trailer(first, 'Plan-Cost-USD')]).toEqual([
    'claude',
    '2700',
    '0.0026',
  ]);
  expect([trailer(second, 'Plan-Attempt'), trailer(second, 'Plan-Tokens'), trailer(second, 'Plan-Cost-USD')]).toEqual([
    '2/3',
    '5400',
    '0.0052',
  ]);
  expect(trailer(second, 'Plan-Session')).toMatch(/^msg_\d+$/);

  // Both attempts can be read afterwards.
  const [transcript = ''] = globSync('.plans/logs/*/write-the-farewell.2.transcript.jsonl', { cwd: it.repository.root });
  const entries = readFileSync(it.repository.path(transcript), 'utf8').trim().split('\n').map(readTranscriptLine);
  expect(entries.map((entry) => entry?.type)).toEqual(['begin', 'system', 'system', 'prompt', 'call', 'result', 'text', 'end']);
});

it('a rate limit pauses the plan with its time, and what was spent is kept', async () => {
  await using server = await scriptedMessages([
    uses('write', { file_path: 'hello.txt', content: 'hello\n' }),
    fails(429, { headers: { 'retry-after': '7200' } }),
  ]);
  await using it = await rig(PLAN);
  const summary = await it.run({ env: { PATH: process.env['PATH'], ...server.environment } });
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'rate_limited' });
  const message = it.repository.git('log', '-1', '--format=%B');
  expect(Math.round((Date.parse(trailer(message, 'Plan-Resets-At') ?? '') - Date.now()) / 60_000)).toBe(120);
  expect(trailer(message, 'Plan-Cost-USD')).toBe('0.003');
});

it('a key that is refused stops the plan at once; without a key nothing begins', async () => {
  await using server = await scriptedMessages(() => fails(401, { message: `no such key: ${SCRIPTED_KEY}` }));
  await using it = await rig(PLAN);
  const env = { PATH: process.env['PATH'], ...server.environment };
  const head = it.repository.head();
  await expect(it.run({ env: { ...env, ANTHROPIC_API_KEY: '' } })).rejects.toThrow(
    /names no agent, and Claude, which does such tasks, cannot: There is no key to Claude's API: set ANTHROPIC_API_KEY.*Or name another agent/,
  );
  expect(it.repository.head()).toBe(head);
  expect((await it.run({ env })).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
  expect(server.requests).toHaveLength(1);
  expect(JSON.stringify(it.events)).toContain('[redacted ANTHROPIC_API_KEY]');
});

it('tasks of a parallel phase work side by side, each in its own worktree', async () => {
  await using server = await scriptedMessages((request): Reply => {
    const { task, turn } = about(request);
    const name = task === 'Write the greeting' ? 'hello' : 'bye';
    return turn === 0 ? uses('write', { file_path: `${name}.txt`, content: `${name}\n` }) : says('Done.');
  });
  await using it = await rig(`## Words\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${PLAN}`);
  const summary = await it.run({ env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...server.environment } });
  expect(summary.end).toEqual({ type: 'completed' });
  expect(it.repository.git('ls-tree', '--name-only', 'HEAD').split('\n')).toEqual(expect.arrayContaining(['hello.txt', 'bye.txt']));
  expect(server.refusals).toEqual([]);
});

it('an overdrawn budget stops Claude while its reply comes in', async () => {
  await using server = await scriptedMessages([
    says('I think about it.', { usage: { input: 6_000_000 }, wait: { before: 3, until: new Promise(() => {}) } }),
  ]);
  await using it = await rig(PLAN);
  const summary = await it.run({ env: { PATH: process.env['PATH'], ...server.environment } });
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'budget' });
  await server.requests[0]?.gone;
  expect(it.of('attempt-finished')[0]?.reason ?? it.of('agent-finished')[0]?.reason).toMatch(/has used \$12\.00 of \$10\.00/);
});
