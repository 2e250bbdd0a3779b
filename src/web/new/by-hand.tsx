/** A plan jotted down; the editor does the rest. */
import { useMemo, useState, type ReactNode } from 'react';
import { useAction } from '../api/actions.ts';
import { ask } from '../api/client.ts';
import type { Repository } from '../api/shapes.ts';
import { TextField } from '../editor/fields.tsx';
import { say } from '../parts/toasts.tsx';
import { navigate } from '../router.tsx';
import { phasesOf } from '../state/plan-sketch.ts';
import { planPath } from '../state/route.ts';
import { countOf } from '../state/words.ts';
import { RepositoryField } from './repository-field.tsx';

export function ByHand({ repositories }: { readonly repositories: readonly Repository[] }): ReactNode {
  const [repositoryId, setRepository] = useState(repositories[0]?.id ?? '');
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [sketch, setSketch] = useState('');
  const phases = useMemo(() => phasesOf(sketch, 'Tasks'), [sketch]);
  const tasks = phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  const { busy, run } = useAction();
  const create = async (): Promise<void> => {
    const { data } = await ask<{ readonly planId: string; readonly commit: string | null; readonly reason: string }>('/api/plans/create', {
      method: 'POST',
      body: { repositoryId, title, description, phases },
    });
    say(data.commit === null ? data.reason : `Created as ${data.commit.slice(0, 7)}.`);
    navigate(planPath(data.planId, 'edit'));
  };
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        run(create);
      }}
    >
      <RepositoryField repositories={repositories} value={repositoryId} change={setRepository} />
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
      <div className="row">
        <button type="submit" className="button is-main" disabled={busy || title.trim() === ''}>
          Create
        </button>
        <span className="quiet">
          {countOf(phases.length, 'phase')}, {countOf(tasks, 'task')}
        </span>
      </div>
    </form>
  );
}
