/**
 * What the real Claude makes of the cases in `test/fixtures/generation`, to judge the prompt by: `npm run eval [CASE…]`. Needs a key in
 * `ANTHROPIC_API_KEY`, and spends; the plans, the turns that were needed and the cost are printed, and nothing is compared.
 */
import { Problem } from '../../src/core/problem.ts';
import { generatePlan } from '../../src/engine/planner/generate.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { cases, type Case } from '../engine/planner/cases.ts';
import { createRepository } from '../support/repository.ts';

const wanted = process.argv.slice(2);
let usd = 0;
try {
  for (const given of cases()) if (wanted.length === 0 || wanted.includes(given.name)) usd += await evaluate(given);
  console.log(`All of it: $${usd.toFixed(4)}`);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/** Generates the plan of one case, with its remarks, and tells of it; what it cost in US dollars, as far as that is known. */
async function evaluate({ name, title, description, files, remarks }: Case): Promise<number> {
  await using repository = await createRepository(files);
  const workspace = await openWorkspace(repository.root);
  try {
    const said = [...remarks];
    let looks = 0;
    const rejected: string[] = [];
    const review = () => {
      const remark = said.shift();
      return Promise.resolve(remark === undefined ? ({ type: 'accept' } as const) : ({ type: 'revise', remark } as const));
    };
    const result = await generatePlan(workspace, { title, description, env: process.env, review }, ({ event }) => {
      if (event.type === 'repository-read') looks += 1;
      if (event.type === 'answer-rejected') rejected.push(...event.problems);
    });
    const tokens = result.usage.inputTokens + result.usage.cacheReadTokens + result.usage.cacheWriteTokens;
    console.log(`\n${'='.repeat(20)} ${name}: ${result.type}, ${looks} looks, ${tokens} tokens read, ${result.usage.outputTokens} written`);
    for (const problem of rejected) console.log(`  mended: ${problem}`);
    console.log(
      result.type === 'generated'
        ? await repository.read(result.path)
        : `${result.outcome}: ${result.reason}\n${result.problems.join('\n')}`,
    );
    return result.usage.costUsd ?? 0;
  } finally {
    await workspace.close();
  }
}
