/** The cache against the files: cold against reading and parsing them, warm against looking at them. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import remarkFrontmatter from 'remark-frontmatter';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { Processor } from 'unified';
import { rmSync } from 'node:fs';
import { syncFiles } from '../../src/engine/sync.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { compare, plansOf, report, repositoryOf } from './measure.ts';

const COLD_PLANS = 1_000;
const WARM_PLANS = 10_000;

/** Task lists, as GitHub reads them, for the bare parser: without them it would have less to do than ours. */
function taskLists(this: Processor): void {
  const data = this.data() as { micromarkExtensions?: unknown[] };
  (data.micromarkExtensions ??= []).push(gfmTaskListItem());
}

export async function benchSync(): Promise<void> {
  const plans = plansOf(COLD_PLANS, 30);
  const root = repositoryOf(10, plans);
  const parser = unified().use(remarkParse).use(remarkFrontmatter).use(taskLists).freeze();
  const cold = await compare(
    3,
    async () => {
      rmSync(join(root, '.plans'), { recursive: true, force: true });
      await sync(root);
    },
    () => {
      for (const name of Object.keys(plans)) parser.parse(readFileSync(join(root, name), 'utf8'));
    },
  );
  report(`cold sync, ${COLD_PLANS} plans of 30 tasks`, cold, 'read and remark-parse', 1.5);
  console.log(`${''.padEnd(58)} ${((COLD_PLANS / cold.ours) * 1000).toFixed(0).padStart(9)} plans/s`);

  const many = plansOf(WARM_PLANS, 3);
  const wide = repositoryOf(10, many);
  const workspace = await openWorkspace(wide);
  await syncFiles(workspace);
  // Files changed in the same instant as they were read are looked at once more; then the cache can rely on their times.
  await syncFiles(workspace);
  const paths = Object.keys(many).map((name) => join(wide, name));
  const warm = await compare(
    15,
    () => syncFiles(workspace),
    () => {
      for (const path of paths) statSync(path, { bigint: true });
    },
  );
  report(`warm sync, ${WARM_PLANS} unchanged plans`, warm, 'stat of each', 2);
  await workspace.close();
}

async function sync(root: string): Promise<void> {
  const workspace = await openWorkspace(root);
  await syncFiles(workspace);
  await workspace.close();
}

if (import.meta.main) await benchSync();
