import { useEffect, useState } from 'preact/hooks';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const names: Readonly<Record<Theme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' };
const icons: Readonly<Record<Theme, string>> = { auto: '◐', light: '☀', dark: '☾' };

/** As the system says, or light, or dark. Not remembered: a file on a disk has no place of its own to keep it. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>('auto');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <button
      type="button"
      class="theme"
      onClick={() => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto')}
    >
      <span aria-hidden="true">{icons[theme]}</span> <span class="theme-word">Colours: {names[theme]}</span>
    </button>
  );
}
