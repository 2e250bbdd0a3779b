/** What was said in an agent's session, one JSON object a line: kept beside the attempt's logs, and read by `plans logs`. */
import { z } from 'zod';

const at = z.iso.datetime();

/** One thing that was said or done. Times are of the machine that did it. */
export const TranscriptEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin'), at, agent: z.string(), model: z.string() }),
  /** What the agent was told: its frame, then its task. */
  z.object({ type: z.enum(['system', 'prompt']), at, text: z.string() }),
  /** What it said, or thought. */
  z.object({ type: z.enum(['text', 'thinking']), at, text: z.string() }),
  /** A tool that it called, with its input as JSON. */
  z.object({ type: z.literal('call'), at, id: z.string(), tool: z.string(), input: z.string() }),
  z.object({ type: z.literal('result'), at, id: z.string(), failed: z.boolean(), text: z.string() }),
  /** What the session itself has to say: waits, replies that broke off. */
  z.object({ type: z.literal('notice'), at, text: z.string() }),
  z.object({
    type: z.literal('end'),
    at,
    outcome: z.string(),
    reason: z.string(),
    tokens: z.number().nullable(),
    costUsd: z.number().nullable(),
  }),
]);
export type TranscriptEntry = z.infer<typeof TranscriptEntry>;

/** Reads one line; null where it is none, as the last one of a session that was killed may be. */
export function readTranscriptLine(line: string): TranscriptEntry | null {
  if (line.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = TranscriptEntry.safeParse(value);
  return parsed.success ? parsed.data : null;
}
