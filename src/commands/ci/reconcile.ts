/** `plans ci reconcile`: which plans jobs are to execute now. */
import type { Reconciled } from '../../engine/ci/reconcile.ts';
import { inlineCode, inlineText } from '../../core/markdown-text.ts';
import { shellWord } from '../../core/shell.ts';
import { EXIT, type Command } from '../context.ts';
import { writeJson } from '../reading.ts';
import { oneLine } from '../terminal/text.ts';
import { baseBranch, inQuietPlace, REMOTE_NAME, toldInJob } from './place.ts';

/** Jobs of one matrix; what is beyond them is found the next time. */
const MAX_PLANS = 256;

/** Compares what is ready with what was executed, and gives a list for a matrix. */
export const ciReconcile: Command = async (context, input) => {
  const [{ readJob }, { reconcile }, { freshBase }, { configOf }] = await Promise.all([
    import('../../adapters/github/job.ts'),
    import('../../engine/ci/reconcile.ts'),
    import('../../engine/ci/trusted.ts'),
    import('../../engine/ci/config.ts'),
  ]);
  const job = readJob(context.env);
  const found = await toldInJob(context, job, () =>
    inQuietPlace(context, async ({ git }) => {
      const base = await freshBase(git, REMOTE_NAME, baseBranch(input, job));
      const { config, known } = await configOf(git, base);
      const named = input.text('plan') ?? null;
      return await reconcile(git, { base, remote: REMOTE_NAME, config, known, named, now: new Date(context.now()) });
    }),
  );
  const matrix = found.flatMap(({ planId: plan, start: commit }) => (commit === null ? [] : [{ plan, commit }])).slice(0, MAX_PLANS);
  job.output('result', JSON.stringify(matrix));
  job.summary(summaryOf(found));
  if (context.json)
    writeJson(context, { version: 1, plans: found.map(({ planId, start, standing }) => ({ plan: planId, commit: start, ...standing })) });
  else for (const line of found.flatMap(lineOf)) context.out.write(`${line}\n`);
  return EXIT.done;
};

/** No line begins with a name: `::error::` is one, and the runner would take it for a command. */
function lineOf({ planId, standing, start }: Reconciled): readonly string[] {
  if (standing.type === 'nothing') return [];
  if (standing.type === 'wait') return [`plan ${shellWord(planId)}: ${oneLine(standing.because)}`];
  return [`plan ${shellWord(planId)}: it is executed from ${start?.slice(0, 12) ?? ''}`];
}

function summaryOf(found: readonly Reconciled[]): string {
  const told = found.filter(({ standing }) => standing.type !== 'nothing');
  if (told.length === 0) return 'No plan is to be executed.';
  const rows = told.map(({ planId, title, standing }) => {
    const what = standing.type === 'wait' ? inlineText(standing.because) : '**is executed**';
    return `| ${inlineCode(planId)} ${inlineText(title)} | ${what} |`;
  });
  return ['| plan | |', '| --- | --- |', ...rows.slice(0, MAX_PLANS)].join('\n');
}
