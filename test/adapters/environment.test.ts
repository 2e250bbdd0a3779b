import { expect, test } from 'vitest';
import { childEnvironment } from '../../src/adapters/environment.ts';

const HOST = {
  PATH: '/bin',
  HOME: '/home/me',
  LC_ALL: 'C',
  XDG_CACHE_HOME: '/c',
  HTTPS_PROXY: 'http://proxy',
  CARGO_HOME: '/cargo',
  ANTHROPIC_API_KEY: 'secret',
  GITHUB_TOKEN: 'secret',
  NPM_TOKEN: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  NODE_OPTIONS: '--inspect',
  GIT_DIR: '/elsewhere/.git',
  GIT_INDEX_FILE: '/elsewhere/index',
  GIT_CONFIG_COUNT: '1',
  GIT_AUTHOR_NAME: 'me',
  PLANS_RUN_ID: 'outer',
  MY_APP_PORT: '1',
  MY_APP_HOST: 'h',
  GONE: undefined,
};

test('what is on the list and nothing else', () => {
  expect(childEnvironment(HOST, [], {}, 'linux')).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C',
    XDG_CACHE_HOME: '/c',
    HTTPS_PROXY: 'http://proxy',
    CARGO_HOME: '/cargo',
  });
});

test('names of the config, with endings, and what is added', () => {
  const environment = childEnvironment(HOST, ['MY_APP_*', 'GITHUB_TOKEN', 'GONE'], { PLANS_RUN_ID: 'inner' }, 'linux');
  expect(environment).toMatchObject({ MY_APP_PORT: '1', MY_APP_HOST: 'h', GITHUB_TOKEN: 'secret', PLANS_RUN_ID: 'inner' });
  expect(environment).not.toHaveProperty('ANTHROPIC_API_KEY');
  expect(environment).not.toHaveProperty('GONE');
});

test('never what points git elsewhere, even when named', () => {
  const names = Object.keys(childEnvironment(HOST, ['GIT_*', 'GIT_DIR'], {}, 'linux')).filter((name) => name.startsWith('GIT_'));
  expect(names).toEqual(['GIT_AUTHOR_NAME']);
});

test('Windows spells names as it likes', () => {
  expect(childEnvironment({ Path: 'C:\\', SYSTEMROOT: 'C:\\W', git_dir: 'x' }, ['Git_*'], {}, 'win32')).toEqual({
    Path: 'C:\\',
    SYSTEMROOT: 'C:\\W',
  });
});
