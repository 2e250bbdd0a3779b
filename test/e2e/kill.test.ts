/**
 * The runner is killed again and again with its whole process group, at moments that nobody has chosen, and started again at once; its
 * agents outlive it. What has become of the plan is then read from git and the files alone. `PLANS_KILL_SEED` repeats one run of it.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PublishedEvent, RunEvent } from '../../src/core/event.ts';
import { problemsOf } from '../support/checker.ts';
import { seeded } from '../support/faults.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const TASKS = Array.from({ length: 12 }, (_, index) => `t${index + 1}`);
/** The runner is killed up to so often; what is left to do then is done in peace. */
const KILLS = 17;
/** So many have to have hit a runner that was at work. */
const HITS = 8;
/** Kills in a row at one task: under the five that the executor takes for a crash loop, one of them still unknown to git. */
const MAX_STUCK = 3;

/** Says so in `twice` where another agent, or anything that one left behind, is still at work in the same folder. */
const ALONE = 'exec 9> "$PLACES/$(pwd | tr / _)"; flock --nonblock 9 || pwd >> "$PLACES/twice"';
/** Each leaves a process behind that its runner has to end, and does what another try neither undoes nor repeats. */
const work = (id: string, more: string) =>
  `${ALONE}; touch sleeper; sleep 1000 > /dev/null 2>&1 & ${more}seq 1 2000 > ${id}.txt; rm sleeper`;
const listed = (id: string) => task(id, work(id, `grep -qx ${id} list.txt || echo ${id} >> list.txt; `));
const phase = (mode: string, tasks: readonly string[]) => `## Work\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${tasks.join('')}`;

const KINDS = {
  sequential: phase('sequential', TASKS.map(listed)),
  // One that waits for others, so that not all is open at once.
  parallel: phase(
    'parallel',
    TASKS.map((id, index) => task(id, work(id, ''), index % 4 === 3 ? `dependsOn: [t${index}, t${index - 1}]` : 'dependsOn: []')),
  ),
  manual: phase('manual', TASKS.map(listed)),
};
type Kind = keyof typeof KINDS;

interface Moment {
  /** After so many events, or once these tasks have landed; null where it is not killed. */
  readonly after: number | { readonly landed: readonly string[] } | null;
  /** Milliseconds after that. */
  readonly ms: number;
}

interface Ended {
  readonly code: number | null;
  readonly killed: boolean;
  readonly said: string;
  readonly events: readonly RunEvent[];
}

interface World {
  readonly repository: Repository;
  readonly places: string;
  readonly mark: string;
}

/** Runs a command; at the moment, and wherever that is in its work, it and its whole group are gone. */
function runUntil({ repository, places, mark }: World, words: readonly string[], { after, ms }: Moment): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...words], {
      cwd: repository.root,
      detached: true,
      env: { ...process.env, PLANS_RUN_MARK: mark, PLACES: places },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let timer: NodeJS.Timeout | undefined;
    let [out, err] = ['', ''];
    const events = (): RunEvent[] =>
      out
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{"schema"'))
        .map((line) => (JSON.parse(line) as PublishedEvent).event);
    const look = () => {
      if (after === null || timer !== undefined) return;
      const reached =
        typeof after === 'number'
          ? events().length >= after
          : after.landed.every((id) => events().some((event) => event.type === 'task-completed' && event.task === id));
      if (reached) timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), ms);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      look();
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    look();
    child.once('error', reject);
    // Not `close`: what the dead runner has left running may hold its output open.
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, killed: signal === 'SIGKILL', said: out + err, events: events() });
    });
  });
}

/** The open tasks that so many runners have died at that one more might stop the plan. */
function stuckAt({ repository }: World): readonly string[] {
  const counts = new Map<string, number>();
  for (const ref of repository.git('for-each-ref', '--format=%(refname)', 'refs/plans/attempts/demo').split('\n')) {
    const id = ref.split('/').at(-2) ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const plan = repository.git('show', 'HEAD:plans/demo.plan.md');
  return [...counts].flatMap(([id, count]) => (count >= MAX_STUCK && plan.includes(`- [ ] Do ${id}\n`) ? [id] : []));
}

function marked(mark: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
    } catch {
      return false;
    }
  });
}

/** What git and the files say, and nobody else. */
function check({ repository, places, mark }: World, kind: Kind): void {
  expect(problemsOf(repository.root, 'demo', TASKS.length)).toEqual([]);
  const log = repository.git('log', '--reverse', '--format=%(trailers:key=Plan-Attempt,valueonly,separator=)%x20%s').split('\n');
  const landed = log.filter((line) => /^\d+\/\d+ /.test(line)).map((line) => line.split(' ').at(-1));
  if (kind === 'parallel') expect(new Set(landed)).toEqual(new Set(TASKS));
  else {
    expect(landed).toEqual(TASKS);
    expect(repository.git('show', 'HEAD:list.txt')).toBe(`${TASKS.join('\n')}\n`);
  }
  for (const id of TASKS) expect(repository.git('show', `HEAD:${id}.txt`).split('\n')).toHaveLength(2001);
  expect(repository.git('show', 'HEAD:plans/demo.plan.md')).toContain('status: completed');
  expect(readdirSync(repository.path('plans'))).toEqual(['demo.plan.md']);
  expect(readdirSync(repository.path('.git/plans'))).toEqual([]);
  // Git's own `next-index-PID.lock` stays where a git is killed, and is in nobody's way.
  expect(readdirSync(repository.path('.git')).filter((name) => /^plans-|(?<!^next-index-\d+)\.lock$/.test(name))).toEqual([]);
  expect(existsSync(join(places, 'twice'))).toBe(false);
  expect(marked(mark)).toEqual([]);
}

const FIRST = Number(process.env['PLANS_KILL_SEED'] ?? 20_261);
const SEEDS = rounds(1, 25).map((round) => FIRST + round - 1);

describe.skipIf(process.platform !== 'linux').each(Object.keys(KINDS) as Kind[])('killed at any moment, a %s plan', (kind) => {
  test.each(SEEDS)('is done once and whole (seed %i)', { timeout: 600_000 }, async (seed) => {
    await using repository = await createRepository({
      'list.txt': '',
      'plans.config.json': JSON.stringify({ env: ['PLACES'] }),
      'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# Demo\n\n${KINDS[kind]}`,
    });
    const world: World = { repository, places: repository.path('.git/places'), mark: `kill-test-${process.pid}-${kind}-${seed}` };
    mkdirSync(world.places);
    const random = seeded(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    let kills = 0;
    const tried = async (words: readonly string[], moment: Moment): Promise<Ended> => {
      const ended = await runUntil(world, words, kills < KILLS ? moment : { after: null, ms: 0 });
      if (ended.killed) kills += 1;
      return ended;
    };
    for (let code: number | null = null; code !== 0;) {
      // Some before it says anything: while it takes the lock, or mends what the last one left.
      const anyMoment: Moment = below(4) === 0 ? { after: 0, ms: 100 + below(400) } : { after: 1 + below(9), ms: below(40) };
      const stuck = stuckAt(world);
      const ended = await tried(['run', 'demo', '--json'], stuck.length === 0 ? anyMoment : { after: { landed: stuck }, ms: below(40) });
      ({ code } = ended);
      const end = ended.events.at(-1);
      if (code === 3 && end?.type === 'run-paused' && end.reason === 'manual_approval_required')
        await tried(['approve', 'demo', end.task ?? ''], { after: 0, ms: 200 + below(600) });
      else if (code !== 0) expect(ended, ended.said).toMatchObject({ killed: true });
    }
    check(world, kind);
    expect(kills).toBeGreaterThanOrEqual(HITS);
    console.log(`kill: ${kind}, seed ${seed}, ${kills} kills`);
  });
});
