/** In which repository, where several are served. */
import type { ReactNode } from 'react';
import type { Repository } from '../api/shapes.ts';
import { ChoiceField } from '../editor/fields.tsx';
import { useKept } from './kept.ts';

/** The repository that was chosen, as long as it is served; else the first. */
export function useRepository(repositories: readonly Repository[]): readonly [string, (id: string) => void] {
  const [chosen, choose] = useKept('repository');
  return [repositories.find(({ id }) => id === chosen)?.id ?? repositories[0]?.id ?? '', choose];
}

interface RepositoryFieldProps {
  readonly repositories: readonly Repository[];
  readonly value: string;
  readonly change: (id: string) => void;
}

export function RepositoryField({ repositories, value, change }: RepositoryFieldProps): ReactNode {
  if (repositories.length < 2) return null;
  return <ChoiceField label="Repository" value={value} choices={repositories.map(({ id, name }) => [id, name] as const)} change={change} />;
}
