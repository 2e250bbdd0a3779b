import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readJob } from '../../../src/adapters/github/job.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plans-job-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = (more: Record<string, string> = {}) => ({
  GITHUB_REPOSITORY: 'ada/tips',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_RUN_ID: '42',
  GITHUB_OUTPUT: join(folder, 'output'),
  GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  ...more,
});

it('says that it is none of a workflow', () => {
  expect(() => readJob({})).toThrow('GITHUB_REPOSITORY is not set: this command is a step of a GitHub workflow.');
  expect(() => readJob(env({ GITHUB_REPOSITORY: '../x?y/z' }))).toThrow('it should be owner/name');
});

it('reads the event, and says where it cannot', () => {
  writeFileSync(join(folder, 'event.json'), '{"action":"created"}');
  expect(readJob(env({ GITHUB_EVENT_PATH: join(folder, 'event.json') }))).toMatchObject({
    event: { action: 'created' },
    runUrl: 'https://github.com/ada/tips/actions/runs/42',
  });
  writeFileSync(join(folder, 'event.json'), '{');
  expect(() => readJob(env({ GITHUB_EVENT_PATH: join(folder, 'event.json') }))).toThrow('(GITHUB_EVENT_PATH) cannot be read');
  expect(() => readJob(env()).github()).toThrow('there is no GITHUB_TOKEN');
});

it('sets an output whose value cannot end it and set another', () => {
  readJob(env()).output('plan', 'x\nEOF\nadmin=true\nplan<<EOF');
  const lines = readFileSync(join(folder, 'output'), 'utf8').split('\n');
  expect(lines[0]).toMatch(/^plan<<end-[0-9a-f-]{36}$/);
  expect(lines.indexOf(lines[0]?.slice('plan<<'.length) ?? '')).toBe(5);
});

it('cuts a summary that GitHub would not show', () => {
  const job = readJob(env());
  job.summary('# Plans');
  job.summary('ü'.repeat(1024 * 1024));
  const text = readFileSync(join(folder, 'summary'));
  expect(text.length).toBeLessThanOrEqual(1024 * 1024);
  expect(text.toString('utf8')).toMatch(/^# Plans\nü+\n\n… The rest is too long for a summary\.\n$/);
});
