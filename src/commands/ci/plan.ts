/** `plans ci plan`: the tasks that can be done now, as a matrix. */
import { inlineCode, inlineText } from '../../core/markdown-text.ts';
import { shellWord } from '../../core/shell.ts';
import type { PlannedWave } from '../../engine/ci/waves.ts';
import { EXIT, type Command } from '../context.ts';
import { writeJson } from '../reading.ts';
import { oneLine } from '../terminal/text.ts';
import { baseBranch, inQuietPlace, REMOTE_NAME, toldInJob } from './place.ts';

/** Plans that a summary tells of. */
const MAX_TOLD = 200;

/** Looks which plans are to go on and what of each can be done at once. Nothing of the repository is run. */
export const ciPlan: Command = async (context, input) => {
  const [{ readJob }, { wavesOf }, { freshBase }, { configOf }] = await Promise.all([
    import('../../adapters/github/job.ts'),
    import('../../engine/ci/waves.ts'),
    import('../../engine/ci/trusted.ts'),
    import('../../engine/ci/config.ts'),
  ]);
  const job = readJob(context.env);
  const waves = await toldInJob(context, job, () =>
    inQuietPlace(context, async ({ git }) => {
      const base = await freshBase(git, REMOTE_NAME, baseBranch(input, job));
      const { config, known } = await configOf(git, base);
      const named = input.text('plan') ?? null;
      return await wavesOf(git, { base, remote: REMOTE_NAME, config, known, named, now: new Date(context.now()) });
    }),
  );
  const result = matrixOf(waves);
  job.output('result', JSON.stringify(result));
  job.summary(summaryOf(waves));
  if (context.json) writeJson(context, { version: 1, ...result });
  else for (const line of waves.flatMap(lineOf)) context.out.write(`${line}\n`);
  return EXIT.done;
};

/** Lists for two matrices: a job for each task, then one for each plan. A key is part of an artifact's name, in which not every id can stand. */
function matrixOf(waves: readonly PlannedWave[]) {
  const plans = waves
    .filter(({ tasks, waiting }) => tasks.length > 0 || waiting !== null)
    .map(({ planId: plan, start: commit, tasks }, index) => ({ plan, commit, key: String(index + 1), tasks }));
  return {
    plans: plans.map(({ plan, commit, key }) => ({ plan, commit, key })),
    tasks: plans.flatMap(({ plan, commit, key, tasks }) =>
      tasks.map((task, index) => ({ plan, task, commit, key: `${key}-${index + 1}` })),
    ),
  };
}

function lineOf({ planId, tasks, standing, isCut, waiting }: PlannedWave): readonly string[] {
  const plan = shellWord(planId);
  if (standing.type === 'nothing') return [];
  if (standing.type === 'wait') return [`${plan}  ${oneLine(standing.because)}`];
  if (tasks.length === 0) return [`${plan}  ${isCut ? 'has its turn in a later wave' : oneLine(nothingNow(waiting))}`];
  return [`${plan}  ${tasks.map((task) => shellWord(task)).join(' ')}${isCut ? '  and more in a later wave' : ''}`];
}

/** Why a plan that may go on has no task in the wave. */
function nothingNow(waiting: PlannedWave['waiting']): string {
  if (waiting === null) return 'has nothing that can be done now with what is left of its budget';
  return `waits for a person${waiting.task === null ? '' : `: ${waiting.task}`}, as ${waiting.detail}`;
}

function summaryOf(waves: readonly PlannedWave[]): string {
  const told = waves.filter(({ standing }) => standing.type !== 'nothing');
  if (told.length === 0) return 'No plan is to be carried on with.';
  const rows = told.slice(0, MAX_TOLD).map(({ planId, title, standing, tasks, isCut, waiting }) => {
    const what =
      standing.type === 'wait'
        ? inlineText(standing.because)
        : tasks.length === 0
          ? isCut
            ? 'in a later wave'
            : inlineText(nothingNow(waiting))
          : `**${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}**${isCut ? ', more in a later wave' : ''}`;
    return `| ${inlineCode(planId)} ${inlineText(title)} | ${what} |`;
  });
  const more = told.length > MAX_TOLD ? [`\nand ${told.length - MAX_TOLD} more plans`] : [];
  return ['| plan | |', '| --- | --- |', ...rows, ...more].join('\n');
}
