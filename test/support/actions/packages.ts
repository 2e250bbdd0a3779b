/** GitHub's own packages. They import JSON in the way of bundlers, which Node takes once it is told that it is JSON. */
import { registerHooks } from 'node:module';

const hooks = registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    return resolved.url.endsWith('.json') ? { ...resolved, importAttributes: { type: 'json' } } : resolved;
  },
});
export const parser = await import('@actions/workflow-parser');
export const actionParser = await import('@actions/workflow-parser/actions/action-parser');
export const actionTemplate = await import('@actions/workflow-parser/actions/action-template');
export const expressions = await import('@actions/expressions');
hooks.deregister();
