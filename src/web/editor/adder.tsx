/** What adds a phase or a task to the outline. */
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import { complain } from '../parts/toasts.tsx';

interface AdderProps {
  readonly what: 'phase' | 'task';
  readonly into?: string;
  readonly add: (title: string) => string | null;
}

/**
 * A button that becomes a line to type a title in; the next one right after it. Not a field from the beginning: a browser that fills in forms
 * looks at each field of a page, and lays out what is out of sight for that.
 */
export function Adder({ what, into, add }: AdderProps): ReactNode {
  const label = into === undefined ? `Add a ${what}` : `Add a ${what} to ${into}`;
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return isOpen ? (
    <TitleLine {...{ what, label, add, close }} leave={() => setOpen(false)} />
  ) : (
    <button ref={opener} type="button" className={`adder is-${what}`} aria-label={label} onClick={() => setOpen(true)}>
      <Icon name="plus" />
      Add a {what}
    </button>
  );
}

interface TitleLineProps extends Pick<AdderProps, 'what' | 'add'> {
  readonly label: string;
  /** By the escape key: the focus stays there. */
  readonly close: () => void;
  /** The focus has gone elsewhere, and nothing is typed. */
  readonly leave: () => void;
}

function TitleLine({ what, label, add, close, leave }: TitleLineProps): ReactNode {
  const [title, setTitle] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (title.trim() === '') return;
    const refused = add(title);
    if (refused === null) setTitle('');
    else complain(new Error(refused));
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  return (
    <form className={`adder is-${what}`} onSubmit={submit}>
      <Icon name="plus" />
      <input
        ref={field}
        className="input"
        placeholder={`Title of the ${what}`}
        aria-label={label}
        value={title}
        onChange={({ target }) => setTitle(target.value)}
        onKeyDown={press}
        onBlur={() => title.trim() === '' && leave()}
      />
      {title.trim() !== '' && (
        <button type="submit" className="button is-small">
          Add
        </button>
      )}
    </form>
  );
}
