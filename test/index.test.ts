import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  changePlan,
  createPlan,
  estimatePlan,
  inSteps,
  marking,
  openWorkspace,
  patchOfCommit,
  PlanExists,
  PlanInvalid,
  PlanMoved,
  planSteps,
  Problem,
  readPast,
  removePlan,
  revisionOf,
  rewritePlan,
  runPlan,
  say,
  serve,
  showPlan,
  statistics,
  taskSteps,
  undoChange,
  type Agent,
  type PublishedEvent,
} from '../src/index.ts';
import { NOTHING_SAID } from './support/metered.ts';
import { createRepository } from './support/repository.ts';

it('does in-process what the commands do, from a new plan to its end', async () => {
  await using repository = await createRepository({ 'README.md': 'hello\n' });
  const workspace = await openWorkspace(repository.root);
  const { env } = process;
  const request = {
    title: 'Greet people',
    createdBy: 'user' as const,
    phases: [{ title: 'Write', tasks: [{ title: 'Say hello', fields: { run: 'echo hello > hello.txt' } }, { title: 'Say bye' }] }],
  };
  const { place, commit } = await createPlan(workspace, request, env);
  expect([place.id, commit]).toEqual(['greet-people', repository.head()]);
  await expect(createPlan(workspace, request, env)).rejects.toThrow(PlanExists);

  const caller = { workspace, planId: place.id, env };
  const text = await repository.read(place.path);
  const steps = taskSteps('say-bye', { title: 'Say goodbye', fields: { dependsOn: ['say-hello'], run: 'echo bye > bye.txt' } });
  const changed = await changePlan(caller, inSteps([...steps, marking('ready', caller)]), revisionOf(text));
  expect(changed.commit).toBe(repository.head());
  await expect(changePlan(caller, inSteps(planSteps({ title: 'Late' })), revisionOf(text))).rejects.toThrow(PlanMoved);
  await expect(changePlan(caller, inSteps(taskSteps('say-hello', { fields: { dependsOn: ['say-bye'] } })))).rejects.toThrow(PlanInvalid);
  await expect(rewritePlan(caller, '- [x]broken\n')).rejects.toThrow(PlanInvalid);
  const retitled = await changePlan(caller, inSteps(planSteps({ title: 'Greet everybody' })));
  await undoChange(caller, retitled.commit ?? '');

  const read = await showPlan(workspace, place.id);
  const [plan] = read?.plans ?? [];
  expect(plan).toMatchObject({ title: 'Greet people', status: 'ready', tasks: [{}, { id: 'say-bye', dependsOn: ['say-hello'] }] });
  await say(caller, { type: 'skip', task: 'say-bye' });
  expect((await estimatePlan(workspace, changed.plan, new Date())).tasks).toBe(2);
  const types: string[] = [];
  const { end } = await runPlan(workspace, place.id, { env, publish: ({ event }) => types.push(event.type) });
  expect([end.type, types[0]]).toEqual(['completed', 'run-started']);
  expect((await patchOfCommit(workspace, repository.head()))?.files.map(({ path }) => path)).toEqual(['hello.txt', place.path]);
  expect(statistics(await readPast(workspace, null), 'plan').totals.tasks).toBe(1);
  await expect(say(caller, { type: 'pause', now: false })).rejects.toThrow(Problem);
  expect((await removePlan(caller)).commit).toBe(repository.head());
  expect(repository.status()).toEqual([]);
  await workspace.close();
});

/** An agent in this process, which writes one line. */
const poet = (line: string): Agent => ({
  name: 'poet',
  unavailable: async () => null,
  start: ({ cwd, taskTitle }, emit) => {
    emit({ type: 'output', stream: 'stdout', text: `${taskTitle}: ${line}\n` });
    const done = writeFile(join(cwd, 'poem.txt'), line).then(() => NOTHING_SAID);
    return { done, abort: () => {} };
  },
});

it('has several repositories open, and agents of the caller’s own', async () => {
  const plan = '---\nstatus: ready\n---\n\n# Poem\n\n- [ ] Write a line\n\n  ```yaml\n  agent: poet\n  ```\n';
  const config = JSON.stringify({ agents: { poet: { command: ['a-poet'] } } });
  await using here = await createRepository({ 'plans/poem.plan.md': plan, 'plans.config.json': config });
  await using there = await createRepository({ 'plans/poem.plan.md': plan, 'plans.config.json': config });
  await using first = await openWorkspace(here.root);
  await using second = await openWorkspace(there.root);
  const said: string[] = [];
  const publish = ({ event }: PublishedEvent) => void (event.type === 'agent-output' && said.push(event.text));
  const runs = await Promise.all([
    runPlan(first, 'poem', { env: {}, agents: new Map([['poet', poet('roses')]]), publish }),
    runPlan(second, 'poem', { env: {}, agents: new Map([['poet', poet('violets')]]) }),
  ]);
  expect(runs.map(({ end }) => end.type)).toEqual(['completed', 'completed']);
  expect([await here.read('poem.txt'), await there.read('poem.txt')]).toEqual(['roses', 'violets']);
  expect(said.join('')).toBe('Write a line: roses\n');
});

it('serves', async () => {
  await using repository = await createRepository({ 'plans/a.plan.md': '# A\n\n- [ ] One\n' });
  const options = {
    folders: [repository.root],
    cwd: '/',
    env: {},
    version: '1',
    host: '127.0.0.1',
    port: 0,
    hosts: [],
    guarded: false,
    notice: () => {},
  };
  const serving = await serve(options);
  const answer = await fetch(`${serving.url}/api/plans/a`);
  expect(((await answer.json()) as { plan: { title: string } }).plan.title).toBe('A');
  await serving.close();
});
