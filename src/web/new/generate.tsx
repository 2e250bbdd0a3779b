/** What is wanted, for Claude to make a plan of. */
import { useState, type ReactNode } from 'react';
import { useAction } from '../api/actions.ts';
import { ask } from '../api/client.ts';
import type { Job, Repository } from '../api/shapes.ts';
import { TextField } from '../editor/fields.tsx';
import { Icon } from '../parts/icon.tsx';
import { navigate } from '../router.tsx';
import { RepositoryField } from './repository-field.tsx';

export function Generate({ repositories }: { readonly repositories: readonly Repository[] }): ReactNode {
  const [repositoryId, setRepository] = useState(repositories[0]?.id ?? '');
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [model, setModel] = useState('');
  const { busy, run } = useAction();
  const begin = async (): Promise<void> => {
    const body = { repositoryId, title, description, ...(model.trim() === '' ? {} : { generateWith: model.trim() }) };
    const { data } = await ask<Job>('/api/plans/generate', { method: 'POST', body, asJob: true });
    navigate(`/new?job=${encodeURIComponent(data.id)}`, { replace: true });
  };
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        run(begin);
      }}
    >
      <RepositoryField repositories={repositories} value={repositoryId} change={setRepository} />
      <TextField label="Title" placeholder="Add authentication" value={title} change={(text) => (setTitle(text), null)} />
      <TextField
        label="What is wanted"
        hint="In your own words: what it is for, what has to hold, what to leave alone. Claude reads the repository itself."
        rows={8}
        value={description}
        change={(text) => (setDescription(text), null)}
      />
      <TextField label="Model" placeholder="as the config" value={model} change={(text) => (setModel(text), null)} />
      <div className="row">
        <button type="submit" className="button is-main" disabled={busy || title.trim() === ''}>
          <Icon name="spark" />
          Generate
        </button>
        <span className="quiet">It takes minutes and costs money. What comes is a draft: nothing is executed.</span>
      </div>
    </form>
  );
}
