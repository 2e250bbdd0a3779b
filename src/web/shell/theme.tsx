/** Light, dark, or what the system says; remembered in this browser. */
import { useState, type ReactNode } from 'react';
import { Icon, type IconName } from '../parts/icon.tsx';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'plans-theme';
const SIGNS: Readonly<Record<Theme, IconName>> = { auto: 'auto', light: 'sun', dark: 'moon' };
/** As `--ground` in the styles. */
const GROUNDS = { light: '#f6f6f3', dark: '#121316' } as const;
const WORDS: Readonly<Record<Theme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' };

function remembered(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Before anything is drawn. The frame that a phone draws around the page has its colour too. */
export function applyTheme(theme: Theme = remembered()): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = GROUNDS[theme === 'auto' ? own : theme];
  }
}

export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(remembered);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  const change = (): void => {
    setTheme(next);
    applyTheme(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // A browser that keeps nothing shows it all the same.
    }
  };
  const label = `Colours: ${WORDS[theme]}. Change to ${WORDS[next]}`;
  return (
    <button type="button" className="button is-plain is-icon" onClick={change} aria-label={label} title={label}>
      <Icon name={SIGNS[theme]} />
    </button>
  );
}
