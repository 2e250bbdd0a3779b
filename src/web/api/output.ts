/** What an attempt printed, or said: what there is, and what comes. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TranscriptEntry } from '../../core/transcript.ts';
import { apiPath } from '../state/route.ts';
import { invalidate } from './cache.ts';
import { ask } from './client.ts';
import type { LogPiece, StreamEvent, TranscriptPiece } from './shapes.ts';
import { useEvents } from './stream.ts';

/** Characters of output that a page holds: the end of it. */
const MAX_CHARS = 400_000;
/** Of what is being printed. */
const LAST_BYTES = 16_000;
/** Between two looks at a transcript that grows. Milliseconds. */
const LOOK_MS = 300;

/** Calls `look` when the plan's task prints something, and not more often than it can answer. */
function useLooking(task: string, look: () => Promise<void>): void {
  const state = useRef({ busy: false, again: false });
  const run = useCallback(() => {
    const { current } = state;
    if (current.busy) {
      current.again = true;
      return;
    }
    current.busy = true;
    current.again = false;
    look()
      .catch(() => {})
      .finally(() => {
        setTimeout(() => {
          current.busy = false;
          if (current.again) run();
        }, LOOK_MS);
      });
  }, [look]);
  useEffect(() => run(), [run]);
  useEvents(
    useCallback(
      (event: StreamEvent) => {
        if (event.kind === 'server' && event.event.type === 'stream-started') return run();
        if (event.kind !== 'run' || !('task' in event.event) || `${event.planId}:${event.event.task}` !== task) return;
        if (/^(?:agent-output|gate-output|agent-finished|gate-finished|attempt-finished)$/.test(event.event.type)) run();
      },
      [run, task],
    ),
  );
}

/** Asks anew for the attempts of a task when it prints something of which they do not know yet that it is kept. */
export function useFirstWords(task: string, known: boolean): void {
  useEvents(
    useCallback(
      (stream: StreamEvent) => {
        if (known || stream.kind !== 'run' || stream.event.type !== 'agent-output') return;
        if (`${stream.planId}:${stream.event.task}` === task) invalidate((path) => path === apiPath('tasks', task, '/attempts'));
      },
      [task, known],
    ),
  );
}

/** The output of an attempt or of one of its gates; a component is for one alone (`key`). `cut`: of so much that only the end of it is here. */
export function useOutput(task: string, attempt: string, gate: string | null): { readonly text: string; readonly cut: boolean } {
  const [output, setOutput] = useState({ text: '', cut: false });
  const place = useRef(0);
  const look = useCallback(async () => {
    for (;;) {
      const query = `?from=${place.current}${gate === null ? '' : `&gate=${encodeURIComponent(gate)}`}`;
      const { data } = await ask<LogPiece>(apiPath('tasks', task, `/attempts/${attempt}/output${query}`));
      if (data.from !== place.current) return;
      place.current = data.next;
      if (data.text !== '')
        setOutput(({ text, cut }) => {
          const all = text + data.text;
          return { text: all.slice(-MAX_CHARS), cut: cut || all.length > MAX_CHARS };
        });
      if (data.next >= data.size || data.text === '') return;
    }
  }, [task, attempt, gate]);
  useLooking(task, look);
  return output;
}

/** The end of what an attempt has printed while it is `live`; a component is for one alone (`key`). */
export function useLastOutput(task: string, attempt: string, live: boolean): string {
  const [text, setText] = useState('');
  const place = useRef<number | null>(null);
  const look = useCallback(async () => {
    if (!live) return;
    const path = apiPath('tasks', task, `/attempts/${attempt}/output`);
    place.current ??= Math.max(0, (await ask<LogPiece>(`${path}?limit=1`)).data.size - LAST_BYTES);
    const { data } = await ask<LogPiece>(`${path}?from=${place.current}`);
    place.current = data.next;
    if (data.text !== '') setText((before) => (before + data.text).slice(-LAST_BYTES));
  }, [task, attempt, live]);
  useLooking(task, look);
  return text;
}

/** What the agent of an attempt said and did. */
export function useTranscript(task: string, attempt: string): readonly TranscriptEntry[] {
  const [entries, setEntries] = useState<readonly TranscriptEntry[]>([]);
  const place = useRef(0);
  const look = useCallback(async () => {
    for (;;) {
      const { data } = await ask<TranscriptPiece>(apiPath('tasks', task, `/attempts/${attempt}/transcript?from=${place.current}`));
      if (data.from !== place.current) return;
      place.current = data.next;
      if (data.entries.length > 0) setEntries((before) => [...before, ...data.entries]);
      if (data.next >= data.size || data.entries.length === 0) return;
    }
  }, [task, attempt]);
  useLooking(task, look);
  return entries;
}
