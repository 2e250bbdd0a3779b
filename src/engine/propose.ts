/** The config that `plans init` writes: YAML, because it has comments and this file wants some. */
import { stringify } from 'yaml';
import { SCHEMA_URL } from '../core/config.ts';
import type { GateResult } from '../core/outcome.ts';
import type { Detection, DetectedGate } from './detect.ts';

/** The name under which a proposal is written. */
export const PROPOSED_FILE = 'plans.config.yaml';

/** Lines of a red gate's output that are quoted. */
const QUOTED_LINES = 6;

/** Characters of each of them. */
const QUOTED_WIDTH = 110;

/**
 * The text of `plans.config.yaml`. `results` are those of {@link Detection}'s gates on the untouched
 * tree. A gate that is red there cannot judge a task, so it stands in the file, commented out, with the
 * end of its output. A gate without a result is taken as it is.
 */
export function proposeConfig({ gates, notes }: Detection, results: readonly GateResult[]): string {
  const byName = new Map(results.map((result) => [result.name, result]));
  const lines = [
    `# yaml-language-server: $schema=${SCHEMA_URL}/config.schema.json`,
    '',
    '# Folder of the plans.',
    'plans: plans',
    '',
    '# Who does a task that names no agent: a built-in one, or one that you describe under `agents`.',
    '# agent: claude-code',
    '',
    '# Commands that must pass before a task counts as done, run in this order by `sh -c`.',
    'qa:',
  ];
  const green = gates.filter(({ gate }) => byName.get(gate.name)?.status !== 'failed');
  const empty = gates.length === 0 ? '  gates: []' : '  gates: [] # Take out the "[]" together with the "# " of a gate.';
  lines.push(green.length > 0 ? '  gates:' : empty);
  if (gates.length === 0) {
    lines.push(
      '    # None were found in this repository. For example:',
      ...commented(['- name: test', '  run: ./test.sh', '  timeout: 10m']),
    );
  }
  for (const detected of gates) lines.push(...gateLines(detected, byName.get(detected.gate.name)));
  if (notes.length > 0) lines.push('', ...notes.flatMap((note) => `Note: ${note}`.split('\n')).map((line) => `# ${line}`));
  return `${lines.join('\n')}\n`;
}

function gateLines({ gate, source }: DetectedGate, result: GateResult | undefined): string[] {
  const entry = [`- name: ${scalar(gate.name)}`, `  run: ${scalar(gate.run)}`, `  timeout: ${scalar(gate.timeout)}`];
  if (result?.status !== 'failed') {
    const unseen = result?.status === 'skipped' ? `; not tried: ${oneLine(result.reason)}` : '';
    return [`    # ${source}${unseen}`, ...entry.map((line) => `    ${line}`)];
  }
  const tail = result.tail.trimEnd().split('\n').slice(-QUOTED_LINES);
  return [
    `    # WARNING: "${gate.name}" (${source}) fails on the untouched tree: ${oneLine(result.reason)}`,
    ...tail.filter((line) => line.trim() !== '').map((line) => `    #   | ${printable(line).slice(0, QUOTED_WIDTH)}`),
    '    # A gate that is red at the start cannot judge a task. Mend it, then take out the "# ".',
    ...commented(entry),
  ];
}

function commented(lines: readonly string[]): string[] {
  return lines.map((line) => `    # ${line}`);
}

function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim());
}

/** Colour codes and other control characters are not allowed in YAML, not even in its comments. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, '').replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '');
}
