import { expect, it, vi } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { problemsOf } from '../support/checker.ts';
import { faulty, seeded } from '../support/faults.ts';
import type { Faults } from '../support/faults.ts';
import { rig, task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

/** Of the world as it is at the moment: every git that is opened in it fails with it, those of worktrees included. */
let faults: Faults | null = null;

vi.mock('../../src/adapters/git/open.ts', async (original) => {
  const { openGit } = await original<typeof import('../../src/adapters/git/open.ts')>();
  return {
    openGit: async (folder: string) => {
      if (faults === null) return openGit(folder);
      const { open } = faulty({ open: openGit }, 'git', faults);
      return faulty(await open(folder), 'git', faults);
    },
  };
});

/** Runs a plan may take to its end: far more than the faults need, so that only a plan that is stuck trips it. */
const MAX_RUNS = 200;
const ROUNDS = rounds(2, 100);
/** In the long run one call in a hundred; more often in few rounds, so that some fail in each. */
const RATE = ROUNDS.length > 2 ? 0.01 : 0.02;

const phase = (title: string, mode: string, ids: readonly string[]) =>
  `## ${title}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${ids.map((id) => task(id, `echo ${id} > ${id}.txt`)).join('')}`;
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

it.each(ROUNDS)(
  'calls of git and of the file system fail, before or after they took effect: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    await using it = await rig(phase('A', 'sequential', names('a', 12)) + phase('B', 'parallel', names('b', 8)));
    const world: Faults = { rate: RATE, random: seeded(seed), failed: new Map() };
    // Of a task at which five runs have died in a row the sixth says that a person is to name it; that is all that a run may pause for.
    let named: string | undefined;
    const once = async (): Promise<string> => {
      faults = world;
      const task = named;
      named = undefined;
      const workspace = await openWorkspace(it.repository.root);
      try {
        const { end } = await runPlan({ ...workspace, files: faulty(workspace.files, 'files', world) }, 'demo', {
          env: process.env,
          publish: () => {},
          task,
        });
        if (end.type === 'paused') expect(end.detail).toContain('their runner died');
        if (end.type === 'paused') named = end.task ?? undefined;
        return end.type;
      } finally {
        await workspace.close();
        faults = null;
      }
    };
    let runs = 0;
    // Where the world failed, the next run finds what git says.
    for (let ended = ''; ended !== 'completed'; runs += 1) {
      expect(runs).toBeLessThan(MAX_RUNS);
      ended = await once().catch((error: unknown) => {
        if (!String(error).includes('injected: ')) throw error;
        return '';
      });
    }
    expect(problemsOf(it.repository.root, 'demo', 20)).toEqual([]);
    const count = [...world.failed.values()].reduce((sum, one) => sum + one, 0);
    console.log(`faults: seed ${seed}, 20 tasks, ${count} calls failed, ${runs} runs`);
  },
);
