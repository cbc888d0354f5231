import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../model.js';
import { en, type Texts } from './en.js';
import { ko } from './ko.js';

/** The language in which the page speaks. */
export const LanguageContext = createContext<Language>('en');

export const useLanguage = (): Language => useContext(LanguageContext);

const TEXTS: Readonly<Record<Language, Texts>> = { en, ko };

export const useTexts = (): Texts => TEXTS[useLanguage()];
