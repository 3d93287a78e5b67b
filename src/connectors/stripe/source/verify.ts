import { epochMilliseconds, type Instant } from '../../../domain/time.ts';

/** Seconds by which a signature may be old: Stripe's own default. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether a body was signed by one of the secrets, by Stripe's library. While a secret is changed there are two of them,
 * and either is good.
 */
export const isSignedBy = async (
  secrets: readonly string[],
  {
    body,
    signature,
    now,
  }: { readonly body: Buffer; readonly signature: string; readonly now: Instant },
): Promise<boolean> => {
  // It takes its time to load, and most commands never need it.
  const { default: Stripe } = await import('stripe');
  const { signature: scheme } = Stripe.webhooks;
  return secrets.some((secret) => {
    try {
      const at = epochMilliseconds(now);
      return (
        scheme?.verifyHeader(body, signature, secret, TOLERANCE_SECONDS, undefined, at) === true
      );
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
      throw error;
    }
  });
};
