/** `plans doctor`: what is in order, what is not, and what to do about it. */
import { Problem } from '../core/problem.ts';
import { AREAS, type Finding } from '../engine/doctor/finding.ts';
import { EXIT, type Command } from './context.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { paintLines, s, type Line, type Stretch } from './terminal/line.ts';
import { count, oneLine, wrap } from './terminal/text.ts';

interface Mended {
  readonly findings: readonly Finding[];
  /** What was done, one sentence each. */
  readonly fixed: readonly string[];
}

/** Examines the repository; with `--fix` mends what is safe to mend. */
export const doctor: Command = async (context, input) => {
  const { findings, fixed } = await inWorkspace(context, async (workspace): Promise<Mended> => {
    const { examine } = await import('../engine/doctor/examine.ts');
    const examination = { env: context.env, node: process.versions.node, now: context.now(), gates: input.flag('gates') };
    const found = await examine(workspace, examination);
    if (!input.flag('fix')) return { findings: found, fixed: [] };
    const done: string[] = [];
    for (const { fix } of found) if (fix !== undefined) done.push(await fix());
    return { findings: done.length === 0 ? found : await examine(workspace, { ...examination, gates: false }), fixed: done };
  }).catch((error: unknown): Mended => {
    if (!(error instanceof Problem) || error.name !== 'Problem') throw error;
    // What a config says wrong is a finding like others, only that nothing else can be looked at.
    return { findings: [{ area: 'config', severity: 'error', text: error.message, todo: 'Correct it, then look again.' }], fixed: [] };
  });
  if (context.json) {
    const plain = findings.map(({ area, severity, text, todo, fix }) => ({ area, severity, text, todo, fixable: fix !== undefined }));
    writeJson(context, { version: 1, findings: plain, fixed });
  } else context.out.write(paintLines(lines(findings, fixed, context.quiet, context.out.size().columns), context.out.color));
  return findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.done;
};

function lines(findings: readonly Finding[], fixed: readonly string[], quiet: boolean, columns: number): Line[] {
  const all: Line[] = [];
  for (const area of AREAS) {
    const shown = findings.filter(
      (finding) => finding.area === area && !(quiet && (finding.severity === 'ok' || finding.severity === 'note')),
    );
    if (shown.length === 0) continue;
    if (all.length > 0) all.push([]);
    all.push([s(TITLES[area], 'bold')], ...shown.flatMap((finding) => findingLines(finding, columns)));
  }
  if (fixed.length > 0) all.push([], [s('Mended', 'bold')], ...fixed.map((text): Line => [s('  ✔ ', 'green'), s(oneLine(text))]));
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  if (fixable > 0) all.push([], [s(`plans doctor --fix mends ${count(fixable, 'of these', 'of these')}.`, 'dim')]);
  return all;
}

const TITLES: Readonly<Record<Finding['area'], string>> = {
  tools: 'Programs',
  config: 'Config and gates',
  state: 'What runs have left',
  evidence: 'Boxes and commits',
  actions: 'GitHub Actions',
  protection: 'Protection',
};

function findingLines({ severity, text, todo }: Finding, columns: number): Line[] {
  const width = Math.max(20, columns - 4);
  const said = wrap(oneLine(text), width).map((line, index): Line => [index === 0 ? GLYPHS[severity] : s('    '), s(line)]);
  return todo === null ? said : [...said, ...wrap(oneLine(todo), width).map((line): Line => [s('    '), s(line, 'dim')])];
}

const GLYPHS: Readonly<Record<Finding['severity'], Stretch>> = {
  ok: s('  ✔ ', 'green'),
  note: s('  · ', 'dim'),
  warning: s('  ! ', 'yellow'),
  error: s('  ✘ ', 'red'),
};
