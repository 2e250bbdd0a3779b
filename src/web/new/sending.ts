/**
 * A form of a dialog: its first field has the focus, and what the server refuses is said in it, since nothing outside of the dialog can be read
 * meanwhile.
 */
import { useEffect, useRef, useState } from 'react';
import { useAction } from '../api/actions.ts';
import { ApiProblem } from '../api/client.ts';

export function useSending() {
  const { busy, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, []);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const send = async (act: () => Promise<void>): Promise<void> => {
    setProblem(null);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    }
  };
  return { form, busy, problem, run: (act: () => Promise<void>) => run(() => send(act)) };
}
