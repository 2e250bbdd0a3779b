/** What was typed and not sent yet stays in this tab of the browser, also where the form is closed or the page loaded anew. */
import { useState } from 'react';

const PREFIX = 'plans-new-';
const NAMES = ['title', 'description', 'sketch', 'model', 'repository'] as const;
type Name = (typeof NAMES)[number];

/** A text of that name, and how it is changed. */
export function useKept(name: Name, initial = ''): readonly [string, (text: string) => void] {
  const [text, setText] = useState(() => read(name) ?? initial);
  const change = (next: string): void => {
    setText(next);
    try {
      sessionStorage.setItem(PREFIX + name, next);
    } catch {
      // A browser that keeps nothing has it on the page all the same.
    }
  };
  return [text, change];
}

/** Once it has become a plan. */
export function forgetKept(): void {
  try {
    for (const name of NAMES) sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing is kept.
  }
}

function read(name: Name): string | null {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
