import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createRepository } from '../../support/repository.ts';
import { PLAN, testServer } from '../serving.ts';
import { CLI, overHttp, overStdio, SPEAKING } from './connecting.ts';

const VERSIONS = Object.entries(SPEAKING);

/** What `plans mcp` prints where its input is these messages and then ends. */
const piped = (root: string, messages: readonly object[], end = '\n') => {
  const input = messages.map((message) => JSON.stringify({ jsonrpc: '2.0', ...message })).join('\n') + end;
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'mcp'], { cwd: root, input, encoding: 'utf8' });
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { status, stderr, answers };
};
const hello = (protocolVersion: string) => ({
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});
const call = (id: number, name: string, input: object = {}) => ({ id, method: 'tools/call', params: { name, arguments: input } });

describe('a client', () => {
  it('of any version of the protocol is served at /mcp', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    for (const [version, options] of VERSIONS) {
      await using mcp = await overHttp(server, {}, options);
      expect(mcp.client.getNegotiatedProtocolVersion()).toBe(version);
      expect((await mcp.call('plans_show', { planId: 'greet' })).plan.title, version).toBe('Greet');
      expect((await mcp.client.listResourceTemplates()).resourceTemplates, version).toHaveLength(2);
    }
    expect(server.notices).toEqual([]);
  });

  it.each(VERSIONS)('of %s is served on standard input', async (version, options) => {
    await using repository = await createRepository({ 'plans/greet.plan.md': PLAN });
    await using mcp = await overStdio(repository.root, options);
    expect(mcp.client.getNegotiatedProtocolVersion()).toBe(version);
    expect((await mcp.call('plans_next', { planId: 'greet' })).plans[0].waiting).toHaveLength(2);
    expect((await mcp.client.listResources()).resources).toHaveLength(1);
  });
});

describe('standard input that ends', () => {
  it('has every answer to what it asked, and the process goes', async () => {
    await using repository = await createRepository({ 'plans/greet.plan.md': PLAN });
    const change = { type: 'change-plan', planId: 'greet', title: 'Last words' };
    const { status, stderr, answers } = piped(repository.root, [
      hello('2024-11-05'),
      { method: 'notifications/initialized' },
      call(1, 'plans_status'),
      call(2, 'plans_edit', { change }),
      { id: 3, method: 'nothing/there' },
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([0, 1, 2, 3]));
    expect(answers).toHaveLength(4);
    const edited = answers.find(({ id }) => id === 2).result.structuredContent;
    expect(edited).toMatchObject({ commit: repository.head(), plan: { title: 'Last words' } });
  });

  it('need not end with a line, nor say anything', async () => {
    await using repository = await createRepository({ 'plans/greet.plan.md': PLAN });
    expect(piped(repository.root, [], '')).toEqual({ status: 0, stderr: '', answers: [] });
    expect(piped(repository.root, [hello('2025-11-25'), call(1, 'plans_list')], '').answers).toHaveLength(2);
    expect(piped(repository.root, [hello('2025-11-25')], '\n{"jsonrpc":"2.0","id":1').answers).toHaveLength(1);
  });
});
