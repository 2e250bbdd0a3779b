/** Writing one status into a large plan, and the memory of a run whose agent floods its output. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyEdits, setTaskStatus } from '../../src/core/edit.ts';
import { PlanFile } from '../../src/engine/plan-file.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { compare, fixed, peakMib, plansOf, report, repositoryOf, temporaryFolder, timed } from './measure.ts';

const MAX_MIB = 150;
const FLOOD_BYTES = 1_000_000_000;

export async function benchFiles(): Promise<void> {
  const root = repositoryOf(10, { 'plans/plan-0.plan.md': Object.values(plansOf(1, 20_000))[0] ?? '' });
  const workspace = await openWorkspace(root);
  let plan: PlanFile | { message: string } = { message: '' };
  const cold = await timed(async () => {
    plan = await PlanFile.open(workspace, 'plan-0');
  });
  if (!(plan instanceof PlanFile)) throw new Error('the plan could not be opened');
  const file = join(root, 'plans/plan-0.plan.md');
  const copy = join(temporaryFolder(), 'copy');
  writeFileSync(copy, readFileSync(file));
  let index = 0;
  const opened: PlanFile = plan;
  const result = await compare(
    15,
    async () => {
      index += 1;
      const id = `t${index}`;
      await opened.edit((text, now) => setTaskStatus(text, now, id, { status: 'completed' }));
    },
    () => writeFileSync(copy, readFileSync(copy)),
  );
  console.log(
    `${'reading a plan of 20,000 tasks for the first time'.padEnd(58)} ${fixed(cold).padStart(9)} ms  (${fixed(readFileSync(file).length / 1e6)} MB)`,
  );
  report('one status into a plan of 20,000 tasks, checked', result, 'read and write its bytes', 20);
  const text = opened.text;
  const splice = await compare(
    15,
    () => applyEdits(text, setEdits(text, opened)),
    () => Buffer.from(text),
  );
  console.log(`${'  of which the splice itself'.padEnd(58)} ${fixed(splice.ours).padStart(9)} ms`);
  await workspace.close();
  flood();
}

function setEdits(text: string, plan: PlanFile) {
  const result = setTaskStatus(text, plan.plan, 't19999', { status: 'completed' });
  if ('refused' in result) throw new Error(result.refused);
  return result.edits;
}

function flood(): void {
  const run = `yes 0123456789abcdef0123456789abcdef | head -c ${FLOOD_BYTES}`;
  const root = repositoryOf(10, {
    'plans/flood.plan.md': `---\nstatus: ready\n---\n\n# Flood\n\n- [ ] Flood\n\n  \`\`\`yaml\n  run: ${JSON.stringify(run)}\n  allowNoChanges: true\n  \`\`\`\n`,
  });
  const start = performance.now();
  const peak = peakMib(['run', 'flood', '--yes'], root);
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${'a run whose agent prints 1 GB, peak memory'.padEnd(58)} ${fixed(peak).padStart(9)} MiB  aim ≤ ${MAX_MIB} MiB  ${peak <= MAX_MIB ? 'ok' : 'OVER'}  (${fixed(seconds)} s)`,
  );
}

if (import.meta.main) await benchFiles();
