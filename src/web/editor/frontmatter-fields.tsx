/** Fields for keys of the frontmatter: an empty one takes its key out, and what the file's own schema refuses is not written. */
import type { ReactNode } from 'react';
import { phaseSteps, planSteps, taskSteps, type Step } from '../../core/authoring.ts';
import type { FieldValues } from '../../core/edit.ts';
import { PhaseFrontmatter, PlanFrontmatter, TaskFrontmatter } from '../../core/frontmatter.ts';
import { useData } from '../api/cache.ts';
import type { Editing } from './editing.ts';
import { CheckField, ChoiceField, TextField } from './fields.tsx';

type Kind = 'plan' | 'phase' | 'task';
const SCHEMAS = { plan: PlanFrontmatter, phase: PhaseFrontmatter, task: TaskFrontmatter } as const;

/** What the schema of a key can do. */
interface Checking {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
}

/** What the forms write to. */
export interface Target {
  readonly editing: Editing;
  readonly kind: Kind;
  readonly id: string;
}

/** Changes a title, a description or keys of one part of the plan. */
export function changing({ editing, kind, id }: Target, change: Authoring, group: string): string | null {
  return editing.make(stepsFor(kind, id, change), `${kind}:${id}:${group}`);
}

interface Authoring {
  readonly title?: string;
  readonly description?: string;
  readonly fields?: FieldValues;
}

function stepsFor(kind: Kind, id: string, change: Authoring): readonly Step[] {
  switch (kind) {
    case 'plan':
      return planSteps(change);
    case 'phase':
      return phaseSteps(id, change);
    case 'task':
      return taskSteps(id, change);
  }
}

/** Sets one key; the sentence why it cannot be so, or null. */
export function setKey(target: Target, key: string, value: FieldValues[string]): string | null {
  const schema = (SCHEMAS[target.kind].shape as Readonly<Record<string, Checking>>)[key];
  const found = value === null ? undefined : schema?.safeParse(value);
  if (found?.success === false) return `This has to be ${expectedOf(found.error?.issues[0]?.message ?? '')}`;
  return changing(target, { fields: { [key]: value } }, key);
}

function expectedOf(message: string): string {
  const [, expected] = /expected (.*)$/i.exec(message) ?? [];
  return `${expected ?? message}.`;
}

interface KeyProps {
  readonly target: Target;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

export function TextKey(
  props: KeyProps & { readonly value: string | undefined; readonly mono?: boolean; readonly placeholder?: string },
): ReactNode {
  const { target, name, value = '', ...rest } = props;
  return <TextField {...rest} value={value} change={(text) => setKey(target, name, text.trim() === '' ? null : text.trim())} />;
}

export function NumberKey({
  target,
  name,
  value,
  ...rest
}: KeyProps & { readonly value: number | undefined; readonly placeholder?: string }): ReactNode {
  const change = (text: string): string | null => {
    const number = Number(text.trim());
    if (text.trim() === '') return setKey(target, name, null);
    return Number.isFinite(number) ? setKey(target, name, number) : 'This has to be a number.';
  };
  return <TextField {...rest} value={value === undefined ? '' : String(value)} change={change} />;
}

/** One of a list for each line. */
export function LinesKey({
  target,
  name,
  value,
  ...rest
}: KeyProps & { readonly value: readonly string[] | undefined; readonly placeholder?: string }): ReactNode {
  const change = (text: string): string | null => {
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    return setKey(target, name, lines.length === 0 ? null : lines);
  };
  return <TextField {...rest} mono rows={Math.max(2, value?.length ?? 0)} value={value?.join('\n') ?? ''} change={change} />;
}

export interface ConfigAnswer {
  readonly config: {
    readonly qa: { readonly gates: readonly { readonly name: string }[] };
    readonly agents: Readonly<Record<string, unknown>>;
  };
}

export function useConfig(repositoryId: string): ConfigAnswer['config'] | null {
  return useData<ConfigAnswer>(`/api/repositories/${encodeURIComponent(repositoryId)}/config`).data?.config ?? null;
}

/** Which gates must pass: those of the config, none, or some. */
export function GatesKey({
  target,
  value,
  known,
}: {
  readonly target: Target;
  readonly value: readonly string[] | undefined;
  readonly known: readonly string[];
}): ReactNode {
  const choice = value === undefined ? 'default' : value.length === 0 ? 'none' : 'some';
  const names = [...new Set([...known, ...(value ?? [])])];
  const set = (gates: readonly string[] | null): void => void setKey(target, 'gates', gates);
  return (
    <div className="gates-key">
      <ChoiceField
        label="Gates"
        value={choice}
        choices={[
          ['default', target.kind === 'task' ? 'As the phase says' : 'All of the config'],
          ['none', 'None'],
          ['some', 'Only these'],
        ]}
        change={(next) => set(next === 'default' ? null : next === 'none' ? [] : names)}
      />
      {choice === 'some' && (
        <div className="row" role="group" aria-label="Gates that must pass">
          {names.map((name) => (
            <CheckField
              key={name}
              label={name}
              checked={value?.includes(name) === true}
              change={(checked) => set(names.filter((one) => (one === name ? checked : value?.includes(one))))}
            />
          ))}
        </div>
      )}
    </div>
  );
}
