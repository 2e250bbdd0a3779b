/** Fields of the editor's forms. What is typed stays as it is typed while the field has the focus, whatever the plan makes of it. */
import { useId, useState, type ReactNode } from 'react';
import { Prose } from '../parts/prose.tsx';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  /** The sentence why it cannot be so, or null. */
  readonly change: (value: string) => string | null;
  readonly hint?: ReactNode;
  readonly mono?: boolean;
  readonly rows?: number;
  readonly placeholder?: string;
}

interface Typing {
  readonly value: string;
  readonly problem: string | null;
}

/** What is typed, and why it cannot be taken. */
function useTyping(value: string, change: (value: string) => string | null) {
  const [typing, setTyping] = useState<Typing | null>(null);
  return {
    value: typing?.value ?? value,
    problem: typing?.problem ?? null,
    set: (next: string) => setTyping({ value: next, problem: change(next) }),
    // What was refused is not put away in silence.
    leave: () => setTyping((now) => (now?.problem == null ? null : now)),
  };
}

export function TextField({ label, value, change, hint, mono = false, rows, placeholder }: TextFieldProps): ReactNode {
  const id = useId();
  const typing = useTyping(value, change);
  const shared = {
    id,
    className: mono ? 'input mono' : 'input',
    value: typing.value,
    placeholder,
    'aria-invalid': typing.problem !== null,
    'aria-describedby': `${id}-about`,
    onChange: ({ target }: { target: { value: string } }) => typing.set(target.value),
    onBlur: typing.leave,
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {rows === undefined ? <input {...shared} /> : <textarea {...shared} rows={rows} />}
      <small id={`${id}-about`} className={typing.problem === null ? undefined : 'is-error'}>
        {typing.problem ?? hint}
      </small>
    </div>
  );
}

/** Markdown, as it is typed and as it is read. */
export function MarkdownField({ label, value, change }: Pick<TextFieldProps, 'label' | 'value' | 'change'>): ReactNode {
  const id = useId();
  const typing = useTyping(value, change);
  const [isShown, setShown] = useState(false);
  return (
    <div className="field markdown-field">
      <div className="row">
        <label htmlFor={id}>{label}</label>
        <span className="grow" />
        <div className="chips" role="group" aria-label={`${label}: view`}>
          <button type="button" className="chip" aria-pressed={!isShown} onClick={() => setShown(false)}>
            Write
          </button>
          <button type="button" className="chip" aria-pressed={isShown} onClick={() => setShown(true)}>
            Preview
          </button>
        </div>
      </div>
      {isShown ? (
        <div className="preview">{typing.value.trim() === '' ? <p className="quiet">Nothing yet.</p> : <Prose text={typing.value} />}</div>
      ) : (
        <textarea
          id={id}
          className="input mono"
          rows={Math.min(20, Math.max(5, typing.value.split('\n').length + 1))}
          value={typing.value}
          aria-invalid={typing.problem !== null}
          onChange={({ target }) => typing.set(target.value)}
          onBlur={typing.leave}
        />
      )}
      {typing.problem !== null && <small className="is-error">{typing.problem}</small>}
    </div>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly change: (checked: boolean) => void;
}

export function CheckField({ label, checked, change }: CheckFieldProps): ReactNode {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={({ target }) => change(target.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface ChoiceFieldProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly (readonly [T, string])[];
  readonly change: (value: T) => void;
}

export function ChoiceField<T extends string>({ label, value, choices, change }: ChoiceFieldProps<T>): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={({ target }) => change(target.value as T)}>
        {choices.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
