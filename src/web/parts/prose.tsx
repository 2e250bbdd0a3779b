/** Markdown, as soon as what shows it is there; as it is typed until then. */
import { lazy, Suspense, type ReactNode } from 'react';

const Markdown = lazy(() => import('./markdown.tsx').then((module) => ({ default: module.Markdown })));

export function Prose({ text }: { readonly text: string }): ReactNode {
  if (text.trim() === '') return null;
  return (
    <Suspense fallback={<p className="prose">{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  );
}
