/** `plans init`: gates, a config and a first plan for this repository. What exists is kept. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateResult } from '../core/outcome.ts';
import { templatePlan } from '../core/template.ts';
import type { DetectedGate, Detection } from '../engine/detect.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput } from './context.ts';
import { inWorkspace, planIds, shownPath, writeJson } from './reading.ts';
import { duration } from './terminal/duration.ts';
import { tailLines } from './terminal/feed.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { oneLine, wrap } from './terminal/text.ts';

const FIRST_PLAN = 'first-plan';
/** Lines of a failed gate's output that are shown. */
const TAIL_LINES = 6;
const WHY = '      ';

interface Outcome {
  readonly config: { readonly file: string; readonly written: boolean };
  readonly gates: readonly { readonly gate: DetectedGate; readonly result: GateResult }[];
  readonly notes: readonly string[];
  readonly plan: { readonly file: string; readonly written: boolean } | null;
}

/** Sets up a repository. */
export const init: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const say = (line: Line) => {
      if (!context.json && !context.quiet) context.out.write(paintLines([line], context.out.color));
    };
    const configured = workspace.configFile === null ? await setUp(context, workspace, input, say) : undefined;
    if (configured === 'declined') return EXIT.done;
    if (workspace.configFile !== null) say([s('✔ ', 'green'), s(`${workspace.configFile} exists and is kept`)]);
    const plan = await firstPlan(workspace);
    if (plan?.written === true)
      say([
        s('✔ ', 'green'),
        s(`${plan.file}: a first plan, a draft. Edit it, then: plans ready ${FIRST_PLAN} && plans run ${FIRST_PLAN}`),
      ]);
    const outcome: Outcome = {
      config: { file: workspace.configFile ?? configured?.file ?? '', written: configured !== undefined },
      gates: configured?.gates ?? [],
      notes: configured?.notes ?? [],
      plan,
    };
    if (context.json) writeJson(context, record(outcome));
    return EXIT.done;
  });

function record({ config, gates, notes, plan }: Outcome) {
  return {
    version: 1,
    config,
    gates: gates.map(({ gate, result }) => ({
      ...gate.gate,
      source: gate.source,
      status: result.status,
      reason: result.reason,
      durationMs: result.durationMs,
    })),
    notes,
    plan,
  };
}

async function setUp(context: CommandContext, workspace: Workspace, input: CommandInput, say: (line: Line) => void) {
  const { detectGates } = await import('../engine/detect.ts');
  const detection = detectGates(workspace.root);
  say([
    s(
      detection.gates.length === 0
        ? 'No checks were found that could be gates; add them to the config when there are some.'
        : 'Each gate is run once, on the work tree as it is:',
    ),
  ]);
  const gates = await tryGates(context, workspace, detection, say);
  for (const note of detection.notes) say([s('  · ', 'cyan'), s(oneLine(note), 'dim')]);
  const { PROPOSED_FILE, proposeConfig } = await import('../engine/propose.ts');
  if (!input.flag('yes') && context.ask !== undefined && !context.json) {
    const answer = await context.ask(`Write ${PROPOSED_FILE}? [Y/n] `);
    if (!/^(?:y(?:es)?)?$/i.test(answer.trim())) {
      say([s('Nothing was written.')]);
      return 'declined';
    }
  }
  const text = proposeConfig(
    detection,
    gates.map(({ result }) => result),
  );
  await writeNew(join(workspace.root, PROPOSED_FILE), PROPOSED_FILE, text);
  say([s('✔ ', 'green'), s(`${PROPOSED_FILE} written`)]);
  return { file: PROPOSED_FILE, gates, notes: detection.notes };
}

async function tryGates(context: CommandContext, workspace: Workspace, detection: Detection, say: (line: Line) => void) {
  const { runGate } = await import('../adapters/gates.ts');
  const { childEnvironment } = await import('../adapters/environment.ts');
  const abort = new AbortController();
  const stopListening = context.onSignal(() => abort.abort());
  const results: { gate: DetectedGate; result: GateResult }[] = [];
  try {
    for (const gate of detection.gates) {
      const env = childEnvironment(context.env, workspace.config.env, {});
      const result = await runGate(gate.gate, { cwd: workspace.root, env, changedPaths: [], signal: abort.signal });
      if (abort.signal.aborted) throw new CommandError('Stopped while the gates were being tried; nothing was written.');
      results.push({ gate, result });
      for (const line of gateLines(gate, result, context.out.size().columns)) say(line);
      if (result.status === 'failed') for (const line of tailLines(result.tail, TAIL_LINES, '      ')) say(line);
    }
  } finally {
    stopListening();
  }
  return results;
}

function gateLines({ gate, source }: DetectedGate, result: GateResult, columns: number): readonly Line[] {
  const from = s(`  ${gate.run}  (${source}, ${duration(result.durationMs)})`, 'dim');
  if (result.status !== 'failed') return [[s('  ✔ ', 'green'), s(gate.name, 'bold'), from]];
  const why = wrap(`fails already: ${oneLine(result.reason)} It cannot judge a task until that is mended.`, columns - WHY.length);
  return [[s('  ✘ ', 'red'), s(gate.name, 'bold'), from], ...why.map((line) => [s(`${WHY}${line}`, 'yellow')])];
}

/** A first plan where there is none; null where there are plans. */
async function firstPlan(workspace: Workspace): Promise<Outcome['plan']> {
  if ((await planIds(workspace)).length > 0) return null;
  const path = workspace.planPath(FIRST_PLAN);
  const file = shownPath(workspace, path);
  await writeNew(path, file, templatePlan('First plan'));
  return { file, written: true };
}

async function writeNew(path: string, shown: string, text: string): Promise<void> {
  if (existsSync(path)) throw new CommandError(`${shown} exists already and was not touched.`);
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw new CommandError(`${shown} could not be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
