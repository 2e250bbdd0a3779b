/** The JSON Schemas of the file format, the config and what the commands print, as the package has them. */
import { createRoute } from '@hono/zod-openapi';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { nothing } from '../ids.ts';
import { answers, type Api } from '../server.ts';

/** Set when the program is built; see `engine/kept-reading.ts`. */
declare const PLANS_BUILD: string | undefined;
const ENDING = '.schema.json';

const list = createRoute({
  method: 'get',
  path: '/api/schemas',
  operationId: 'listSchemas',
  tags: ['Service'],
  summary: 'The JSON Schemas of the format, the config, and what is printed',
  responses: answers(
    z
      .object({ schemas: z.array(z.object({ name: z.string(), title: z.string(), description: z.string(), path: z.string() })) })
      .meta({ id: 'Schemas' }),
    'All of them.',
  ),
});
const get = createRoute({
  method: 'get',
  path: '/api/schemas/{name}',
  operationId: 'getSchema',
  tags: ['Service'],
  summary: 'A JSON Schema',
  request: { params: z.object({ name: z.string().max(80) }) },
  responses: answers(z.looseObject({ $id: z.string() }).meta({ id: 'JsonSchema' }), 'The schema, of JSON Schema 2020-12.'),
});

type Schema = { readonly $id: string; readonly title?: string; readonly description?: string };

export function schemaRoutes(app: Api): void {
  let known: ReadonlyMap<string, Schema> | null = null;
  const schemas = () => (known ??= readSchemas());
  app.openapi(list, (context) =>
    context.json(
      {
        schemas: [...schemas()].map(([name, { title = name, description = '' }]) => ({
          name,
          title,
          description,
          path: `/api/schemas/${name}`,
        })),
      },
      200,
    ),
  );
  app.openapi(get, (context) => {
    const { name } = context.req.valid('param');
    const schema = schemas().get(name);
    if (schema === undefined) throw nothing('schema', name);
    return context.json(schema as Schema & Record<string, string>, 200);
  });
}

function readSchemas(): ReadonlyMap<string, Schema> {
  const folder = fileURLToPath(new URL(typeof PLANS_BUILD === 'string' ? '../schemas/' : '../../../schemas/', import.meta.url));
  const files = readdirSync(folder).filter((file) => file.endsWith(ENDING));
  return new Map(
    files.toSorted().map((file) => [file.slice(0, -ENDING.length), JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema]),
  );
}
