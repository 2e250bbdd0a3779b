import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { at, beside, content, perform, results, workFolderForEach } from './claude-work.ts';
import { redactionOf } from '../../../src/core/redact.ts';
import { reply, says, text, thinking, toolUse, uses } from '../../support/messages-reply.ts';
import { scriptedMessages, SCRIPTED_KEY } from '../../support/messages-server.ts';
import { isRunning } from '../../support/scripted.ts';

workFolderForEach();

describe('a session', () => {
  it('works with files and commands, says what it does, and ends with what it used', async () => {
    writeFileSync(at('old.txt'), 'one\ntwo\n');
    await using server = await scriptedMessages([
      reply(
        [
          thinking('Where?'),
          text('I look around.'),
          toolUse('read', { file_path: 'old.txt' }),
          toolUse('grep', { pattern: 'two' }),
          toolUse('glob', { pattern: '*' }),
        ],
        {
          usage: { input: 10, output: 20, cacheWrite5m: 3_000 },
        },
      ),
      reply([
        toolUse('edit', { file_path: 'old.txt', old_string: 'two', new_string: 'three' }),
        toolUse('write', { file_path: 'deep/new.sh', content: 'echo new\n' }),
        toolUse('bash', { command: 'sh deep/new.sh && cat old.txt && pwd' }),
      ]),
      says('Both files are as the task has it.', { usage: { input: 5, output: 7, cacheRead: 4_000 } }),
    ]);
    const { result, output, events, transcript } = await perform(server);
    expect(server.refusals).toEqual([]);
    expect(result).toMatchObject({ outcome: 'finished', reason: '', sessionId: 'msg_0', resetsAt: null });
    expect(content('old.txt')).toBe('one\nthree\n');
    expect(content('deep/new.sh')).toBe('echo new\n');
    expect(results(server).map((one) => one.content)).toEqual(['one\ntwo\n', 'old.txt:2:two', at('old.txt')]);
    expect(results(server, 2)[2]).toMatchObject({ content: expect.stringMatching(/^new\none\nthree\n.*work\n$/) });
    expect(output).toBe(
      [
        'I look around.',
        'read old.txt',
        'grep two',
        'glob *',
        'edit old.txt',
        'write deep/new.sh',
        '$ sh deep/new.sh && cat old.txt && pwd',
        'new',
        'one',
        'three',
        at('').replace(/\/$/, ''),
        'Both files are as the task has it.',
        '',
      ].join('\n'),
    );
    expect(readFileSync(beside('logs/one.1.agent.log'), 'utf8')).toBe(output);
    expect(result.tail).toBe(output);
    const usage = { inputTokens: 1_015, outputTokens: 127, cacheReadTokens: 4_000, cacheWriteTokens: 3_000 };
    expect(result.usage).toEqual({
      ...usage,
      costUsd: expect.closeTo((1_015 * 2 + 127 * 10 + 4_000 * 0.1 + 3_000 * 2.5) / 1e6, 9) as unknown,
    });
    expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({ usage });
    expect(events.filter(({ type }) => type === 'usage').length).toBeGreaterThanOrEqual(6);
    expect(transcript.map(({ type }) => type)).toEqual(
      'begin system system prompt thinking text call call call result result result call call call result result result text end'.split(
        ' ',
      ),
    );
    expect(transcript.at(-1)).toMatchObject({ outcome: 'finished', tokens: 8_142 });
  });

  it('is framed, cached, cleared and kept off the threads of the server', async () => {
    await using server = await scriptedMessages([uses('bash', { command: 'true' }), says('Done.')]);
    await perform(server, { model: 'claude-opus-5-5' });
    const { body, betas } = server.requests[1] ?? expect.fail('no second request');
    expect(body).toMatchObject({
      model: 'claude-opus-5-5',
      stream: true,
      cache_control: { type: 'ephemeral' },
      system: [
        { type: 'text', text: 'You do tasks.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'This one.', cache_control: { type: 'ephemeral' } },
      ],
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    });
    expect(betas).toContain('context-management-2025-06-27');
    expect(body.tools?.map(({ name }) => name)).toEqual(['read', 'write', 'edit', 'glob', 'grep', 'bash']);
    expect(body.messages).toHaveLength(3);
    expect(body['thread']).toBeUndefined();
  });

  it('takes calls of one reply in their order', async () => {
    await using server = await scriptedMessages([
      reply([
        toolUse('bash', { command: 'sleep 0.2; echo 1 > count' }),
        toolUse('edit', { file_path: 'count', old_string: '1', new_string: '2' }),
        toolUse('edit', { file_path: 'count', old_string: '2', new_string: '3' }),
      ]),
      says('Done.'),
    ]);
    await perform(server);
    expect(content('count')).toBe('3\n');
  });

  it('hears what was wrong with a call, and goes on', async () => {
    await using server = await scriptedMessages([
      reply([
        toolUse('bash', { command: 'echo some; echo more >&2; exit 3' }),
        toolUse('bash', { cmd: 'x' }),
        toolUse('bash', { command: 'sleep 30', timeout_seconds: 1 }),
        toolUse('edit', { file_path: 'none.txt', old_string: 'a', new_string: 'b' }),
        toolUse('launch', {}),
      ]),
      says('Done.'),
    ]);
    const { result, output } = await perform(server);
    expect(result.outcome).toBe('finished');
    expect(results(server)).toMatchObject([
      { is_error: true, content: 'Error: some\nmore\nExit code 3.' },
      { is_error: true, content: expect.stringContaining('The input of bash is wrong') as unknown },
      { is_error: true, content: 'Error: It did not end within 1 seconds and was stopped.' },
      { is_error: true, content: 'Error: edit: none.txt: no such file or directory' },
      { is_error: true, content: expect.stringContaining("Tool 'launch' not found") as unknown },
    ]);
    expect(output).toContain('$ echo some; echo more >&2; exit 3\nsome\nmore\n  ✘ Exit code 3.\n');
  });
});

describe('the tools', () => {
  it('stay in the folder, and leave alone what is not the task’s', async () => {
    mkdirSync(at('plans'));
    writeFileSync(at('plans/demo.plan.md'), '- [ ] one\n');
    writeFileSync(beside('outside.txt'), 'outside');
    symlinkSync(beside('outside.txt'), at('link'));
    await using server = await scriptedMessages([
      reply([
        toolUse('read', { file_path: '../outside.txt' }),
        toolUse('write', { file_path: 'link', content: 'x' }),
        toolUse('edit', { file_path: 'plans/demo.plan.md', old_string: '[ ]', new_string: '[x]' }),
        toolUse('write', { file_path: 'docs/other.md', content: 'x' }),
        toolUse('write', { file_path: 'src/deep/mine.ts', content: 'x' }),
      ]),
      says('Done.'),
    ]);
    await perform(server, { readOnly: [at('plans')], files: ['src/**', 'link', 'plans/**'] });
    expect(results(server)).toMatchObject([
      { is_error: true, content: expect.stringContaining('outside the session') as unknown },
      { is_error: true, content: expect.stringContaining('outside the session') as unknown },
      { is_error: true, content: expect.stringContaining('read-only') as unknown },
      { is_error: true, content: 'Error: "docs/other.md" is not one of the task\'s files (src/**, link, plans/**). Leave it as it is.' },
      { content: 'wrote 1 bytes to src/deep/mine.ts' },
    ]);
    expect(content('plans/demo.plan.md')).toBe('- [ ] one\n');
    expect(existsSync(at('docs'))).toBe(false);
    // As open as if a person had made them.
    const umask = process.umask();
    expect(statSync(at('src/deep/mine.ts')).mode & 0o777).toBe(0o666 & ~umask);
    expect(statSync(at('src/deep')).mode & 0o777).toBe(0o777 & ~umask);
  });

  it('show no environment but that of the job, and no secret', async () => {
    writeFileSync(at('config.txt'), 'token: hunter2-hunter2\n');
    await using server = await scriptedMessages([
      reply([
        toolUse('bash', { command: 'env; cat config.txt' }),
        toolUse('read', { file_path: 'config.txt' }),
        toolUse('grep', { pattern: 'token' }),
      ]),
      says('It is hunter2-hunter2.'),
    ]);
    const before = process.env['ANTHROPIC_API_KEY'];
    process.env['ANTHROPIC_API_KEY'] = SCRIPTED_KEY;
    try {
      const redaction = redactionOf([{ name: 'TOKEN', value: 'hunter2-hunter2' }]);
      const done = await perform(server, { redaction, env: { PATH: process.env['PATH'] ?? '', GIVEN: 'yes' } });
      const [bash, read, grep] = results(server).map((one) => one.content);
      expect(bash).toMatch(/^PLANS_TASK=one$/m);
      const own = new Set(['GIVEN', 'PATH', 'PWD', 'OLDPWD', 'SHLVL', '_', 'token']);
      expect(
        bash
          ?.split('\n')
          .map((line) => line.split(/[=:]/)[0] ?? '')
          .filter((name) => !own.has(name) && !name.startsWith('PLANS_')),
      ).toEqual(['']);
      expect(read).toBe('token: [redacted TOKEN]\n');
      expect(grep).toBe('config.txt:1:token: [redacted TOKEN]');
      const everything = JSON.stringify([done, results(server)]);
      expect(everything).not.toContain('hunter2-hunter2');
      expect(everything).not.toContain(SCRIPTED_KEY);
    } finally {
      if (before === undefined) delete process.env['ANTHROPIC_API_KEY'];
      else process.env['ANTHROPIC_API_KEY'] = before;
    }
  });

  it('run commands in the sandbox, where there is one', async () => {
    await using server = await scriptedMessages([
      reply([toolUse('bash', { command: 'echo in' }), toolUse('bash', { command: 'no' })]),
      says('Done.'),
    ]);
    let ended = 0;
    const sandbox = {
      wrap: (command: { readonly shell: string } | { readonly file: string }, inside: string) =>
        'shell' in command && command.shell !== 'no'
          ? Promise.resolve(`echo "sandboxed in ${inside}"; ${command.shell}`)
          : Promise.reject(new Error('not this')),
      ended: () => (ended += 1),
      close: () => Promise.resolve(),
    };
    await perform(server, { sandbox });
    expect(results(server)).toMatchObject([
      { content: `sandboxed in ${at('')}\nin\n` },
      { is_error: true, content: 'Error: It could not be started: the sandbox refused: not this.' },
    ]);
    expect(ended).toBe(1);
  });

  it('end with all that a command has started', async () => {
    await using server = await scriptedMessages([
      uses('bash', { command: 'sleep 1000 & echo $! > pid; setsid sleep 1000 & echo $! > far' }),
      says('Done.'),
    ]);
    await perform(server);
    expect([content('pid'), content('far')].map((pid) => isRunning(Number(pid)))).toEqual([false, false]);
  });
});
