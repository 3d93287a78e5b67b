import { CHOICES, type Preferences } from '../../act/outbox/preferences.ts';
import { wordsIn } from './words.ts';

/** What a page is about. */
export interface Shown {
  /** The tenant. */
  readonly name: string;
  /** Of the address: nobody can write to it by what stands here. */
  readonly hint: string;
  readonly language: string;
  readonly languages: ReadonlyMap<string, string>;
  readonly preferences: Preferences;
  /** Where the form of the preferences leads. */
  readonly formAt: string;
  readonly saved?: boolean;
}

/** One button to end advertising, and below it everything that can be chosen. Pure, as the rest here. */
export const askPage = (shown: Shown): string => {
  const words = wordsIn(shown.language);
  const say = filled(shown);
  const button = shown.preferences.wanted.includes('marketing')
    ? `<p>${say(words.question)}</p><form method="post"><button>${say(words.unsubscribe)}</button></form>`
    : '';
  return page(shown, say(words.title), `${button}${preferencesForm(shown)}`);
};

export const donePage = (shown: Shown): string => {
  const words = wordsIn(shown.language);
  const say = filled(shown);
  return page(shown, say(words.done), `<p>${say(words.doneText)}</p>${preferencesForm(shown)}`);
};

const preferencesForm = (shown: Shown): string => {
  const { preferences, languages, formAt } = shown;
  const words = wordsIn(shown.language);
  const say = filled(shown);
  const kinds = CHOICES.map((choice) => {
    const name = escaped(words.kinds[choice]);
    if (preferences.closed.includes(choice)) return `<p>${name}: ${escaped(words.closed)}</p>`;
    const checked = preferences.wanted.includes(choice) ? ' checked' : '';
    return `<p><label><input type="checkbox" name="wanted" value="${choice}"${checked}> ${name}</label></p>`;
  });
  const choices = [...languages].map(([code, itself]) => {
    const selected = code === words.code ? ' selected' : '';
    return `<option value="${code}"${selected}>${escaped(itself)}</option>`;
  });
  return [
    `<h2>${say(words.choose)}</h2>`,
    shown.saved === true ? `<p role="status"><strong>${escaped(words.saved)}</strong></p>` : '',
    `<form method="post" action="${escaped(formAt)}">`,
    ...kinds,
    `<p><label>${escaped(words.language)} <select name="language">${choices.join('')}</select></label></p>`,
    `<button>${escaped(words.save)}</button></form>`,
  ].join('');
};

const page = ({ language }: Shown, title: string, body: string): string =>
  `<!doctype html><html lang="${wordsIn(language).code}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title><h1>${title}</h1>${body}</html>`;

const filled =
  ({ name, hint }: Shown) =>
  (text: string): string =>
    escaped(text.replaceAll('{name}', name).replaceAll('{address}', hint));

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => MARKS[mark] ?? '');
