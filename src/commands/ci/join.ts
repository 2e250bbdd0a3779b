/** `plans ci join`: joins what the machines of a wave have made of their tasks, on the plan's branch. */
import { resolve } from 'node:path';
import { runText } from '../../core/ci/run-text.ts';
import { inlineCode, inlineText } from '../../core/markdown-text.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import type { Joined } from '../../engine/ci/join.ts';
import { CommandError, EXIT, type Command } from '../context.ts';
import { baseBranch, handOver, namedPlan, REMOTE_NAME, toldInJob } from './place.ts';
import { showRun } from './running.ts';

/** Lands each on top of the one before, its gates run on exactly what lands, and bundles the new commits for the job that publishes. */
export const ciJoin: Command = async (context, input) => {
  const [{ readJob }, { joinWave }] = await Promise.all([import('../../adapters/github/job.ts'), import('../../engine/ci/join.ts')]);
  const from = input.text('from');
  if (from === undefined) throw new CommandError('Name the folder with what the machines have handed on: --from work');
  const job = readJob(context.env);
  const redaction = redactionOf(secretsOf(context.env, []));
  const joined = await toldInJob(context, job, () =>
    showRun(context, context.env, (running) =>
      joinWave(context.cwd, {
        planId: namedPlan(input),
        base: baseBranch(input, job),
        remote: REMOTE_NAME,
        folder: handOver(context, input),
        from: resolve(context.cwd, from),
        env: context.env,
        redaction,
        now: new Date(context.now()),
        ...running,
      }),
    ),
  );
  job.summary(redaction.text(wordsOf(joined)));
  for (const each of joined.refused) context.err.write(`Not joined: ${each}\n`);
  if (!context.json && !context.quiet && joined.bundle !== null) context.out.write(`The new commits are in ${joined.bundle}\n`);
  return EXIT.done;
};

function wordsOf({ summary, lost, refused }: Joined): string {
  const told = summary === null ? ['Nothing has come of this wave.', ''] : [runText(summary)];
  if (lost.length > 0) told.push(`Nothing has come of ${lost.map((task) => inlineCode(task)).join(', ')}: pending again.`, '');
  if (refused.length > 0) told.push('Not joined:', '', ...refused.map((each) => `- ${inlineText(each)}`), '');
  return told.join('\n');
}
