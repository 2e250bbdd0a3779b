import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { generate } from 'orval';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Serving } from '../../src/engine/programs.ts';
import { serve } from '../../src/server/serve.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { PLAN } from './serving.ts';

const run = promisify(execFile);
const TSC = resolve(import.meta.dirname, '../../node_modules/typescript/lib/tsc.js');

/** As strict as there is: whoever generates a client has settings of their own. */
const SETTINGS = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    target: 'esnext',
    module: 'nodenext',
    lib: ['esnext', 'dom', 'dom.iterable'],
    types: [],
  },
};

/** What somebody writes who has the generated client and nothing else. */
const PROGRAM = `
import * as api from './client.ts';

function good<T extends { status: number; data: unknown }>(answer: T): Extract<T, { status: 200 }>['data'] {
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.data));
  return answer.data as Extract<T, { status: 200 }>['data'];
}

const { repositories } = good(await api.listRepositories());
const [repository] = repositories;
if (repository === undefined) throw new Error('nothing is served');
const made = good(
  await api.createPlan({
    repositoryId: repository.id,
    title: 'Wave',
    phases: [{ title: 'First', executionMode: 'parallel', tasks: [{ title: 'Look' }, { title: 'Wave', dependsOn: ['Look'], run: 'echo hi > hi.txt' }] }],
  }),
);
const detail = good(await api.getPlan(made.planId));
const titles: readonly string[] = detail.tasks.map((task) => task.title);
const changed = good(await api.changePlan(made.planId, { title: 'Wave twice', status: 'ready' }, { headers: { 'if-match': \`"\${detail.plan.revision}"\` } }));
const stale = await api.changePlan(made.planId, { title: 'Late' }, { headers: { 'if-match': \`"\${detail.plan.revision}"\` } });
const [task] = detail.tasks;
const skipped = good(await api.skipTask(task?.id ?? ''));
// A body that need not be there is not there.
const run = await api.executePlan(made.planId, undefined);
while (good(await api.listExecutions({ live: 'true' })).total > 0) await new Promise((resolve) => setTimeout(resolve, 20));
const none = await api.getPlan('nothing');
const mermaid = await api.exportPlan(made.planId, { format: 'mermaid' });
const page = good(await api.listPlans({ q: 'wave', limit: 1 }));

// @ts-expect-error There is no such key.
void (() => api.changePlan(made.planId, { titel: 'x' }));
// @ts-expect-error Nor such a status.
void (() => api.changePlan(made.planId, { status: 'running' }));
// @ts-expect-error Of an answer neither.
void changed.plan.titel;

console.log(
  JSON.stringify({
    titles,
    title: changed.plan.title,
    commit: typeof changed.commit,
    stale: [stale.status, 'type' in stale.data ? stale.data.type : null],
    skipped: skipped.task.status,
    begun: run.status === 200 ? run.data.status : run.data,
    none: [none.status, none.status === 404 ? none.data.detail : null],
    mermaid: typeof mermaid.data === 'string' ? mermaid.data.split('\\n')[0] : null,
    total: page.total,
  }),
);
`;

async function findings(source: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const found = await lintFromString({ source, config });
  return found.map(({ ruleId, message, location: [at] }) => `${ruleId} at ${at?.pointer}: ${message}`);
}

describe('the OpenAPI document', () => {
  let repository: Repository;
  let server: Serving;
  let folder: string;
  let document: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plans-client-'));
    repository = await createRepository({ 'plans/greet.plan.md': PLAN });
    const env = { PATH: process.env['PATH'] };
    const rest = { version: '1.2.3', host: '127.0.0.1', port: 0, hosts: [], guarded: false, notice: () => {} };
    server = await serve({ folders: [repository.root], cwd: repository.root, env, ...rest });
    document = await (await fetch(`${server.url}/api/openapi.json`)).text();
  });

  afterAll(async () => {
    await server.close();
    await repository.dispose();
    await rm(folder, { recursive: true });
  });

  it('has nothing that a linter finds', async () => {
    expect(await findings(document)).toEqual([]);
    const broken = document
      .replace('"operationId":"getPlan"', '"operationId":"listPlans"')
      .replace('#/components/schemas/PlanDetail', '#/none');
    expect((await findings(broken)).length).toBeGreaterThan(1);
  });

  it('makes a client that type-checks, and works', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
    await writeFile(join(folder, 'openapi.json'), document);
    const output = { target: join(folder, 'client.ts'), client: 'fetch', mode: 'single', baseUrl: server.url } as const;
    await generate({ input: { target: join(folder, 'openapi.json') }, output });
    vi.restoreAllMocks();
    await writeFile(join(folder, 'program.ts'), PROGRAM);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(SETTINGS));
    const checked = await run(process.execPath, [TSC, '-p', folder]).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toBe('');
    const { stdout } = await run(process.execPath, [join(folder, 'program.ts')]);
    expect(JSON.parse(stdout)).toEqual({
      titles: ['Look', 'Wave'],
      title: 'Wave twice',
      commit: 'string',
      stale: [412, 'urn:plans:problem:stale'],
      skipped: 'skipped',
      begun: 'running',
      none: [404, expect.stringMatching(/^There is no plan ".*nothing"\.$/)],
      mermaid: expect.stringMatching(/^(?:graph|flowchart|---)/),
      total: 1,
    });
  });
});
