/** The box of a task that has failed: what it has left, and every way on. */
import { useState, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { Leftovers, PutAway, Task } from '../api/shapes.ts';
import { cancelPlan, markDone, sayOnTask, skipTask, stashLeftovers, unstashTask } from '../api/steering.ts';
import { apiPath } from '../state/route.ts';
import { countOf, errorWords } from '../state/words.ts';
import { Act, Buttons, EditTask } from './act.tsx';
import { Icon } from './icon.tsx';
import { complain, say } from './toasts.tsx';

/** Files that a sentence names. */
const MAX_FILES = 5;

export function FailureBox({ task }: { readonly task: Task }): ReactNode {
  const found = useData<Leftovers>(apiPath('plans', task.planId, '/leftovers')).data;
  const [keep, setKeep] = useState(false);
  const { files = [], changed = [] } = found?.tasks.find(({ taskId }) => taskId === task.id) ?? {};
  const left = [...files, ...changed];
  return (
    <section className="box is-failed" aria-label="A task failed">
      <h2>
        <Icon name="cross" /> “{task.title}” failed
      </h2>
      <p>
        {countOf(task.attempts, 'attempt')}. {errorWords(task.lastError)}
      </p>
      {left.length > 0 && (
        <p className="quiet">
          What the last attempt left is in the work tree: <FileNames files={left} />. Trying it again goes on from there; skipping it puts
          that away.
        </p>
      )}
      <p className="quiet">
        {left.length > 0 ? 'Or mend it there' : 'Do it by hand'} and mark the task as done: its gates run, and what you have changed is
        committed with the ticked box.
      </p>
      <Buttons>
        <Act
          words="Mark as done"
          main
          act={async () => {
            await markDone(task);
            say(`“${task.title}” is done.`);
          }}
        />
        <EditTask task={task} words="Edit & retry" />
        <Act words="Retry" act={() => sayOnTask(task, 'retry')} />
        {left.length > 0 && <Act words="Retry from a clean state" act={() => sayOnTask(task, 'retry-clean')} />}
        <Act
          words="Skip"
          act={async () => {
            const gone = await skipTask(task, keep);
            if (gone !== null) say(`“${task.title}” is skipped. ${awayWords(gone)}`);
          }}
        />
        <Act words="Cancel plan" danger sure="Really give it up?" act={() => cancelPlan(task.planId)} />
      </Buttons>
      {left.length > 0 && <KeepField keep={keep} change={setKeep} />}
    </section>
  );
}

function KeepField({ keep, change }: { readonly keep: boolean; readonly change: (keep: boolean) => void }): ReactNode {
  return (
    <Buttons>
      <label className="check">
        <input type="checkbox" checked={keep} onChange={({ target }) => change(target.checked)} />
        <span>Leave its files in the work tree when it is skipped</span>
      </label>
    </Buttons>
  );
}

/** What attempts have left in the work tree of a plan at which nothing is at work, and a button that puts it away. */
export function LeftInTree({ plan }: { readonly plan: string }): ReactNode {
  const tasks = useData<Leftovers>(apiPath('plans', plan, '/leftovers')).data?.tasks ?? [];
  const files = [...new Set(tasks.flatMap((task) => task.files))];
  if (files.length === 0) return null;
  return (
    <>
      <p className="quiet">
        What attempts have left is in the work tree: <FileNames files={files} />.
      </p>
      <Buttons>
        <Act
          words="Put that away"
          act={async () => {
            for (const gone of await stashLeftovers(plan)) {
              const back = { words: 'Bring it back', run: () => void unstashTask(gone.taskId).catch(complain) };
              say(awayWords(gone), gone.ref === null ? null : back);
            }
          }}
        />
      </Buttons>
    </>
  );
}

function FileNames({ files }: { readonly files: readonly string[] }): ReactNode {
  return (
    <>
      <span className="mono">{files.slice(0, MAX_FILES).join(', ')}</span>
      {files.length > MAX_FILES && ` and ${countOf(files.length - MAX_FILES, 'more file')}`}
    </>
  );
}

function awayWords({ ref, files, stays }: PutAway): string {
  const gone = ref === null ? '' : `What it left is put away: ${countOf(files.length, 'file')}, under ${ref}.`;
  const rest = stays.length === 0 ? '' : `${countOf(stays.length, 'file')} ${stays.length === 1 ? 'stays' : 'stay'} in the work tree.`;
  return `${gone} ${rest}`.trim();
}
