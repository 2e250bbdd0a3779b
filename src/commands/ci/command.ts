/** `plans ci command`: obeys a comment on a pull request. */
import { CommandError, EXIT, type Command } from '../context.ts';
import { writeJson } from '../reading.ts';
import { oneLine } from '../terminal/text.ts';
import { baseBranch, inQuietPlace, REMOTE_NAME, toldInJob } from './place.ts';

/** Obeys, and answers on the pull request. Who may not is told by a reaction, and nothing else. */
export const ciCommand: Command = async (context, input) => {
  const [{ readJob }, { obeyComment }] = await Promise.all([import('../../adapters/github/job.ts'), import('../../engine/ci/command.ts')]);
  const job = readJob(context.env);
  if (job.eventName !== 'issue_comment') throw new CommandError(`The event is "${job.eventName}". Comments come with "issue_comment".`);
  const workflow = input.text('workflow') ?? null;
  const obeyed = await toldInJob(context, job, () =>
    inQuietPlace(context, async ({ git, bundles }) =>
      obeyComment(
        { git, bundles, github: job.github() },
        { event: job.event, remote: REMOTE_NAME, base: baseBranch(input, job), workflow, root: context.cwd, now: new Date(context.now()) },
      ),
    ),
  );
  if (context.json) writeJson(context, { version: 1, ...obeyed });
  else context.out.write(`${oneLine(obeyed.type === 'done' ? obeyed.what : obeyed.because)}\n`);
  return EXIT.done;
};
