/**
 * Shows messages of Retinue within a page. No dependency, no cookie, no mark-up from outside: texts are set as text.
 *
 *   <script src="https://retinue.example.com/in-app/widget.js"></script>
 *   <script>
 *     RetinueInApp.start({ token: () => fetch('/retinue-token').then((answer) => answer.text()) });
 *   </script>
 *
 * `token` gives a token that your server signed for the signed-in user; it is asked again when the old one has run out.
 * `url` is where Retinue answers; by default, where this script came from. `start` returns `{stop}`.
 */
(() => {
  'use strict';

  const SCRIPT = document.currentScript;
  const FIRST_WAIT = 1000;
  const LONGEST_WAIT = 60_000;

  const STYLE = `
    :host { all: initial; }
    section { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; width: min(360px, calc(100vw - 32px));
      max-height: calc(100vh - 32px); overflow-y: auto; display: flex; flex-direction: column-reverse; gap: 12px; font: 14px/1.45 system-ui, sans-serif; color: #1a1d21; }
    article { position: relative; background: #fff; border: 1px solid #d5d9de; border-radius: 10px; padding: 14px 16px;
      box-shadow: 0 6px 24px rgb(0 0 0 / 16%); }
    h2 { margin: 0 28px 6px 0; font-size: 15px; font-weight: 600; }
    p { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
    a { display: inline-block; margin-top: 12px; padding: 7px 14px; border-radius: 7px; background: #1d4ed8; color: #fff;
      text-decoration: none; font-weight: 600; }
    button { position: absolute; top: 8px; right: 8px; width: 28px; height: 28px; border: 0; border-radius: 6px;
      background: none; color: #5b6470; font: inherit; font-size: 18px; line-height: 1; cursor: pointer; }
    a:focus-visible, button:focus-visible { outline: 3px solid #93b4ff; outline-offset: 1px; }
    @media (prefers-color-scheme: dark) {
      article { background: #1f2328; border-color: #3a4048; color: #e8eaed; }
      button { color: #a8b0ba; }
      a { background: #3b6cf0; }
    }`;

  const start = (options) => {
    const base = new URL(
      'in-app/',
      options.url ?? (SCRIPT ? new URL('..', SCRIPT.src) : location.href),
    );
    const state = { token: null, lastEventId: '', stopped: new AbortController() };
    const cards = new Map();
    const shelf = makeShelf(options.container ?? document.body);

    const call = async (path, init = {}, again = true) => {
      state.token ??= await options.token();
      const answer = await fetch(new URL(path, base), {
        ...init,
        signal: init.keepalive ? undefined : state.stopped.signal,
        headers: { ...init.headers, Authorization: `Bearer ${state.token}` },
      });
      if (answer.status === 401) {
        state.token = null;
        if (again) return call(path, init, false);
      }
      return answer;
    };

    /** What the user did is told until it has arrived; a page that is left behind may still finish it. */
    const tell = async (id, reaction, wait = FIRST_WAIT) => {
      const path = `messages/${encodeURIComponent(id)}/${reaction}`;
      const answer = await call(path, { method: 'POST', keepalive: true }).catch(() => null);
      const isOver = answer !== null && answer.status !== 429 && answer.status < 500;
      if (isOver || state.stopped.signal.aborted || wait > LONGEST_WAIT) return;
      setTimeout(() => tell(id, reaction, wait * 2), wait);
    };

    const remove = (id) => {
      cards.get(id)?.remove();
      cards.delete(id);
    };

    const show = (message) => {
      if (cards.has(message.id)) return;
      const card = makeCard(message, {
        dismiss: () => {
          remove(message.id);
          void tell(message.id, 'dismissed');
        },
        click: () => {
          remove(message.id);
          void tell(message.id, 'clicked');
        },
      });
      cards.set(message.id, card);
      shelf.prepend(card);
      onceVisible(card, state.stopped.signal, () => void tell(message.id, 'seen'));
    };

    const take = ({ event, data, id }) => {
      if (event === 'message') show(JSON.parse(data));
      if (event === 'withdrawn') remove(JSON.parse(data).id);
      if (id !== null) state.lastEventId = id;
    };

    const listen = async () => {
      let wait = FIRST_WAIT;
      while (!state.stopped.signal.aborted) {
        try {
          const answer = await call('events', { headers: { 'Last-Event-ID': state.lastEventId } });
          if (answer.ok) {
            wait = FIRST_WAIT;
            await readEvents(answer.body, take);
          } else wait = Math.min(wait * 2, LONGEST_WAIT);
        } catch {
          wait = Math.min(wait * 2, LONGEST_WAIT);
        }
        if (!state.stopped.signal.aborted) await pause(wait * (0.75 + Math.random() / 2));
      }
    };

    void listen();
    return {
      stop: () => {
        state.stopped.abort();
        shelf.getRootNode().host.remove();
      },
    };
  };

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** Server-sent events by hand: the browser's own EventSource can send no header, and a token has no place in an address. */
  const readEvents = async (body, take) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) take(readEvent(block));
    }
  };

  const readEvent = (block) => {
    const read = { event: 'comment', data: '', id: null };
    for (const line of block.split('\n')) {
      const [, name, value] = /^(event|data|id): ?(.*)$/.exec(line) ?? [];
      if (name !== undefined) read[name] = value;
    }
    return read;
  };

  /** Apart from the page: neither its styles nor its scripts' selectors reach into it, and ours do not reach out. */
  const makeShelf = (container) => {
    const host = document.createElement('retinue-in-app');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const shelf = document.createElement('section');
    shelf.setAttribute('role', 'region');
    shelf.setAttribute('aria-live', 'polite');
    shelf.setAttribute('aria-label', 'Messages');
    root.append(shelf);
    container.append(host);
    return shelf;
  };

  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const makeCard = (message, { dismiss, click }) => {
    const card = document.createElement('article');
    card.lang = message.language;
    card.dataset.messageId = message.id;
    const close = element('button', '×');
    close.type = 'button';
    close.setAttribute('aria-label', 'Dismiss');
    close.addEventListener('click', dismiss);
    card.append(element('h2', message.subject), element('p', message.text.trim()), close);
    const address = message.action === null ? null : safeAddress(message.action.url);
    if (address !== null) {
      const link = element('a', message.action.label);
      link.href = address;
      link.addEventListener('click', click);
      card.append(link);
    }
    return card;
  };

  /** Only pages are led to: an address that would run something is shown no button. */
  const safeAddress = (text) => {
    if (!URL.canParse(text, location.href)) return null;
    const url = new URL(text, location.href);
    return url.protocol === 'https:' || url.origin === location.origin ? url.href : null;
  };

  /** Seen is what stood on a screen somebody had before them. */
  const onceVisible = (card, signal, then) => {
    let isOnScreen = false;
    let isTold = false;
    const check = () => {
      if (isTold || !isOnScreen || document.visibilityState !== 'visible') return;
      isTold = true;
      observer.disconnect();
      document.removeEventListener('visibilitychange', check);
      then();
    };
    const observer = new IntersectionObserver((entries) => {
      isOnScreen = entries.some((entry) => entry.isIntersecting);
      check();
    });
    observer.observe(card);
    document.addEventListener('visibilitychange', check, { signal });
  };

  globalThis.RetinueInApp = { start };
})();
