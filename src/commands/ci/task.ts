/** `plans ci task`: does one task of a wave, and leaves its work for the job that joins. */
import { runText } from '../../core/ci/run-text.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import { CommandError, EXIT, type Command } from '../context.ts';
import { baseBranch, handOver, namedPlan, REMOTE_NAME, toldInJob, withSecrets } from './place.ts';
import { showRun } from './running.ts';

/** Does the task with its gates. One that fails is told to whoever joins: the job itself has done what it was for. */
export const ciTask: Command = async (context, input) => {
  const [{ readJob }, { workOn }] = await Promise.all([import('../../adapters/github/job.ts'), import('../../engine/ci/work.ts')]);
  const task = input.text('task');
  if (task === undefined) throw new CommandError('Name the task: --task migration');
  const env = withSecrets(context, input);
  const job = readJob(context.env);
  const { summary, bundle } = await toldInJob(context, job, () =>
    showRun(context, env, (running) =>
      workOn(context.cwd, {
        planId: namedPlan(input),
        task,
        base: baseBranch(input, job),
        remote: REMOTE_NAME,
        folder: handOver(context, input),
        env: context.env,
        agentEnv: env,
        now: new Date(context.now()),
        ...running,
      }),
    ),
  );
  job.summary(redactionOf(secretsOf(env, [])).text(runText(summary)));
  if (bundle === null) throw new CommandError(`Nothing was tried of the task "${task}"; the output says why.`, EXIT.failed);
  if (!context.json && !context.quiet) context.out.write(`What came of it is in ${bundle}\n`);
  return EXIT.done;
};
