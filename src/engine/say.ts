/** A person's word on a plan: said to the file, to a runner at work here, or to the one that holds the plan's lease on another machine. */
import type { Word } from '../core/request.ts';
import { askHolder } from './ask-holder.ts';
import { runnerOf, steer, type Caller, type Steered } from './control.ts';
import { retryTask } from './retry.ts';
import { skipTask } from './stash.ts';
import { approving, cancelling, pausing, resuming } from './words.ts';

/** Does what a person says, wherever the plan is run. A {@link Problem} says why it cannot be done; then nothing has changed. */
export async function say(caller: Caller, word: Word): Promise<Steered> {
  const asked = runnerOf(caller.workspace, caller.planId) === null ? await askHolder(caller, word) : { type: 'free' as const };
  if (asked.type === 'answered') return asked.steered;
  return sayHere(asked.type === 'silent' ? { ...caller, silent: asked.lease } : caller, word);
}

/** The same where nobody on another machine has the plan. */
export function sayHere(caller: Caller, word: Word): Promise<Steered> {
  switch (word.type) {
    case 'pause':
      return steer(caller, pausing);
    case 'resume':
      return steer(caller, resuming(runnerOf(caller.workspace, caller.planId) !== null));
    case 'cancel':
      return steer(caller, cancelling);
    case 'approve':
      return steer(caller, approving(word.task));
    case 'skip':
      return skipTask(caller, word.task, word.keepFiles ?? false);
    case 'retry':
      return retryTask(caller, word.task, word.fromBase);
  }
}
