import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { LanguageContext, useTexts } from '../i18n/context.js';
import type { Language } from '../model.js';
import { chooseLanguage, firstLanguage, LANGUAGES } from './language.js';
import { useOpenInPrint } from './print.js';
import { Switch } from './switch.js';
import { chooseTheme, keptTheme, showTheme, THEMES } from './theme.js';

interface ShellProps {
  /** The document's language. */
  language: Language | undefined;
  children: ComponentChildren;
}

/** What stands around everything that the page can show: its language, its colours, and the way past them. */
export function Shell({ language: ofDocument, children }: ShellProps) {
  const [language, setLanguage] = useState(() => firstLanguage(ofDocument));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useOpenInPrint();
  const choose = (next: Language): void => {
    chooseLanguage(next);
    setLanguage(next);
  };
  return (
    <LanguageContext.Provider value={language}>
      <SkipLink />
      <Bar language={language} choose={choose} />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </LanguageContext.Provider>
  );
}

function SkipLink() {
  const { skip } = useTexts();
  return (
    <a class="skip" href="#content">
      {skip}
    </a>
  );
}

function Bar({ language, choose }: { language: Language; choose(language: Language): void }) {
  const t = useTexts();
  const [theme, setTheme] = useState(keptTheme);
  useEffect(() => showTheme(theme), [theme]);
  return (
    <div class="bar">
      <span class="brand">Loadwitness</span>
      <Switch label={t.language} value={language} choices={LANGUAGES.map((one) => [one, t.languages[one]] as const)} choose={choose} />
      <Switch
        label={t.theme.label}
        value={theme}
        choices={THEMES.map((one) => [one, t.theme[one]] as const)}
        choose={(next) => {
          chooseTheme(next);
          setTheme(next);
        }}
      />
    </div>
  );
}
