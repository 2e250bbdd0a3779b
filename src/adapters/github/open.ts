/** A repository on GitHub, over its REST API. */
import { z } from 'zod';
import { comments } from './comments.ts';
import { Permission, type GitHub } from './github.ts';
import { pulls } from './pulls.ts';
import { ask, GitHubRefusal, request, type Connection } from './request.ts';

const Repository = z.object({ default_branch: z.string() });
const Viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });

/** Opens a repository on GitHub. Nothing is asked yet. */
export function openGitHub(connection: Connection, repository: string): GitHub {
  const at = `/repos/${repository.split('/').map(encodeURIComponent).join('/')}`;
  const viewer = once(() => viewerOf(connection));
  return {
    repository,
    viewer,
    ...comments(connection, at, viewer),
    ...pulls(connection, at, repository.slice(0, repository.indexOf('/'))),
    defaultBranch: async () => {
      const call = { method: 'GET', path: at, what: 'read the repository', needs: 'contents: read' } as const;
      return (await ask(connection, Repository, call)).default_branch;
    },
    permission: async (login) => {
      const path = `${at}/collaborators/${encodeURIComponent(login)}/permission`;
      const call = { method: 'GET', path, what: `read what ${login} may do`, needs: 'contents: read' } as const;
      try {
        return (await ask(connection, z.object({ permission: Permission }), call)).permission;
      } catch (error) {
        // An App, or whatever else comments without being a user: it is no collaborator.
        if (error instanceof GitHubRefusal && error.status === 404) return 'none';
        throw error;
      }
    },
    dispatch: async (workflow, ref, inputs) => {
      const path = `${at}/actions/workflows/${encodeURIComponent(workflow)}/dispatches`;
      await request(connection, { method: 'POST', path, body: { ref, inputs }, what: `start ${workflow}`, needs: 'actions: write' });
    },
  };
}

/** An installation's token may not ask REST who it is; GraphQL tells it. */
async function viewerOf(connection: Connection): Promise<string> {
  const { apiUrl } = connection;
  // `https://api.github.com/graphql`, and `/api/graphql` beside `/api/v3` on a server of one's own.
  const path = apiUrl.endsWith('/v3') ? `${apiUrl.slice(0, -'/v3'.length)}/graphql` : `${apiUrl}/graphql`;
  const call = {
    method: 'POST',
    path,
    body: { query: '{viewer{login}}' },
    what: 'say whose token it is',
    needs: 'contents: read',
  } as const;
  return (await ask(connection, Viewer, call)).data.viewer.login;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
