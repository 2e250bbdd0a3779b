/** A person at work in the repository while a run is: on its branch, on its history, on its plan file. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { problemsOf } from '../support/checker.ts';
import { gates, rig, task, type Rig } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

const PLACES = { 'in the checkout': 'sequential', 'in a worktree': 'parallel' } as const;
type Place = keyof typeof PLACES;

/** Moments of the first task at which a person may come. A gate or an agent that is met waits until the person has gone. */
const MOMENTS = {
  'while its agent works': (event: RunEvent) => event.type === 'agent-output' && event.task === 'one',
  'while its gate runs': (event: RunEvent) => event.type === 'gate-output' && event.task === 'one',
  'once it has landed': (event: RunEvent) => event.type === 'task-completed' && event.task === 'one',
} as const;
type Moment = keyof typeof MOMENTS;

const PLAN = 'plans/demo.plan.md';
const wait = 'echo here; while ! test -e "$GO"; do sleep 0.01; done';

async function world(place: Place, moment: Moment): Promise<Rig> {
  const held = (at: Moment) => (moment === at ? `${wait}; ` : '');
  const tasks = [
    task('one', `${held('while its agent works')}echo 1 > one.txt; echo one >> shared.txt`, 'dependsOn: []'),
    task('two', 'echo 2 > two.txt; echo two >> shared.txt', 'dependsOn: [one]'),
    task('three', 'echo 3 > three.txt', 'dependsOn: [two]'),
  ];
  const gate = gates({ name: 'there', run: `test -s shared.txt && { test -e two.txt || { :; ${held('while its gate runs')}:; }; }` });
  const config = { ...(JSON.parse(gate['plans.config.json'] ?? '') as object), env: ['GO'] };
  const it = await rig(`## P\n\n\`\`\`yaml\nexecutionMode: ${PLACES[place]}\n\`\`\`\n\n${tasks.join('')}`, {
    'shared.txt': 'shared\n',
    'plans.config.json': JSON.stringify(config),
  });
  // Another branch, on which the same files are others.
  it.repository.git('switch', '-qc', 'other');
  await it.repository.commit('theirs', { 'shared.txt': 'theirs\n', 'one.txt': 'theirs\n', 'theirs.txt': 'theirs\n' });
  it.repository.git('switch', '-q', 'main');
  return it;
}

type End = 'completed' | 'conflict' | 'plan_invalid';

interface Meddling {
  readonly does: (it: Rig) => void;
  /** What the person does afterwards, so that the run can go on. */
  readonly undoes?: (it: Rig) => void;
  readonly ends: (place: Place, moment: Moment) => End;
}

const edit = (it: Rig, change: (text: string) => string) =>
  writeFileSync(it.repository.path(PLAN), change(readFileSync(it.repository.path(PLAN), 'utf8')));
const git =
  (...words: string[]) =>
  (it: Rig) =>
    void it.repository.git(...words);

const always = (end: End) => () => end;
const MEDDLINGS: Readonly<Record<string, Meddling>> = {
  'makes a branch and goes there': {
    does: git('switch', '-qc', 'elsewhere'),
    undoes: git('switch', '-q', 'main'),
    ends: always('conflict'),
  },
  'goes to another branch, whatever is in the way': {
    does: git('checkout', '-q', '--force', 'other'),
    undoes: git('checkout', '-q', '--force', 'main'),
    ends: always('conflict'),
  },
  'detaches HEAD': { does: git('switch', '-q', '--detach'), undoes: git('switch', '-q', 'main'), ends: always('conflict') },
  'renames the branch': { does: git('branch', '-m', 'trunk'), ends: always('conflict') },
  'amends the last commit': {
    does: git('commit', '-q', '--amend', '--no-edit', '--date=2020-01-01T00:00:00Z', '--only'),
    ends: always('conflict'),
  },
  rebases: {
    // Another committer: git's times are whole seconds, and the same commit would come out of it.
    does: git('-c', 'user.name=Grace Hopper', '-c', 'rebase.autoStash=true', 'rebase', '-q', '--force-rebase', 'HEAD~1'),
    ends: always('conflict'),
  },
  'takes the last commit back': {
    does: git('reset', '-q', '--soft', 'HEAD~1'),
    undoes: git('reset', '-q', '--soft', 'HEAD@{1}'),
    ends: always('conflict'),
  },
  'throws the last commit away': { does: git('reset', '-q', '--hard', 'HEAD~1'), ends: always('conflict') },
  'commits something': {
    does: (it) => {
      writeFileSync(it.repository.path('README.md'), 'newer\n');
      it.repository.git('commit', '-q', '--only', '-m', 'mine', 'README.md');
    },
    // In the checkout nobody can tell whose the commit is, while a task works there.
    ends: (place, moment) => (place === 'in the checkout' && moment !== 'once it has landed' ? 'conflict' : 'completed'),
  },
  // What the agent had done by then is gone with it, and done after that: the same as any edit of a person's.
  'puts everything on the stash': { does: git('stash', '-q', '--include-untracked'), ends: always('completed') },
  'deletes the plan': {
    does: (it) => rmSync(it.repository.path(PLAN)),
    undoes: git('checkout', '-q', '--', PLAN),
    ends: always('plan_invalid'),
  },
  'renames the plan': {
    does: (it) => renameSync(it.repository.path(PLAN), it.repository.path('plans/new.plan.md')),
    undoes: (it) => renameSync(it.repository.path('plans/new.plan.md'), it.repository.path(PLAN)),
    ends: always('plan_invalid'),
  },
  'makes two tasks wait for each other': {
    does: (it) => edit(it, (text) => text.replace('dependsOn: [one]', 'dependsOn: [three]')),
    undoes: (it) => edit(it, (text) => text.replace('dependsOn: [three]', 'dependsOn: [one]')),
    ends: always('plan_invalid'),
  },
  'changes what the tasks say, and what they wait for': {
    does: (it) => edit(it, (text) => text.replace('Do two', 'Do two well').replace('dependsOn: [two]', 'dependsOn: [one]')),
    ends: always('completed'),
  },
  'changes the order of the tasks': {
    does: (it) =>
      edit(it, (text) => {
        const [two, three] = [text.indexOf('- [ ] Do two'), text.indexOf('- [ ] Do three')];
        return `${text.slice(0, two)}${text.slice(three)}${text.slice(two, three)}`;
      }),
    ends: always('completed'),
  },
};

const ALL = Object.keys(MOMENTS) as Moment[];
/** While a change waits, one moment for each; in the long run all of them. */
const moments = (index: number): readonly Moment[] => rounds(1, ALL.length).map((round) => ALL[(index + round) % ALL.length] as Moment);

describe.each(Object.keys(PLACES) as Place[])('a person, while a task is at work %s,', (place) => {
  describe.each(Object.entries(MEDDLINGS))('who %s', (name, { does, undoes, ends }) => {
    it.each(moments(Object.keys(MEDDLINGS).indexOf(name) + Object.keys(PLACES).indexOf(place)))('%s', async (moment) => {
      await using it = await world(place, moment);
      const env = { ...process.env, GO: it.repository.path('.git/go') };
      let came = false;
      const summary = await it.run({
        env,
        on: (event) => {
          if (came || !MOMENTS[moment](event)) return;
          came = true;
          does(it);
          writeFileSync(env.GO, '');
        },
      });
      expect(came).toBe(true);
      const end = ends(place, moment);
      expect(summary.end).toMatchObject(end === 'completed' ? { type: end } : { type: 'paused', reason: end });
      // On a branch that the run did not begin on it commits nothing, and writes nothing; an agent that works in the checkout does.
      const branch = it.repository.git('branch', '--show-current').trim();
      if (branch !== 'main') {
        if (branch === 'other') expect(it.repository.log('main..other')).toEqual(['theirs']);
        expect(it.repository.status().filter((line) => place === 'in a worktree' || !/(?:one|shared)\.txt$/.test(line))).toEqual([]);
      }
      undoes?.(it);
      for (let { type } = summary.end; type !== 'completed';) ({ type } = (await it.run({ env })).end);
      expect(problemsOf(it.repository.root, 'demo', 3)).toEqual([]);
    });
  });
});
