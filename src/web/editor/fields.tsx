/** Fields of the editor's forms. What is typed stays as it is typed while the field has the focus, whatever the plan makes of it. */
import { useId, useState, type ReactNode } from 'react';

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
