/** `plans completion`: scripts that ask `plans __complete` for candidates, so that what completes is decided in one place. */
import { EXIT, type Command } from './context.ts';

// The candidates come as `word<TAB>what it is`; bash has no room for the second part.
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_plans_complete() {
  local IFS=$'\\n'
  COMPREPLY=($(plans __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _plans_complete plans
`,
  zsh: `#compdef plans
_plans() {
  local -a candidates
  local line
  while IFS=$'\\t' read -r word says; do
    candidates+=("\${word//:/\\\\:}\${says:+:$says}")
  done < <(plans __complete "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)
  if (( \${#candidates} )); then _describe 'plans' candidates; else _files; fi
}
compdef _plans plans
`,
  fish: `function __plans_complete
  set -l words (commandline -opc) (commandline -ct)
  plans __complete $words[2..-1] 2>/dev/null
end
complete -c plans -f -a '(__plans_complete)'
`,
};

/** Prints the script for a shell. */
export const completion: Command = async (context, input) => {
  context.out.write(SCRIPTS[input.arguments[0] ?? ''] ?? '');
  return EXIT.done;
};
