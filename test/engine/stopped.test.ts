/**
 * A runner that is stopped past its time, taken over by another, and continued: there is one result, and what the late one would still have
 * done is not done. Where it is stopped is a named point, or any moment.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../../src/engine/crash.ts';
import { problemsOf } from '../support/checker.ts';
import { seeded } from '../support/faults.ts';
import { createRepository, Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';
import { contentOf } from '../support/scripted.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const TASKS = ['one', 'again', 'two', 'three', 'four', 'stuck', 'last'];
/** Of the second runner: so that the first can be continued while it is at work. */
const LAST = 'test "$WHO" = a || { echo x > "$MEET/last"; while test ! -e "$MEET/go"; do sleep 0.05; done; }; echo "$WHO" > last.txt';

const phase = (mode: string, tasks: string) => `## ${mode}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${tasks}`;
const wrote = (id: string) => task(id, `echo "$WHO" >> ${id}.txt`);
const PLAN = `---\nstatus: ready\n---\n\n# Demo\n\n${phase(
  'sequential',
  wrote('one') + task('again', 'echo "$WHO" > again.txt; test $PLANS_ATTEMPT -ge 2'),
)}${phase('parallel', ['two', 'three', 'four'].map(wrote).join(''))}## Last\n\n${task('stuck', 'echo "$WHO" > stuck.txt; test -z "$FAILS"', 'maxAttempts: 1')}${task('last', LAST)}`;

interface Runner {
  readonly pid: number;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

function start({ root }: Repository, who: string, env: Readonly<Record<string, string>>): Runner {
  const child = spawn(process.execPath, [CLI, 'run', 'demo', '--quiet'], { cwd: root, env: { ...process.env, WHO: who, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { pid: child.pid ?? 0, ended: new Promise((done) => child.on('close', (code) => done({ code, said }))) };
}

/** Waits until a process stands still, or has ended. */
async function still(pid: number): Promise<boolean> {
  for (;;) {
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z';
    const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
    if (state === 'T' || state === 'Z') return state === 'T';
    await delay(5);
  }
}

/** Unless it had ended before it was to be stopped. */
function goOn({ pid }: Runner): void {
  if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT');
}

/** What another host sees that shares the folder, when nothing has been heard of the holder for long enough. */
function silent(repository: Repository): void {
  const file = repository.path('.git/plans/demo.lock');
  if (!existsSync(file)) return;
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), host: 'elsewhere' }));
  utimesSync(file, new Date(0), new Date(0));
}

const files = (remote: boolean) => ({
  'plans/demo.plan.md': PLAN,
  'plans.config.json': JSON.stringify({ env: ['MEET', 'WHO', 'FAILS'], ...(remote ? { remote: { lease: true, expiry: '1s' } } : {}) }),
});

/** A second runner takes over; the first is continued while that one is at its last task, or after its end. */
async function takenOver(repository: Repository, first: Runner, second: () => Runner, meet: string, during: boolean) {
  const other = second();
  if (during) {
    await Promise.race([contentOf(join(meet, 'last')), other.ended]);
    goOn(first);
    await first.ended;
  }
  await writeFile(join(meet, 'go'), '');
  const ended = await other.ended;
  const head = repository.head();
  if (!during) goOn(first);
  return { first: await first.ended, second: ended, head };
}

async function local(stop: (first: Runner) => Promise<boolean>, env: Readonly<Record<string, string>>, during: boolean) {
  await using repository = await createRepository(files(false));
  const meet = repository.path('.git');
  const first = start(repository, 'a', { MEET: meet, ...env });
  const isStopped = await stop(first);
  if (isStopped) silent(repository);
  const ended = await takenOver(repository, first, () => start(repository, 'b', { MEET: meet }), meet, during);
  expect(ended.second, ended.second.said).toMatchObject({ code: 0 });
  expect(problemsOf(repository.root, 'demo', TASKS.length)).toEqual([]);
  // Nothing came after what the second one had done.
  expect(repository.head()).toBe(ended.head);
  expect(readdirSync(repository.path('.git/plans'))).toEqual([]);
  // Done once by one of them; what a try of the first had left, the second went on with.
  for (const id of ['one', 'two', 'three', 'four']) expect(await repository.read(`${id}.txt`)).toMatch(/^(?:a\n|(?:a\n)?b\n)$/);
  return ended.first;
}

const cases = CRASH_POINTS.flatMap((point) => rounds(1, 3).map((time) => `${point}:${time}`)).map((at, index) => ({
  at,
  when: index % 2 === 0 ? ('during' as const) : ('after' as const),
}));

describe.skipIf(process.platform !== 'linux')('a runner that is stopped until another host takes it for dead', () => {
  it.each(cases)('at $at, and continued $when the work of that one, does nothing more', async ({ at, when }) => {
    const env = { PLANS_CRASH_AT: at, PLANS_CRASH_SIGNAL: 'SIGSTOP', FAILS: 'once' };
    const late = await local(({ pid }) => still(pid), env, when === 'during');
    if (!at.endsWith(':1') && late.code === 0) return;
    expect(late).toMatchObject({ code: 2, said: expect.stringMatching(/^plans: Stopped: .*\/demo\.lock/) });
  });
});

/** Stopped after so many milliseconds; false where it has ended by then. */
const after = (ms: number) => async (first: Runner) => {
  const isEnded = await Promise.race([delay(ms).then(() => false), first.ended.then(() => true)]);
  if (!isEnded) process.kill(first.pid, 'SIGSTOP');
  return !isEnded && still(first.pid);
};

it.skipIf(process.platform !== 'linux')(
  'a runner of this host that is stopped is alive: it is named, not taken over, and goes on',
  async () => {
    await using repository = await createRepository(files(false));
    const meet = repository.path('.git');
    await writeFile(join(meet, 'go'), '');
    const first = start(repository, 'a', { MEET: meet, PLANS_CRASH_AT: 'after-tick', PLANS_CRASH_SIGNAL: 'SIGSTOP' });
    await still(first.pid);
    utimesSync(repository.path('.git/plans/demo.lock'), new Date(0), new Date(0));
    const told = expect.stringMatching(
      `by process ${first.pid} on \\S+, which is stopped \\("kill -CONT ${first.pid}" lets it go on\\)\\.`,
    );
    expect(await start(repository, 'b', { MEET: meet }).ended).toMatchObject({ code: 2, said: told });
    goOn(first);
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(problemsOf(repository.root, 'demo', TASKS.length)).toEqual([]);
  },
);

describe.skipIf(process.platform !== 'linux')('at any moment', () => {
  it.each(rounds(3, 100))('there is one result: seed %i', async (seed) => {
    const random = seeded(seed);
    const late = await local(after(100 + random() * 900), {}, random() < 0.5);
    // Its end may have been written already, or all of the plan be done before it looked.
    expect([0, 2, 3], late.said).toContain(late.code);
  });
});

/** The same through a remote: each runner has a clone of its own, and the first is given up when it has not renewed its lease. */
async function remote(stop: (first: Runner) => Promise<boolean>, env: Readonly<Record<string, string>>, during: boolean) {
  await using seed = await createRepository(files(true));
  const bare = new Repository(seed.path('.git/bare'));
  seed.git('clone', '--quiet', '--bare', '.', bare.root);
  const [a, b] = ['a', 'b'].map((name) => {
    const clone = new Repository(seed.path(`.git/${name}`));
    seed.git('clone', '--quiet', '--no-local', '--template=', bare.root, clone.root);
    for (const [key, value] of Object.entries({ 'user.name': name, 'user.email': `${name}@example.org`, 'gc.auto': '0' }))
      clone.git('config', key, value);
    return clone;
  }) as [Repository, Repository];
  const meet = seed.path('.git');
  const first = start(a, 'a', { MEET: meet, ...env });
  await stop(first);
  const ended = await takenOver(b, first, () => start(b, 'b', { MEET: meet }), meet, during);
  expect(ended.second, ended.second.said).toMatchObject({ code: 0 });
  expect(problemsOf(b.root, 'demo', TASKS.length)).toEqual([]);
  expect(bare.git('for-each-ref', '--format=%(refname) %(objectname)').trim()).toBe(`refs/heads/main ${b.head()}`);
  // The late one has nothing that its remote lacks, and nothing of it is lost.
  expect([bare.git('merge-base', '--is-ancestor', a.head(), 'main'), a.status()]).toEqual(['', []]);
  expect(a.git('fsck', '--no-progress', '--no-dangling').trim()).toBe('');
  return ended.first;
}

describe.skipIf(process.platform !== 'linux')('a runner that is stopped until its lease has expired', () => {
  it.each(cases.filter((_, index, all) => all.length > CRASH_POINTS.length || index % 3 === 0))(
    'at $at, and continued $when the work of the next, lands nothing',
    async ({ at, when }) => {
      const env = { PLANS_CRASH_AT: at, PLANS_CRASH_SIGNAL: 'SIGSTOP', FAILS: 'once' };
      const late = await remote(({ pid }) => still(pid), env, when === 'during');
      if (!at.endsWith(':1') && late.code !== 3) return;
      expect(late).toMatchObject({ code: 3, said: expect.stringMatching(/took the plan over|demo paused: remote/) });
    },
  );

  it('before it ticks the last box, which the next has not come to: that is not ticked once more', async () => {
    const env = { PLANS_CRASH_AT: `before-tick:${TASKS.length}`, PLANS_CRASH_SIGNAL: 'SIGSTOP' };
    expect(await remote(({ pid }) => still(pid), env, true)).toMatchObject({ code: 3 });
  });

  it.each(rounds(2, 100))('at any moment lands nothing: seed %i', async (seed) => {
    const random = seeded(seed);
    const late = await remote(after(100 + random() * 1_500), {}, random() < 0.5);
    expect([0, 2, 3], late.said).toContain(late.code);
  });
});
