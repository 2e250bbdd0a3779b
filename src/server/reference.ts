/** The reference page: the OpenAPI document drawn by a small script of our own, since nothing is loaded from elsewhere. */

export function referencePage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plans API</title>
<link rel="stylesheet" href="/api/docs/reference.css">
</head>
<body>
<header><h1>Plans API</h1><p><a href="/api/openapi.json">openapi.json</a></p></header>
<main id="reference"><p>Loading…</p></main>
<script src="/api/docs/reference.js"></script>
</body>
</html>
`;
}

export const REFERENCE_STYLE = `:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h2 { border-bottom: 1px solid; margin-top: 2.5rem; }
h3 { font: 600 1rem/1.5 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .4rem 0; }
summary h3 { display: inline; }
details { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
details > :not(summary) { margin-left: 1rem; }
pre { overflow-x: auto; padding: .5rem; background: color-mix(in srgb, currentColor 8%, transparent); font-size: .85rem; }
.method { display: inline-block; min-width: 4.5rem; }
`;

export function referenceScript(): string {
  return `'use strict';
const element = (name, text, ...children) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};
const shape = (schema) => JSON.stringify(schema, null, 2);
const operation = (method, path, of) => {
  const heading = element('h3');
  const verb = element('span', method.toUpperCase());
  verb.className = 'method';
  heading.append(verb, path);
  const summary = element('summary', '', heading, ' ' + (of.summary ?? ''));
  const details = element('details', '', summary);
  details.id = of.operationId;
  if (of.description) details.append(element('p', of.description));
  if (of.parameters?.length) details.append(element('h4', 'Parameters'), element('pre', of.parameters.map((each) => each.name + ' (' + each.in + (each.required ? ', required' : '') + ')' + (each.description ? ': ' + each.description : '')).join('\\n')));
  const body = of.requestBody?.content?.['application/json']?.schema;
  if (body) details.append(element('h4', 'Body'), element('pre', shape(body)));
  for (const [status, answer] of Object.entries(of.responses ?? {})) {
    details.append(element('h4', status + ' ' + (answer.description ?? '')));
    for (const [type, content] of Object.entries(answer.content ?? {})) details.append(element('pre', type + '\\n' + shape(content.schema)));
  }
  return details;
};
fetch('/api/openapi.json').then((response) => response.json()).then((document_) => {
  const main = document.getElementById('reference');
  main.replaceChildren(element('p', document_.info.description));
  for (const tag of document_.tags) {
    const found = Object.entries(document_.paths).flatMap(([path, methods]) => Object.entries(methods).filter(([, of]) => of.tags?.includes(tag.name)).map(([method, of]) => operation(method, path, of)));
    if (found.length > 0) main.append(element('h2', tag.name), element('p', tag.description), ...found);
  }
  main.append(element('h2', 'Schemas'));
  for (const [name, schema] of Object.entries(document_.components?.schemas ?? {})) {
    const details = element('details', '', element('summary', name), element('pre', shape(schema)));
    details.id = 'schema-' + name;
    main.append(details);
  }
}).catch((error) => document.getElementById('reference').replaceChildren(element('p', String(error))));
`;
}
