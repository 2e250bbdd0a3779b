/** Jobs outlast the server that had them. */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { GOOD } from '../engine/planner/generating.ts';
import { uses } from '../support/messages-reply.ts';
import { scriptedMessages } from '../support/messages-server.ts';
import { serverOver, testServer } from './serving.ts';

const env = (environment: Readonly<Record<string, string>>) => ({ PATH: process.env['PATH'], ...environment });
/** A pid that no process has: above the largest that Linux gives. */
const DEAD = 4_194_999;

it('one whose server ends while Claude is at work has failed, says why, and its cost is counted', async () => {
  const { promise: forever } = Promise.withResolvers<void>();
  await using claude = await scriptedMessages([uses('tree', {}), { ...GOOD, wait: { before: 4, until: forever } }]);
  await using first = await testServer([{ 'README.md': '# Greet\n' }], { env: env(claude.environment) });
  const isOutput = first.events('/api/events', (event) => event.kind === 'planner' && event.event.type === 'planner-output');
  const { id } = (await first.send('POST', '/api/plans/generate', { title: 'Greet people' }, { prefer: 'respond-async' })).body;
  await isOutput;
  await first.stop();
  await using second = await serverOver(first.repositories, { env: env(claude.environment) });
  const detail = expect.stringMatching(/^The server ended before this did\..* what it had cost is counted/) as unknown;
  const { body } = await second.ask(`/api/jobs/${id}`);
  expect(body).toMatchObject({ status: 'failed', result: null, problem: { detail }, endedAt: expect.any(String) as unknown });
  expect((await second.ask('/api/jobs')).body.jobs).toEqual([body]);
  expect((await second.ask(`/api/jobs/${id}/events`)).body).toEqual({ events: [], seq: 0 });
  expect((await second.send('DELETE', `/api/jobs/${id}`)).status).toBe(409);
  expect(second.repository.git('for-each-ref', '--format=%(refname)').trim()).toContain('refs/plans/attempts/greet-people/%/1');
});

it('one whose server is killed has failed too, while that of one which is at work is its own', async () => {
  await using claude = await scriptedMessages([GOOD]);
  await using first = await testServer([{ 'README.md': '# Greet\n' }], { env: env(claude.environment) });
  const { repository } = first;
  const { planId } = (await first.send('POST', '/api/plans/generate', { title: 'Greet people' })).body;
  await first.stop();
  const folder = repository.path('.plans/jobs');
  const [name = ''] = readdirSync(folder);
  const entry = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
  const running = { ...entry.job, status: 'running', result: null, endedAt: null };
  const written = (id: string, more: object) =>
    writeFile(`${folder}/${id}.json`, JSON.stringify({ ...entry, job: { ...running, id }, ...more }));
  await written('killed', { pid: DEAD });
  await written('another', {});
  await written('elsewhere', { host: 'elsewhere', pid: DEAD });
  await writeFile(`${folder}/torn.json`, '{"job": ');
  await using second = await serverOver([repository], { env: env(claude.environment) });
  const { jobs } = (await second.ask('/api/jobs')).body;
  expect(jobs).toHaveLength(2);
  expect(jobs).toContainEqual(entry.job);
  expect(jobs).toContainEqual(expect.objectContaining({ id: 'killed', status: 'failed' }));
  expect(entry.job.result.planId).toBe(planId);
});
