import type { Choice } from '../../act/outbox/preferences.ts';

/** What the pages say; `{name}` is the tenant, `{address}` a hint of the address. */
export interface Words {
  readonly itself: string;
  readonly title: string;
  readonly question: string;
  readonly unsubscribe: string;
  readonly done: string;
  readonly doneText: string;
  readonly choose: string;
  readonly kinds: Readonly<Record<Choice, string>>;
  readonly closed: string;
  readonly language: string;
  readonly save: string;
  readonly saved: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  de: {
    itself: 'Deutsch',
    title: 'Nachrichten von {name}',
    question: 'Keine Werbung mehr an {address}?',
    unsubscribe: 'Abmelden',
    done: 'Sie sind abgemeldet',
    doneText: '{name} sendet keine Werbung mehr an {address}.',
    choose: 'Was {address} bekommen soll',
    kinds: {
      service: 'Hinweise zum Dienst, den Sie nutzen',
      contract: 'Vertrag, Preise und Verlängerung',
      marketing: 'Werbung und Neuigkeiten',
    },
    closed:
      'wird nicht an diese Adresse gesendet; antworten Sie auf eine Nachricht, um das zu ändern',
    language: 'Sprache',
    save: 'Speichern',
    saved: 'Gespeichert.',
  },
  en: {
    itself: 'English',
    title: 'Messages from {name}',
    question: 'Send no more advertising to {address}?',
    unsubscribe: 'Unsubscribe',
    done: 'You are unsubscribed',
    doneText: '{name} sends no more advertising to {address}.',
    choose: 'What {address} is to get',
    kinds: {
      service: 'Notes about the service that you use',
      contract: 'Contract, prices and renewal',
      marketing: 'Advertising and news',
    },
    closed: 'is not sent to this address; answer one of our messages to change that',
    language: 'Language',
    save: 'Save',
    saved: 'Saved.',
  },
  es: {
    itself: 'Español',
    title: 'Mensajes de {name}',
    question: '¿No enviar más publicidad a {address}?',
    unsubscribe: 'Darse de baja',
    done: 'Se ha dado de baja',
    doneText: '{name} no enviará más publicidad a {address}.',
    choose: 'Qué debe recibir {address}',
    kinds: {
      service: 'Avisos sobre el servicio que utiliza',
      contract: 'Contrato, precios y renovación',
      marketing: 'Publicidad y novedades',
    },
    closed: 'no se envía a esta dirección; responda a uno de nuestros mensajes para cambiarlo',
    language: 'Idioma',
    save: 'Guardar',
    saved: 'Guardado.',
  },
  fr: {
    itself: 'Français',
    title: 'Messages de {name}',
    question: 'Ne plus envoyer de publicité à {address} ?',
    unsubscribe: 'Se désabonner',
    done: 'Vous êtes désabonné',
    doneText: '{name} n’envoie plus de publicité à {address}.',
    choose: 'Ce que {address} doit recevoir',
    kinds: {
      service: 'Informations sur le service que vous utilisez',
      contract: 'Contrat, prix et renouvellement',
      marketing: 'Publicité et nouveautés',
    },
    closed: 'n’est pas envoyé à cette adresse ; répondez à l’un de nos messages pour changer cela',
    language: 'Langue',
    save: 'Enregistrer',
    saved: 'Enregistré.',
  },
  it: {
    itself: 'Italiano',
    title: 'Messaggi di {name}',
    question: 'Non inviare più pubblicità a {address}?',
    unsubscribe: 'Annulla l’iscrizione',
    done: 'Iscrizione annullata',
    doneText: '{name} non invia più pubblicità a {address}.',
    choose: 'Che cosa deve ricevere {address}',
    kinds: {
      service: 'Avvisi sul servizio che utilizza',
      contract: 'Contratto, prezzi e rinnovo',
      marketing: 'Pubblicità e novità',
    },
    closed: 'non viene inviato a questo indirizzo; risponda a un nostro messaggio per cambiarlo',
    language: 'Lingua',
    save: 'Salva',
    saved: 'Salvato.',
  },
  nl: {
    itself: 'Nederlands',
    title: 'Berichten van {name}',
    question: 'Geen reclame meer naar {address}?',
    unsubscribe: 'Afmelden',
    done: 'U bent afgemeld',
    doneText: '{name} stuurt geen reclame meer naar {address}.',
    choose: 'Wat {address} moet krijgen',
    kinds: {
      service: 'Berichten over de dienst die u gebruikt',
      contract: 'Contract, prijzen en verlenging',
      marketing: 'Reclame en nieuws',
    },
    closed:
      'wordt niet naar dit adres gestuurd; beantwoord een van onze berichten om dat te veranderen',
    language: 'Taal',
    save: 'Opslaan',
    saved: 'Opgeslagen.',
  },
  pt: {
    itself: 'Português',
    title: 'Mensagens de {name}',
    question: 'Não enviar mais publicidade para {address}?',
    unsubscribe: 'Cancelar a subscrição',
    done: 'Subscrição cancelada',
    doneText: '{name} não envia mais publicidade para {address}.',
    choose: 'O que {address} deve receber',
    kinds: {
      service: 'Avisos sobre o serviço que utiliza',
      contract: 'Contrato, preços e renovação',
      marketing: 'Publicidade e novidades',
    },
    closed: 'não é enviado para este endereço; responda a uma das nossas mensagens para mudar isso',
    language: 'Idioma',
    save: 'Guardar',
    saved: 'Guardado.',
  },
};

const ENGLISH = 'en';

/** English where there are no words in a language. */
export const wordsIn = (language: string): Words & { readonly code: string } => {
  const code = Object.hasOwn(WORDS, language) ? language : ENGLISH;
  const words = WORDS[code] ?? WORDS[ENGLISH];
  if (words === undefined) throw new Error('there are no words at all');
  return { ...words, code };
};

/** Languages in which the tenant writes and these pages can speak, English among them, by code. */
export const offeredLanguages = (
  templates: readonly { readonly language: string }[],
): ReadonlyMap<string, string> => {
  const written = new Set([ENGLISH, ...templates.map(({ language }) => language)]);
  return new Map(
    Object.entries(WORDS).flatMap(([code, { itself }]) =>
      written.has(code) ? [[code, itself] as const] : [],
    ),
  );
};
