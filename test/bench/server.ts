/** The server: `GET /api/plans/:id` against a bare Hono route with the same JSON, in the same process and with the same client. */
import { Agent, request } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '../../src/server/serve.ts';
import { fixed, median, plansOf, repositoryOf, spread } from './measure.ts';

const CONNECTIONS = 20;
const ROUND_MS = 2_000;
const ROUNDS = 5;
/** Of the yardstick's requests a second. */
const AIM = 0.7;
const STREAMS = 200;
/** As many tasks as run at once. */
const SPEAKERS = 4;
/** Longer than all rounds of both sides. */
const LINES = 2_000;
const TALK = `---
status: ready
---

# Talk

## All at once

\`\`\`yaml
executionMode: parallel
\`\`\`

${Array.from(
  { length: 30 },
  (_, index) =>
    `- [ ] Task ${index}\n\n  \`\`\`yaml\n  id: t${index}\n  run: for i in $(seq ${LINES}); do echo "line $i of what task ${index} has to say"; sleep 0.02; done\n  allowNoChanges: true\n  \`\`\`\n`,
).join('\n')}`;
/** A file that was saved just now is read again with each request. */
const SETTLED_MS = 3_000;

export async function benchServer(): Promise<void> {
  const root = repositoryOf(100, { ...plansOf(10, 30), 'plans/talk.plan.md': TALK });
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
  const answers: Record<string, object> = { 'plan-3': json };
  bare.get('/api/plans/:id', (context) => context.json(answers[context.req.param('id')] ?? {}));
  const yardstick = createAdaptorServer({ fetch: bare.fetch });
  await new Promise<void>((resolve) => yardstick.listen(0, '127.0.0.1', resolve));
  const bareUrl = `http://127.0.0.1:${(yardstick.address() as AddressInfo).port}/api/plans`;
  const theirs = `${bareUrl}/plan-3`;
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
  await benchDuringRun(serving.url, (talk) => {
    answers['talk'] = talk;
    return `${bareUrl}/talk`;
  });
  for (const each of leave) each();
  yardstick.close();
  await serving.close();
}

interface Load {
  readonly perSecond: number;
  readonly p99: number;
}

/** Of the plan that runs: four tasks at once, each of which prints a line every 20 ms. The streams hear all of it. `serveBare`: the yardstick's address of that JSON. */
async function benchDuringRun(url: string, serveBare: (json: object) => string): Promise<void> {
  const { executionId } = (await (await fetch(`${url}/api/plans/talk/execute`, { method: 'POST' })).json()) as { executionId: string };
  const plan = `${url}/api/plans/talk`;
  const isRunning = async (): Promise<boolean> => {
    const { plan: now, tasks } = (await (await fetch(plan)).json()) as { plan: { status: string }; tasks: { status: string }[] };
    if (now.status === 'failed' || now.status === 'paused') throw new Error(`${executionId} is ${now.status}`);
    return tasks.filter(({ status }) => status === 'running').length === SPEAKERS;
  };
  while (!(await isRunning())) await delay(50);
  const theirs = serveBare((await (await fetch(plan)).json()) as object);
  const pairs: [Load, Load][] = [];
  for (let round = 0; round < ROUNDS; round += 1) pairs.push([await load(plan, ROUND_MS), await load(theirs, ROUND_MS)]);
  if (!(await isRunning())) throw new Error('the run ended before it was measured');
  const ratio = median(pairs.map(([a, b]) => a.perSecond / b.perSecond));
  const [own, p99] = [median(pairs.map(([a]) => a.perSecond)), median(pairs.map(([a]) => a.p99))];
  const bare = median(pairs.map(([, b]) => b.p99));
  console.log(
    `${'the same of a plan that runs and prints 200 lines/s'.padEnd(58)} ${fixed(own).padStart(9)} /s  ${fixed(ratio).padStart(6)} × the bare route  p99 ${fixed(p99)} ms (the bare route: ${fixed(bare)} ms)`,
  );
  await fetch(`${plan}/cancel`, { method: 'POST' });
}

/** Asks over and over for so long, on several connections. */
async function load(url: string, forMs: number): Promise<Load> {
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
  return { perSecond: (times.length / forMs) * 1_000, p99: spread(times).p99 };
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
