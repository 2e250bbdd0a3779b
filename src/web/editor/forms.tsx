/** The forms of the plan, of a phase and of a task. */
import type { ReactNode } from 'react';
import { durationText } from '../../core/frontmatter.ts';
import type { Phase, Plan, Task } from '../../core/plan.ts';
import { useCanWrite } from '../api/actions.ts';
import { DependsField } from './depends-field.tsx';
import type { Editing } from './editing.ts';
import { CheckField, ChoiceField, MarkdownField, TextField } from './fields.tsx';
import { changing, GatesKey, LinesKey, NumberKey, setKey, TextKey, type ConfigAnswer, type Target } from './frontmatter-fields.tsx';

interface Shared {
  readonly editing: Editing;
  readonly plan: Plan;
  readonly config: ConfigAnswer['config'] | null;
}

/** With a token that only reads, it can be read. */
function FormOf({
  name,
  isCard = false,
  children,
}: {
  readonly name: string;
  readonly isCard?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <fieldset className={isCard ? 'card form' : 'form'} aria-label={name} disabled={!useCanWrite()}>
      {children}
    </fieldset>
  );
}

const gatesOf = (config: Shared['config']): readonly string[] => config?.qa.gates.map(({ name }) => name) ?? [];

export function PlanForm({ editing, plan }: Omit<Shared, 'config'>): ReactNode {
  const target: Target = { editing, kind: 'plan', id: plan.id };
  return (
    <FormOf name="The plan" isCard>
      <TextField label="Title" value={plan.title} change={(title) => changing(target, { title }, 'title')} />
      <MarkdownField label="Description" value={plan.description} change={(description) => changing(target, { description }, 'text')} />
      <NumberKey target={target} name="maxBudgetUsd" label="Budget" hint="US dollars over all its runs." value={plan.maxBudgetUsd} />
    </FormOf>
  );
}

export function PhaseForm({ editing, config, phase }: Shared & { readonly phase: Phase }): ReactNode {
  const target: Target = { editing, kind: 'phase', id: phase.id };
  if (phase.place.headingLine === null)
    return <p className="quiet">These tasks have no heading. Write one above them, in the Markdown, to set how they are done.</p>;
  return (
    <FormOf name={`Phase ${phase.title}`}>
      <TextField label="Title" value={phase.title} change={(title) => changing(target, { title }, 'title')} />
      <MarkdownField label="Description" value={phase.description} change={(description) => changing(target, { description }, 'text')} />
      <div className="form-grid">
        <ChoiceField
          label="Tasks are done"
          value={phase.executionMode}
          choices={[
            ['sequential', 'One after another'],
            ['parallel', 'In parallel'],
            ['manual', 'Each on approval'],
          ]}
          change={(mode) => void setKey(target, 'executionMode', mode === 'sequential' ? null : mode)}
        />
        {phase.executionMode === 'parallel' && (
          <NumberKey
            target={target}
            name="maxConcurrency"
            label="At the same time"
            placeholder="as the config"
            value={phase.maxConcurrency}
          />
        )}
        <TextKey target={target} name="agent" label="Agent" placeholder="as the config" value={phase.agent} />
        <GatesKey target={target} value={phase.gates} known={gatesOf(config)} />
      </div>
      <CheckField
        label="Pause after this phase, for a person to look at it"
        checked={phase.pauseAfter}
        change={(checked) => void setKey(target, 'pauseAfter', checked ? true : null)}
      />
    </FormOf>
  );
}

export function TaskForm({ editing, plan, config, phase, task }: Shared & { readonly phase: Phase; readonly task: Task }): ReactNode {
  const target: Target = { editing, kind: 'task', id: task.id };
  const duration = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : durationText(ms));
  return (
    <FormOf name={`Task ${task.title}`}>
      <TextField label="Title" value={task.title} change={(title) => changing(target, { title }, 'title')} />
      <MarkdownField label="Description" value={task.description} change={(description) => changing(target, { description }, 'text')} />
      <DependsField target={target} plan={plan} task={task} />
      <div className="form-grid">
        <LinesKey
          target={target}
          name="files"
          label="Files it may change"
          hint="A glob on each line; none: all."
          placeholder="src/**"
          value={task.files}
        />
        <GatesKey target={target} value={task.gates} known={gatesOf(config)} />
        <TextKey target={target} name="run" label="Command in place of an agent" mono value={task.run} />
        <TextKey target={target} name="agent" label="Agent" placeholder="as the phase" value={task.agent} />
        <TextKey target={target} name="model" label="Model" placeholder="as the agent" value={task.model} />
        <NumberKey target={target} name="maxBudgetUsd" label="Budget" hint="US dollars." value={task.maxBudgetUsd} />
        <NumberKey target={target} name="maxAttempts" label="Attempts" placeholder="as the config" value={task.maxAttempts} />
        <TextKey target={target} name="timeout" label="Time for one attempt" placeholder="30m" value={duration(task.timeout)} />
        <TextKey target={target} name="estimate" label="Estimate" placeholder="15m" value={duration(task.estimate)} />
      </div>
      <div className="row checks">
        <CheckField
          label="A person does it"
          checked={task.assignee === 'human'}
          change={(checked) => void setKey(target, 'assignee', checked ? 'human' : null)}
        />
        {phase.executionMode === 'parallel' && (
          <CheckField
            label="Others may run beside it"
            checked={task.canRunInParallel !== false}
            change={(checked) => void setKey(target, 'canRunInParallel', checked ? null : false)}
          />
        )}
        <CheckField
          label="It may change nothing"
          checked={task.allowNoChanges}
          change={(checked) => void setKey(target, 'allowNoChanges', checked ? true : null)}
        />
      </div>
    </FormOf>
  );
}
