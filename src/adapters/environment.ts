/** Which environment variables a child process may see. Secrets stay out because only what is on a list goes in. */

/** What programs need to find themselves, their caches and the network; a trailing `*` matches any ending. */
const ALWAYS = names(`
  PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_* TZ TERM COLORTERM TMPDIR TMP TEMP XDG_*
  HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy
  SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
  CI GITHUB_ACTIONS NO_COLOR FORCE_COLOR CLICOLOR CLICOLOR_FORCE
  NVM_DIR VOLTA_HOME FNM_DIR N_PREFIX COREPACK_HOME PNPM_HOME BUN_INSTALL DENO_DIR npm_config_cache
  NODE_ENV PLAYWRIGHT_BROWSERS_PATH PUPPETEER_EXECUTABLE_PATH
  CARGO_HOME CARGO_TARGET_DIR RUSTUP_HOME RUSTUP_TOOLCHAIN GOPATH GOROOT GOCACHE GOMODCACHE GOPROXY GOFLAGS
  JAVA_HOME GRADLE_USER_HOME MAVEN_HOME M2_HOME SDKMAN_DIR ANDROID_HOME KOTLIN_HOME
  VIRTUAL_ENV CONDA_PREFIX PYENV_ROOT PIPX_HOME POETRY_HOME UV_CACHE_DIR PIP_CACHE_DIR PYTHONPATH
  GEM_HOME GEM_PATH BUNDLE_PATH RBENV_ROOT ASDF_DIR ASDF_DATA_DIR MISE_DATA_DIR DOTNET_ROOT COMPOSER_HOME
  NIX_PATH NIX_PROFILES HOMEBREW_PREFIX LD_LIBRARY_PATH PKG_CONFIG_PATH CC CXX DEVELOPER_DIR SDKROOT
  SystemRoot SystemDrive ComSpec PATHEXT windir USERPROFILE USERNAME HOMEDRIVE HOMEPATH OS APPDATA LOCALAPPDATA
  ProgramData ProgramFiles ProgramFiles(x86) PROCESSOR_ARCHITECTURE NUMBER_OF_PROCESSORS
`);

/** They point git at another repository, index or configuration. A hook that starts us sets them; no child may inherit them, whatever the config says. */
const NEVER = names(`
  GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PREFIX
  GIT_NAMESPACE GIT_CEILING_DIRECTORIES GIT_CONFIG* GIT_QUARANTINE_PATH GIT_SHALLOW_FILE GIT_REPLACE_REF_BASE
`);

/**
 * The whole environment of a child: of `from` what is on the built-in list or named by `allow` (a trailing `*` matches
 * any ending), and over it `extra`. Names are compared without case on Windows, as the system does.
 */
export function childEnvironment(
  from: Readonly<Record<string, string | undefined>>,
  allow: readonly string[],
  extra: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const fold = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const permitted = matcher([...ALWAYS, ...allow].map(fold));
  const refused = matcher(NEVER.map(fold));
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && permitted(fold(name)) && !refused(fold(name))) result[name] = value;
  }
  return { ...result, ...extra };
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

function names(list: string): string[] {
  return list.trim().split(/\s+/);
}
