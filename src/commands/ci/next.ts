/** `plans ci next`: begins the next wave where the last one has got anywhere. */
import { z } from 'zod';
import { CommandError, EXIT, type Command } from '../context.ts';
import { baseBranch, inQuietPlace, REMOTE_NAME, toldInJob } from './place.ts';

/** What `plans ci plan` has given. */
const Wave = z.array(z.object({ plan: z.string(), commit: z.string() }));

/** Starts the workflow again where a plan of the wave has new commits and goes on; a wave of which nothing has come is the last. */
export const ciNext: Command = async (context, input) => {
  const [{ readJob }, { goingOn }, { tipOf }, { freshBase }, { configOf }] = await Promise.all([
    import('../../adapters/github/job.ts'),
    import('../../engine/ci/waves.ts'),
    import('../../engine/ci/reconcile.ts'),
    import('../../engine/ci/trusted.ts'),
    import('../../engine/ci/config.ts'),
  ]);
  const workflow = input.text('workflow');
  if (workflow === undefined) throw new CommandError('Name the workflow to start: --workflow plans-matrix.yml');
  const wave = readWave(input.text('wave'));
  const job = readJob(context.env);
  const branch = baseBranch(input, job);
  const plans = await toldInJob(context, job, async () => {
    const going = await inQuietPlace(context, async ({ git }) => {
      const { config } = await configOf(git, await freshBase(git, REMOTE_NAME, branch));
      return await goingOn(git, wave, { config, tip: (planId) => tipOf(git, planId, REMOTE_NAME) });
    });
    if (going.length > 0) await job.github().dispatch(workflow, branch, {});
    return going;
  });
  const said = plans.length === 0 ? 'This was the last wave.' : `The next wave begins: ${plans.join(', ')}`;
  if (!context.quiet) context.out.write(`${said}\n`);
  return EXIT.done;
};

function readWave(text: string | undefined): z.output<typeof Wave> {
  try {
    return Wave.parse(JSON.parse(text ?? ''));
  } catch {
    throw new CommandError('--wave takes the list of plans that "plans ci plan" has given in its result.');
  }
}
