/** Markdown, as soon as what shows it is there; as it is typed until then. */
import { lazy, Suspense, type ReactNode } from 'react';

// Begun with the page, so that what is typed is seldom seen before what it means.
const loading = import('./markdown.tsx').then((module) => ({ default: module.Markdown }));
// Where it fails, that is said by what wants to show it.
loading.catch(() => {});
const Markdown = lazy(() => loading);

export function Prose({ text }: { readonly text: string }): ReactNode {
  if (text.trim() === '') return null;
  return (
    <Suspense fallback={<p className="prose">{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  );
}
