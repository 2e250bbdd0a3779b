/** What the server has to say against a text that is being written. */
import { useEffect, useState } from 'react';
import { ask } from '../api/client.ts';
import type { Diagnostic } from '../api/shapes.ts';
import { shared } from '../state/shared.ts';

/** After the last key. Milliseconds. */
const WAIT_MS = 250;

/** The diagnostics of the text a moment ago. */
export function useLint(repositoryId: string, text: string): readonly Diagnostic[] {
  const [found, setFound] = useState<readonly Diagnostic[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask<{ readonly diagnostics: readonly Diagnostic[] }>('/api/lint', {
        method: 'POST',
        body: { repositoryId, text },
        signal: abort.signal,
      })
        .then(({ data }) => setFound((before) => shared(before, data.diagnostics)))
        // Where the server is away the page says so; what was found last stays.
        .catch(() => {});
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [repositoryId, text]);
  return found;
}
