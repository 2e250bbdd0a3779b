/** Writes the transcript of a session: redacted, bounded, and at once, so that it can be followed. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Redaction } from '../../core/redact.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';

/** Bytes of a transcript. Beyond them only what the agent says itself is kept, and beyond twice as many only its end. */
const LIMIT_BYTES = 8 * 1024 * 1024;
/** Characters of one entry's text. */
const MAX_TEXT_CHARS = 40_000;

type Entry = TranscriptEntry extends infer One ? (One extends TranscriptEntry ? Omit<One, 'at'> : never) : never;

/** A transcript that is being written. */
export interface Transcript {
  add(entry: Entry): void;
}

/** Begins a transcript; without a file it goes nowhere. Never throws: a full disk must not fail the session that it tells of. */
export function openTranscript(file: string | undefined, redaction: Pick<Redaction, 'text'>): Transcript {
  if (file === undefined) return { add() {} };
  let bytes = 0;
  let broken = false;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '', { mode: 0o600 });
  } catch {
    broken = true;
  }
  return {
    add(entry) {
      const spoken = entry.type === 'text' || entry.type === 'call';
      if (broken || (bytes > LIMIT_BYTES && !spoken && entry.type !== 'end') || (bytes > 2 * LIMIT_BYTES && entry.type !== 'end')) return;
      const line = `${JSON.stringify({ at: new Date().toISOString(), ...cleaned(entry, redaction) })}\n`;
      bytes += Buffer.byteLength(line);
      try {
        appendFileSync(file, line);
      } catch {
        broken = true;
      }
    },
  };
}

function cleaned(entry: Entry, redaction: Pick<Redaction, 'text'>): Entry {
  const clean = (text: string): string => {
    const whole = redaction.text(text);
    return whole.length > MAX_TEXT_CHARS
      ? `${whole.slice(0, MAX_TEXT_CHARS)}\n… ${whole.length - MAX_TEXT_CHARS} characters left out`
      : whole;
  };
  switch (entry.type) {
    case 'begin':
      return entry;
    case 'call':
      return { ...entry, input: clean(entry.input) };
    case 'end':
      return { ...entry, reason: clean(entry.reason) };
    case 'system':
    case 'prompt':
    case 'text':
    case 'thinking':
    case 'result':
    case 'notice':
      return { ...entry, text: clean(entry.text) };
  }
}
