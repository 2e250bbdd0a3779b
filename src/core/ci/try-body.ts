/** What the commit says of a try that did not land, for whoever tries the task next: on another machine nothing else is known of it. */
import type { Failure } from '../effect.ts';
import { OUTCOMES } from '../outcome.ts';

/** Characters of the output that is kept. */
const MAX_TAIL_CHARS = 2_000;
const MAX_REASON_CHARS = 1_000;

type Told = Pick<Failure, 'outcome' | 'reason' | 'tail'>;

/** The body of the commit: `outcome: reason`, and the end of the output, each line quoted, so that none of it can be taken for a trailer. */
export function tryBody({ outcome, reason, tail }: Told): string {
  const end = tail.slice(-MAX_TAIL_CHARS).trim();
  const first = `${outcome}: ${reason.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON_CHARS)}`;
  const quoted = end.split(/\r?\n/).map((line) => `> ${line}`);
  return end === '' ? first : [first, '', ...quoted].join('\n');
}

/** Reads that back; null where it is none. */
export function readTryBody(body: string): Told | null {
  const [, word = '', reason = ''] = /^([a-z_]+): (.+)$/m.exec(body) ?? [];
  const outcome = OUTCOMES.find((each) => each === word);
  if (outcome === undefined) return null;
  const tail = body.split('\n').flatMap((line) => (line.startsWith('> ') ? [line.slice(2)] : []));
  return { outcome, reason, tail: tail.join('\n') };
}
