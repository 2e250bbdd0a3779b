/** Gates of a Python project: what its configuration files show it uses. */
import { detected, type DetectedGate, type Findings, type Project } from './project.ts';

const MARKERS = ['pyproject.toml', 'setup.py', 'setup.cfg', 'tox.ini', 'noxfile.py', 'requirements.txt', 'Pipfile'];

/** What a Python project suggests. */
export function detectPython(project: Project): Findings {
  if (!MARKERS.some((name) => project.has(name))) return { gates: [], notes: [] };
  const pyproject = project.text('pyproject.toml');
  const setup = project.text('setup.cfg');
  const run = runner(project);
  const gates: DetectedGate[] = [];
  if (/^\[tool\.ruff\.format\b/m.test(pyproject)) {
    gates.push(detected('format', 'ruff-format', `${run}ruff format --check .`, 'pyproject.toml, [tool.ruff.format]'));
  }
  const mypy =
    first(project, ['mypy.ini', '.mypy.ini']) ?? section('pyproject.toml', pyproject, 'tool.mypy') ?? section('setup.cfg', setup, 'mypy');
  if (mypy !== null) {
    // Where the configuration says what to look at, a path on the command line would override it.
    const configured = /^(?:files|packages|modules)\s*=/m.test(pyproject + setup + project.text('mypy.ini') + project.text('.mypy.ini'));
    gates.push(detected('types', 'mypy', `${run}mypy${configured ? '' : ' .'}`, mypy));
  }
  const pyright = first(project, ['pyrightconfig.json']) ?? section('pyproject.toml', pyproject, 'tool.pyright');
  if (pyright !== null) gates.push(detected('types', 'pyright', `${run}pyright`, pyright));
  const ruff = first(project, ['ruff.toml', '.ruff.toml']) ?? section('pyproject.toml', pyproject, 'tool.ruff');
  if (ruff !== null) gates.push(detected('lint', 'ruff', `${run}ruff check .`, ruff));
  const test = testGate(project, run);
  if (test !== null) gates.push(test);
  return { gates, notes: [] };
}

/** Locked environments have a command that runs a program inside them. */
function runner(project: Project): string {
  if (project.has('uv.lock')) return 'uv run ';
  if (project.has('poetry.lock')) return 'poetry run ';
  if (project.has('pdm.lock')) return 'pdm run ';
  return project.has('Pipfile.lock') ? 'pipenv run ' : '';
}

/** pytest before nox and tox: those two build environments of their own, which takes minutes and a network. */
function testGate(project: Project, run: string): DetectedGate | null {
  const pytest = pytestEvidence(project);
  if (pytest !== null) return detected('test', 'pytest', run === '' ? 'python3 -m pytest -q' : `${run}pytest -q`, pytest);
  if (project.has('noxfile.py')) return detected('test', 'nox', `${run}nox`, 'noxfile.py');
  const tox = /^\[(?:tox|testenv)\b/m.test(project.text('tox.ini'))
    ? 'tox.ini'
    : section('pyproject.toml', project.text('pyproject.toml'), 'tool.tox');
  if (tox !== null) return detected('test', 'tox', `${run}tox`, tox);
  const python = run === '' ? 'python3' : `${run}python`;
  for (const folder of ['tests', 'test']) {
    const files = project.names(folder);
    if (!files.some((name) => /^test.*\.py$/.test(name))) continue;
    const top = files.includes('__init__.py') ? ' -t .' : '';
    return detected('test', 'unittest', `${python} -m unittest discover -s ${folder}${top}`, `${folder}/`);
  }
  const file = project.names().find((name) => /^test.*\.py$/.test(name));
  return file === undefined ? null : detected('test', 'unittest', `${python} -m unittest discover`, file);
}

function pytestEvidence(project: Project): string | null {
  const file = first(project, ['pytest.ini', 'conftest.py']);
  if (file !== null) return file;
  if (project.names('tests').includes('conftest.py')) return 'tests/conftest.py';
  const configured =
    section('pyproject.toml', project.text('pyproject.toml'), 'tool.pytest') ??
    section('setup.cfg', project.text('setup.cfg'), 'tool:pytest') ??
    section('tox.ini', project.text('tox.ini'), 'pytest');
  if (configured !== null) return configured;
  const requirements = project.names().filter((name) => /^requirements.*\.txt$/.test(name));
  return ['pyproject.toml', 'Pipfile', ...requirements].find((name) => /^[^#\n]*\bpytest\b/m.test(project.text(name))) ?? null;
}

function first(project: Project, names: readonly string[]): string | null {
  return names.find((name) => project.has(name)) ?? null;
}

function section(file: string, text: string, name: string): string | null {
  return text.split('\n').some((line) => line.startsWith(`[${name}]`) || line.startsWith(`[${name}.`)) ? `${file}, [${name}]` : null;
}
