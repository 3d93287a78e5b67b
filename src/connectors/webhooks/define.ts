/** One signed request, ready to go. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back. `unreached` says why no answer did; whether the request arrived is then not known. */
export type WebhookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Seconds that the receiver asks us to wait. */
      readonly retryAfter: number | null;
    }
  | { readonly kind: 'unreached'; readonly reason: string };

/** The way to receivers of webhooks. */
export interface WebhookSender {
  /** Why an address can never be sent to, in words for a person; `null` when it may. Asks no name server. */
  readonly objection: (url: string) => string | null;
  /** Never throws. Follows no redirect. */
  readonly post: (request: WebhookRequest, signal?: AbortSignal) => Promise<WebhookAnswer>;
}
