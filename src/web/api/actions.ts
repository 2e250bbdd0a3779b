/** What a person does, as requests. Each says what came of it, or why it did not. */
import { useState } from 'react';
import { complain, forgetComplaints } from '../parts/toasts.tsx';
import { useData, invalidate } from './cache.ts';

/** Runs one thing at a time: `busy` while it does. What it throws is shown. */
export function useAction(): { readonly busy: boolean; readonly run: (act: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  return {
    busy,
    run: (act) => {
      if (busy) return;
      setBusy(true);
      forgetComplaints();
      act()
        .catch(complain)
        .finally(() => {
          setBusy(false);
          // Events tell of what has changed; where the stream is away, this does.
          invalidate((path) => path.startsWith('/api/plans') || path.startsWith('/api/executions'));
        });
    },
  };
}

/** Whether this browser may change anything: with a token that only reads, what changes is not offered. */
export function useCanWrite(): boolean {
  return useData<{ readonly right: 'read' | 'write' }>('/api/session').data?.right === 'write';
}
