import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Wire } from '../../../src/server/mcp/wire.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const request = (id: number, method = 'tools/list') => ({ jsonrpc: '2.0', id, method }) as const;
const answer = (id: number): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: {} });

async function open() {
  const input = new PassThrough();
  const output = new PassThrough();
  const heard: JSONRPCMessage[] = [];
  const failed: string[] = [];
  let isClosed = false;
  const wire = new Wire(input, output, (message) => heard.push(message));
  Object.assign(wire, { onerror: ({ message }: Error) => failed.push(message), onclose: () => (isClosed = true) });
  await wire.start();
  const say = async (...messages: readonly object[]) => {
    for (const message of messages) input.write(`${JSON.stringify(message)}\n`);
    await turn();
  };
  const end = async () => {
    input.end();
    await turn();
  };
  return { wire, input, output, heard, failed, say, end, isClosed: () => isClosed };
}

it('waits for the answer to the last request, and then closes', async () => {
  const { wire, output, heard, say, end, isClosed } = await open();
  await say(request(1), request(2));
  await wire.send(answer(1));
  await end();
  expect([heard.length, isClosed()]).toEqual([2, false]);
  await wire.send(answer(2));
  await wire.closed;
  expect(isClosed()).toBe(true);
  expect(String(output.read())).toBe(`${JSON.stringify(answer(1))}\n${JSON.stringify(answer(2))}\n`);
});

it('closes at once where nothing is asked: all is answered, taken back, or a stream to listen to', async () => {
  const { wire, say, end } = await open();
  await say(request(1), request(2), request(3, 'subscriptions/listen'));
  await wire.send(answer(1));
  await say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
  await end();
  await wire.closed;
  expect(vi.getTimerCount()).toBe(0);
});

it('does not wait for ever', async () => {
  const { wire, say, end, isClosed } = await open();
  await say(request(1));
  await end();
  vi.advanceTimersByTime(59_999);
  expect(isClosed()).toBe(false);
  vi.advanceTimersByTime(1);
  await wire.closed;
});

it('reads on after what is no message, and closes where one is beyond every measure', async () => {
  const { wire, input, heard, failed, say } = await open();
  await say({ jsonrpc: '1.0', id: {} }, request(1));
  expect(heard).toEqual([request(1)]);
  expect(failed).toHaveLength(1);
  input.write('x'.repeat(11_000_000));
  await wire.closed;
  expect(failed).toHaveLength(2);
  expect(input.isPaused()).toBe(true);
});
