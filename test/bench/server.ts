/** The server: `GET /api/plans/:id` against a bare Hono route with the same JSON, in the same process and with the same client. */
import { Agent, request } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '../../src/server/serve.ts';
import { fixed, median, plansOf, repositoryOf } from './measure.ts';

const CONNECTIONS = 20;
const ROUND_MS = 2_000;
const ROUNDS = 5;
/** Of the yardstick's requests a second. */
const AIM = 0.7;
const STREAMS = 200;
/** A file that was saved just now is read again with each request. */
const SETTLED_MS = 3_000;

export async function benchServer(): Promise<void> {
  const root = repositoryOf(100, plansOf(10, 30));
  const serving = await serve({
    folders: [root],
    cwd: root,
    env: process.env,
    version: '0',
    host: '127.0.0.1',
    port: 0,
    hosts: [],
    guarded: false,
    notice: console.log,
  });
  await delay(SETTLED_MS);
  const ours = `${serving.url}/api/plans/plan-3`;
  const json = (await (await fetch(ours)).json()) as object;
  const bare = new Hono();
  bare.get('/api/plans/:id', (context) => context.json(json));
  const yardstick = createAdaptorServer({ fetch: bare.fetch });
  await new Promise<void>((resolve) => yardstick.listen(0, '127.0.0.1', resolve));
  const theirs = `http://127.0.0.1:${(yardstick.address() as AddressInfo).port}/api/plans/plan-3`;
  const pairs: [number, number][] = [];
  await load(ours, ROUND_MS / 2);
  await load(theirs, ROUND_MS / 2);
  for (let round = 0; round < ROUNDS; round += 1)
    pairs.push([(await load(ours, ROUND_MS)).perSecond, (await load(theirs, ROUND_MS)).perSecond]);
  const ratio = median(pairs.map(([a, b]) => a / b));
  const [own, other] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
  console.log(
    `${`GET /api/plans/:id, 30 tasks, ${CONNECTIONS} connections`.padEnd(58)} ${fixed(own).padStart(9)} /s  ${fixed(ratio).padStart(6)} × a bare Hono route (${fixed(other)} /s)  aim ≥ ${AIM}  ${ratio >= AIM ? 'ok' : 'UNDER'}`,
  );
  const leave = await Promise.all(Array.from({ length: STREAMS }, () => openStream(`${serving.url}/api/events`)));
  const { perSecond, p99 } = await load(ours, ROUND_MS);
  console.log(`${`the same beside ${STREAMS} event streams`.padEnd(58)} ${fixed(perSecond).padStart(9)} /s  p99 ${fixed(p99)} ms`);
  for (const each of leave) each();
  yardstick.close();
  await serving.close();
}

/** Asks over and over for so long, on several connections. */
async function load(url: string, forMs: number): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const end = performance.now() + forMs;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        const start = performance.now();
        await once(url, agent);
        times.push(performance.now() - start);
      }
    }),
  );
  agent.destroy();
  const sorted = times.toSorted((a, b) => a - b);
  return { perSecond: (times.length / forMs) * 1_000, p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0 };
}

function once(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (answer) => {
      answer.on('data', () => {});
      answer.on('end', resolve);
    });
    asked.on('error', reject);
    asked.end();
  });
}

function openStream(url: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: new Agent() }, (answer) => {
      answer.on('error', () => {});
      answer.on('data', () => resolve(() => asked.destroy()));
    });
    asked.on('error', reject);
    asked.end();
  });
}

if (import.meta.main) await benchServer();
