/** A plan jotted down; the editor does the rest. */
import { useMemo, type ReactNode } from 'react';
import { ask } from '../api/client.ts';
import type { Repository } from '../api/shapes.ts';
import { TextField } from '../editor/fields.tsx';
import { Refused } from '../parts/basics.tsx';
import { say } from '../parts/toasts.tsx';
import { navigate } from '../router.tsx';
import { phasesOf } from '../state/plan-sketch.ts';
import { planPath } from '../state/route.ts';
import { countOf } from '../state/words.ts';
import { forgetKept, useKept } from './kept.ts';
import { RepositoryField, useRepository } from './repository-field.tsx';
import { useSending } from './sending.ts';

export function ByHand({ repositories }: { readonly repositories: readonly Repository[] }): ReactNode {
  const [repositoryId, setRepository] = useRepository(repositories);
  const [title, setTitle] = useKept('title');
  const [description, setDescription] = useKept('description');
  const [sketch, setSketch] = useKept('sketch');
  const phases = useMemo(() => phasesOf(sketch, 'Tasks'), [sketch]);
  const tasks = phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  const { form, busy, problem, run } = useSending();
  const create = async (): Promise<void> => {
    const { data } = await ask<{ readonly planId: string; readonly commit: string | null; readonly reason: string }>('/api/plans/create', {
      method: 'POST',
      body: { repositoryId, title, description, phases },
    });
    forgetKept();
    say(data.commit === null ? data.reason : `Created as ${data.commit.slice(0, 7)}.`);
    navigate(planPath(data.planId, 'edit'), { replace: true });
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() !== '') run(create);
      }}
    >
      <div className="dialog-body">
        {problem !== null && <Refused problem={problem} />}
        <TextField label="Title" placeholder="Add authentication" value={title} change={(text) => (setTitle(text), null)} />
        <TextField label="Description" rows={3} hint="Markdown." value={description} change={(text) => (setDescription(text), null)} />
        <TextField
          label="Phases and tasks"
          hint="A line that begins with # is a phase, every other line a task of it."
          placeholder={'# Backend\nWrite the model\nWrite the routes\n# Frontend\nWrite the form'}
          rows={8}
          mono
          value={sketch}
          change={(text) => (setSketch(text), null)}
        />
        <RepositoryField repositories={repositories} value={repositoryId} change={setRepository} />
      </div>
      <footer>
        <output className="quiet grow">
          {countOf(phases.length, 'phase')}, {countOf(tasks, 'task')}
        </output>
        <button type="submit" className="button is-main" disabled={busy || title.trim() === ''}>
          Create
        </button>
      </footer>
    </form>
  );
}
