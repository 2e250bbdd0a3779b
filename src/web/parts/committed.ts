/** What was written into a plan, said with its commit and the way to take it back by another. */
import { invalidate } from '../api/cache.ts';
import { ask } from '../api/client.ts';
import { apiPath } from '../state/route.ts';
import { complain, say } from './toasts.tsx';

/** Of the id of a commit, as far as people write it. */
const COMMIT_DIGITS = 7;

/** `what` is without its full stop; `undone` is called when it was tried to take it back, whatever came of it. */
export function sayCommitted(plan: string, what: string, commit: string | null, undone: () => void = () => {}): void {
  if (commit === null) return say(`${what}.`);
  const undo = (): void => {
    ask<{ readonly commit: string | null }>(apiPath('plans', plan, '/undo'), { method: 'POST', body: { commit } })
      .then(({ data }) => say(data.commit === null ? 'Taken back.' : `Taken back by ${data.commit.slice(0, COMMIT_DIGITS)}.`))
      .catch(complain)
      .finally(() => {
        invalidate((path) => path.startsWith(apiPath('plans', plan)));
        undone();
      });
  };
  say(`${what} as ${commit.slice(0, COMMIT_DIGITS)}.`, { words: 'Undo', run: undo });
}
