/** An agent's session as it is read: what it said in the open, what it did folded, a call and its result together. */
import { callSummary } from '../../core/call-summary.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';

export type Said =
  | { readonly type: 'text' | 'thinking' | 'notice'; readonly at: string; readonly text: string }
  | {
      readonly type: 'call';
      readonly at: string;
      readonly id: string;
      readonly summary: string;
      readonly input: string;
      /** Null while it runs. */
      readonly result: { readonly failed: boolean; readonly text: string } | null;
    };

/** Entries in the order in which they are read; prompts are left out: the plan says them. */
export function saidIn(entries: readonly TranscriptEntry[]): readonly Said[] {
  const said: Said[] = [];
  const calls = new Map<string, number>();
  for (const entry of entries) {
    switch (entry.type) {
      case 'text':
      case 'thinking':
      case 'notice':
        if (entry.text.trim() !== '') said.push({ type: entry.type, at: entry.at, text: entry.text });
        break;
      case 'call':
        calls.set(entry.id, said.length);
        said.push({
          type: 'call',
          at: entry.at,
          id: entry.id,
          summary: summaryOf(entry.tool, entry.input),
          input: entry.input,
          result: null,
        });
        break;
      case 'result': {
        const at = calls.get(entry.id);
        const call = at === undefined ? undefined : said[at];
        if (at !== undefined && call?.type === 'call') said[at] = { ...call, result: { failed: entry.failed, text: entry.text } };
        break;
      }
      case 'begin':
      case 'system':
      case 'prompt':
      case 'end':
        break;
    }
  }
  return said;
}

/** Entries that what is heard is compared with, the latest. */
const COMPARED = 20;
/** Of an entry, its end. */
const MARK_CHARS = 80;

/** What was heard of a session beyond its entries: what is being said, or printed by a command that runs. */
export function beyond(heard: string, entries: readonly TranscriptEntry[]): string {
  let at = 0;
  let last = '';
  for (const entry of entries.slice(-COMPARED)) {
    const said = entry.type === 'call' ? summaryOf(entry.tool, entry.input) : 'text' in entry ? entry.text.trim() : '';
    const mark = said.slice(said.lastIndexOf('\n') + 1).slice(-MARK_CHARS);
    const found = mark === '' ? -1 : heard.indexOf(mark, at);
    if (found >= 0) at = found + mark.length;
    last = said;
  }
  const rest = heard.slice(at).trim();
  // Of what an entry holds already a part may be heard late.
  return last.includes(rest) ? '' : rest;
}

function summaryOf(tool: string, input: string): string {
  try {
    return callSummary(tool, JSON.parse(input));
  } catch {
    return tool;
  }
}
