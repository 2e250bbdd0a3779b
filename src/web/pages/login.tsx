/** Where a token is given for a cookie. */
import { useRef, useState, type ReactNode } from 'react';
import { ask } from '../api/client.ts';
import { Refused } from '../parts/basics.tsx';
import { useLocation } from '../router.tsx';

export function LoginPage(): ReactNode {
  const { query } = useLocation();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<Error | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const signIn = async (): Promise<void> => {
    try {
      await ask('/api/session', { method: 'POST', body: { token: token.trim() } });
      const next = query.get('next') ?? '/';
      // A path of this site, and nothing else. Everything is asked for anew, the stream too.
      window.location.replace(/^\/(?![/\\])/.test(next) ? next : '/');
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
      field.current?.select();
    }
  };
  return (
    <form
      className="card login"
      onSubmit={(event) => {
        event.preventDefault();
        void signIn();
      }}
    >
      <title>Sign in · Plans</title>
      <h1>Sign in</h1>
      <p className="quiet">
        <code>plans serve</code> printed a token when it began. This browser keeps a cookie in its place, not the token.
      </p>
      <label className="field">
        <span>Token</span>
        <input
          className="input mono"
          ref={field}
          type="password"
          aria-invalid={problem !== null}
          autoComplete="current-password"
          required
          // The page is this field.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={token}
          onChange={({ target }) => setToken(target.value)}
        />
      </label>
      {problem !== null && <Refused problem={problem} />}
      <button type="submit" className="button is-main">
        Sign in
      </button>
    </form>
  );
}
