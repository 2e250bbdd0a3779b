import { expect, it } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { problemsOf } from '../support/checker.ts';
import { faulty, seeded } from '../support/faults.ts';
import type { Faults } from '../support/faults.ts';
import { rig, task } from '../support/rig.ts';

const TIMES = Math.max(1, Math.round(Number(process.env['PLANS_PROPERTY_RUNS'] ?? 1)));
/** Runs a plan may take to its end: far more than the faults need, so that only a plan that is stuck trips it. */
const MAX_RUNS = 200;

const phase = (title: string, mode: string, ids: readonly string[]) =>
  `## ${title}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${ids.map((id) => task(id, `echo ${id} > ${id}.txt`)).join('')}`;
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

it.each(Array.from({ length: 2 * TIMES }, (_, seed) => seed + 1))(
  'one call in fifty fails, before or after it took effect: seed %i',
  async (seed) => {
    await using it = await rig(phase('A', 'sequential', names('a', 12)) + phase('B', 'parallel', names('b', 8)));
    const faults: Faults = { rate: 0.02, random: seeded(seed), failed: new Map() };
    let ended = '';
    for (let runs = 0; ended !== 'completed'; runs += 1) {
      expect(runs).toBeLessThan(MAX_RUNS);
      const workspace = await openWorkspace(it.repository.root);
      try {
        const summary = await runPlan(
          { ...workspace, git: faulty(workspace.git, 'git', faults), files: faulty(workspace.files, 'files', faults) },
          'demo',
          { env: process.env, publish: () => {} },
        );
        ended = summary.end.type;
      } catch {
        // The world failed; the next run finds what git says.
      } finally {
        await workspace.close();
      }
    }
    expect(problemsOf(it.repository.root, 'demo', 20)).toEqual([]);
  },
);
