/**
 * Markdown as React elements, made from its syntax tree: no HTML of a plan, an agent or a model is ever put into the page. Images are
 * shown as links, since nothing is loaded from elsewhere.
 */
import { createElement, memo, useMemo, type ReactNode } from 'react';
import type { Nodes, Parents } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { shallow } from '../../core/shallow.ts';

const parser = unified().use(remarkParse);
/** Where a link may lead. */
const SAFE_LINK = /^(?:https?:|mailto:|#)/i;
/** UTF-16 code units that are parsed: of some texts the time grows with the square of their length, and 20,000 take seconds. */
const MAX_UNITS = 20_000;
/** Headings in a description are below those of the page. */
const HEADING_BELOW = 3;

export const Markdown = memo(function Markdown({ text }: { readonly text: string }): ReactNode {
  // Nobody means a quote within a hundred others, which would keep the page for hours: that is shown as it is written, and so is a book.
  const tree = useMemo(() => (text.length <= MAX_UNITS && shallow(text) === text ? parser.parse(text) : null), [text]);
  return tree === null ? <pre tabIndex={0}>{text}</pre> : <div className="prose">{childrenOf(tree)}</div>;
});

function childrenOf(node: Parents): ReactNode[] {
  return node.children.map((child, index) => elementOf(child, index));
}

// One case for each kind of node.
// oxlint-disable-next-line max-lines-per-function
function elementOf(node: Nodes, key: number): ReactNode {
  switch (node.type) {
    case 'root':
      return childrenOf(node);
    case 'text':
      return node.value;
    case 'paragraph':
      return <p key={key}>{childrenOf(node)}</p>;
    case 'heading':
      return createElement(`h${Math.min(6, node.depth + HEADING_BELOW)}`, { key }, childrenOf(node));
    case 'strong':
      return <strong key={key}>{childrenOf(node)}</strong>;
    case 'emphasis':
      return <em key={key}>{childrenOf(node)}</em>;
    case 'inlineCode':
      return <code key={key}>{node.value}</code>;
    case 'code':
      return (
        <pre key={key} tabIndex={0}>
          <code>{node.value}</code>
        </pre>
      );
    case 'break':
      return <br key={key} />;
    case 'thematicBreak':
      return <hr key={key} />;
    case 'blockquote':
      return <blockquote key={key}>{childrenOf(node)}</blockquote>;
    case 'list':
      return node.ordered === true ? (
        <ol key={key} start={node.start ?? 1}>
          {childrenOf(node)}
        </ol>
      ) : (
        <ul key={key}>{childrenOf(node)}</ul>
      );
    case 'listItem':
      return <Item key={key} node={node} />;
    case 'link':
      return <Leading key={key} url={node.url} words={childrenOf(node)} />;
    case 'image':
      return <Leading key={key} url={node.url} words={[node.alt === '' || node.alt == null ? node.url : node.alt]} />;
    case 'html':
      return <code key={key}>{node.value}</code>;
    case 'linkReference':
      return childrenOf(node);
    case 'imageReference':
      return node.alt ?? '';
    case 'definition':
      return null;
    default:
      return 'value' in node && typeof node.value === 'string' ? node.value : 'children' in node ? childrenOf(node) : null;
  }
}

function Leading({ url, words }: { readonly url: string; readonly words: readonly ReactNode[] }): ReactNode {
  if (!SAFE_LINK.test(url))
    return (
      <>
        {words} <code>{url}</code>
      </>
    );
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {words}
    </a>
  );
}

/** A box at the beginning of an item is a box, as it is on the forges. */
function Item({ node }: { readonly node: Extract<Nodes, { type: 'listItem' }> }): ReactNode {
  const [first] = node.children;
  const [words] = first?.type === 'paragraph' ? first.children : [];
  const [sign, box] = words?.type === 'text' ? (/^\[([ xX])\]\s+/.exec(words.value) ?? []) : [];
  const tight = first?.type === 'paragraph' && node.spread !== true;
  if (sign === undefined || words?.type !== 'text' || first?.type !== 'paragraph')
    return <li>{tight && first.type === 'paragraph' ? [...childrenOf(first), ...childrenOf(node).slice(1)] : childrenOf(node)}</li>;
  const rest = { ...first, children: [{ ...words, value: words.value.slice(sign.length) }, ...first.children.slice(1)] };
  return (
    <li className="has-box">
      <input type="checkbox" checked={box !== ' '} disabled aria-label={box === ' ' ? 'open' : 'done'} />
      <span>
        {childrenOf(rest)}
        {childrenOf(node).slice(1)}
      </span>
    </li>
  );
}
