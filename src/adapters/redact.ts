/** Where secrets are taken out: of what processes print, and of what is written to a terminal. */
import { redactionOf, secretsOf, type Redaction } from '../core/redact.ts';

/** Output as bytes, of which what is held back comes with a later piece. */
interface CleanBytes {
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}

let own: Redaction | null = null;

/** The redaction for this process's own environment. */
export function ownRedaction(): Redaction {
  return (own ??= redactionOf(secretsOf(process.env, [])));
}

/** One stream of a child without secrets. Bytes are seen as one character each, so that no others are touched, broken ones included. */
export function cleanBytes(redaction: Redaction): CleanBytes {
  const stream = redaction.stream();
  return {
    push: (chunk) => {
      const text = chunk.toString('latin1');
      const clean = stream.push(text);
      return clean === text ? chunk : Buffer.from(clean, 'latin1');
    },
    end: () => Buffer.from(stream.end(), 'latin1'),
  };
}
