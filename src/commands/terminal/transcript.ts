/** A transcript as a person reads it: what was said, which tools were called, and of their results what matters. */
import { callSummary } from '../../core/call-summary.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';
import { s, type Line, type Style } from './line.ts';
import { count, oneLine, outputLines } from './text.ts';

/** Lines that are shown of a prompt, of a thought, of what a command printed (its last), and of a call that failed. */
const PROMPT_LINES = 30;
const THOUGHT_LINES = 6;
const OUTPUT_LINES = 20;
const FAILURE_LINES = 6;

type Entry<T extends TranscriptEntry['type']> = Extract<TranscriptEntry, { type: T }>;

/** The lines of a transcript: each call with what it gave, though calls of one reply come before their results. `--json` shows what is left out. */
export function transcriptLines(entries: readonly TranscriptEntry[]): Line[] {
  const results = new Map(entries.flatMap((entry) => (entry.type === 'result' ? [[entry.id, entry] as const] : [])));
  return entries.flatMap((entry) => entryLines(entry, results));
}

function entryLines(entry: TranscriptEntry, results: ReadonlyMap<string, Entry<'result'>>): Line[] {
  switch (entry.type) {
    case 'begin':
      return [[s(`${oneLine(entry.agent)}, ${oneLine(entry.model)}`, 'dim')]];
    case 'system':
      return [[s(`It was told how to work here: ${count(outputLines(entry.text).length, 'line')}.`, 'dim')]];
    case 'prompt':
      return [[], ...first(entry.text, PROMPT_LINES, '▏ ', 'dim'), []];
    case 'text':
      return [[], ...outputLines(entry.text.trim()).map((line): Line => [s(line)]), []];
    case 'thinking':
      return first(entry.text, THOUGHT_LINES, '· ', 'dim');
    case 'call':
      return callLines(entry, results.get(entry.id));
    case 'notice':
      return [[s(oneLine(entry.text), 'yellow')]];
    case 'result':
    case 'end':
      return [];
  }
}

function callLines(call: Entry<'call'>, result: Entry<'result'> | undefined): Line[] {
  const summary = callSummary(call.tool, inputOf(call));
  const head = outputLines(summary).map((line, at): Line => [s(at === 0 ? line : `  ${line}`, 'cyan')]);
  if (result === undefined) return head;
  if (result.failed) return [...head, ...last(result.text, FAILURE_LINES, 'red')];
  // What was read stands in the repository; what a command printed stands nowhere else.
  return summary.startsWith('$ ') ? [...head, ...last(result.text, OUTPUT_LINES, 'dim')] : head;
}

function inputOf({ input }: Entry<'call'>): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return {};
  }
}

function first(text: string, most: number, mark: string, style: Style): Line[] {
  const lines = outputLines(text.trim());
  const shown = lines.slice(0, most).map((line): Line => [s(`${mark}${line}`, style)]);
  return lines.length > most ? [...shown, [s(`${mark}… ${count(lines.length - most, 'more line')}`, style)]] : shown;
}

function last(text: string, most: number, style: Style): Line[] {
  const lines = outputLines(text.trimEnd());
  const shown = lines.slice(-most).map((line): Line => [s(`  ${line}`, style)]);
  return lines.length > most ? [[s(`  … ${count(lines.length - most, 'line')} before this`, style)], ...shown] : shown;
}
