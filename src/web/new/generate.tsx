/** What is wanted, for Claude to make a plan of. */
import { type ReactNode } from 'react';
import { invalidate, useData } from '../api/cache.ts';
import { ask } from '../api/client.ts';
import type { Job, Repository } from '../api/shapes.ts';
import { TextField } from '../editor/fields.tsx';
import { Refused } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { navigate } from '../router.tsx';
import { useKept } from './kept.ts';
import { useSending } from './sending.ts';
import { RepositoryField, useRepository } from './repository-field.tsx';

interface ModelAnswer {
  readonly config: { readonly model?: string; readonly claude?: { readonly model?: string } };
}

export function Generate({ repositories }: { readonly repositories: readonly Repository[] }): ReactNode {
  const [repositoryId, setRepository] = useRepository(repositories);
  const [title, setTitle] = useKept('title');
  const [description, setDescription] = useKept('description');
  const [model, setModel] = useKept('model');
  const config = useData<ModelAnswer>(`/api/repositories/${encodeURIComponent(repositoryId)}/config`).data?.config;
  const { form, busy, problem, run } = useSending();
  const begin = async (): Promise<void> => {
    const body = { repositoryId, title, description, ...(model.trim() === '' ? {} : { generateWith: model.trim() }) };
    const { data } = await ask<Job>('/api/plans/generate', { method: 'POST', body, asJob: true });
    invalidate((path) => path === '/api/jobs');
    navigate(`/new?job=${encodeURIComponent(data.id)}`, { replace: true });
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() !== '') run(begin);
      }}
    >
      <div className="dialog-body">
        {problem !== null && <Refused problem={problem} />}
        <TextField label="Title" placeholder="Add authentication" value={title} change={(text) => (setTitle(text), null)} />
        <TextField
          label="What is wanted"
          placeholder="People sign in with a link that is mailed to them. Sessions last 14 days. Leave the admin pages alone."
          hint="In your own words: what it is for, what has to hold, what to leave alone. Claude reads the repository itself."
          rows={8}
          value={description}
          change={(text) => (setDescription(text), null)}
        />
        <div className="form-grid">
          <RepositoryField repositories={repositories} value={repositoryId} change={setRepository} />
          <TextField
            label="Model"
            placeholder={config?.claude?.model ?? config?.model ?? ''}
            value={model}
            change={(text) => (setModel(text), null)}
          />
        </div>
      </div>
      <footer>
        <span className="quiet grow">Takes some minutes and costs money. What comes is a draft: nothing is executed.</span>
        <button type="submit" className="button is-main" disabled={busy || title.trim() === ''}>
          <Icon name="spark" />
          Generate
        </button>
      </footer>
    </form>
  );
}
