/* eslint-disable @typescript-eslint/no-base-to-string -- what comes in a form is text */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../../src/domain/json.ts';
import { charge, customer, eventOf, invoice, price, subscription } from './stripe-objects.ts';

type Fields = Record<string, unknown>;
type Stored = Fields & { id: string; object: string };

/**
 * Stripe's API as far as it is read, at the level of the wire: form-encoded requests, lists with cursors, errors with
 * their types, keys with their rights. It makes objects by the same calls as Stripe, so that its command-line tool's
 * recipes run against it, and sends an event for each change. Objects begin as Stripe's own fixtures where there are
 * any, else as small ones of ours.
 */
export interface StripeServer {
  readonly url: string;
  /** Events in the order in which they happened. */
  readonly events: readonly (JsonObject & { readonly id: string })[];
  /** Requests since the beginning, `GET /v1/customers`. */
  readonly requests: readonly string[];
  readonly objects: (type: string) => readonly Stored[];
  /** Changes an object without an event, as when a webhook never arrived. */
  readonly edit: (id: string, fields: Fields) => void;
  readonly forget: (id: string) => void;
  /** What a key may not do: `GET /v1/disputes`; by default a restricted key reads all and writes nothing. */
  readonly refuse: (call: string) => void;
  /** Fails, or holds, a request once: by what it returns. */
  onRequest: ((call: string) => 'go' | 'fail' | 'hang') | null;
  readonly close: () => Promise<void>;
}

export const READ_KEY = 'rk_test_reads';
export const WRITE_KEY = 'sk_test_all';

/** Paths that make, change or list something here; a recipe that calls another is not covered. */
const COVERED = [
  /^\/v1\/(customers|products|prices|coupons|invoiceitems|invoices|subscriptions|payment_intents|payment_methods|refunds|disputes|charges|invoice_payments|billing\/meters|billing\/meter_events)$/,
  /^\/v1\/(customers|invoices|subscriptions|invoiceitems|refunds|disputes)\/[^/]+$/,
  /^\/v1\/customers\/[^/]+\/(sources|discount|payment_methods)(\/[^/]+)?$/,
  /^\/v1\/invoices\/[^/]+\/(finalize|pay|void|mark_uncollectible|send)$/,
  /^\/v1\/payment_intents\/[^/]+\/(capture|cancel)$/,
  /^\/v1\/payment_methods\/[^/]+\/attach$/,
  /^\/v1\/disputes\/[^/]+\/close$/,
];

export const isCovered = (path: string): boolean => COVERED.some((form) => form.test(path));

const MONTH = 30 * 86_400;

class Refused extends Error {
  readonly status: number;
  readonly body: Fields;

  constructor(status: number, body: Fields) {
    super(String(body['message']));
    this.status = status;
    this.body = body;
  }
}

const missing = (id: string, param = 'id') =>
  new Refused(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such object: '${id}'`,
  });

/** Objects of Stripe's own fixtures, less what they hold in place of values; else small ones of ours. */
const templates = (folder: string | null): ((type: string) => Fields) => {
  const own: Record<string, Fields> = {
    customer: customer(),
    price: price(),
    subscription: subscription(),
    invoice: invoice(),
    charge: charge(),
  };
  const file = folder === null ? null : join(folder, 'fixtures3.json');
  if (file === null || !existsSync(file)) return (type) => structuredClone(own[type] ?? {});
  const { resources } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly resources: Record<string, Fields>;
  };
  return (type) => structuredClone(resources[type] ?? own[type] ?? {});
};

/** `a[b][0][c]=1` as objects and lists, the way Stripe reads forms. */
const parseForm = (body: string): Fields => {
  const root: Fields = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.replaceAll(']', '').split('[');
    let at: Fields = root;
    path.forEach((part, index) => {
      if (index === path.length - 1) at[part] = value;
      else at = (at[part] ??= {}) as Fields;
    });
  }
  return root;
};

const listOf = (value: unknown): Fields[] =>
  typeof value === 'object' && value !== null ? (Object.values(value) as Fields[]) : [];

const numberOf = (value: unknown, otherwise = 0): number =>
  value === undefined || value === null ? otherwise : Number(value);

class Company {
  readonly all = new Map<string, Stored>();
  readonly events: (JsonObject & { readonly id: string })[] = [];
  readonly #template: (type: string) => Fields;
  #serial = 0;
  #now: number;

  constructor(template: (type: string) => Fields, now: number) {
    this.#template = template;
    this.#now = now;
  }

  /** Seconds; each change takes a third of one, so that some share a second. */
  get now(): number {
    return Math.floor(this.#now);
  }

  make(type: string, prefix: string, fields: Fields): Stored {
    this.#serial += 1;
    const made: Stored = {
      ...this.#template(type),
      ...{ object: type, created: this.now, livemode: false, metadata: {}, ...fields },
      id: `${prefix}_${String(this.#serial).padStart(6, '0')}`,
    };
    this.all.set(made.id, made);
    return made;
  }

  tell(type: string, object: Fields, previous?: Fields): void {
    this.#now += 1 / 3;
    const data = {
      object: structuredClone(object),
      ...(previous === undefined ? {} : { previous_attributes: previous }),
    };
    this.events.push(eventOf(type, {}, { data: data as JsonObject, created: this.now }));
  }

  find(id: unknown, type: string): Stored {
    const found = typeof id === 'string' ? this.all.get(id) : undefined;
    if (found?.object !== type) throw missing(String(id));
    return found;
  }

  list(type: string, where: (object: Stored) => boolean = () => true): Stored[] {
    return [...this.all.values()]
      .filter((object) => object.object === type && where(object))
      .reverse();
  }

  customer(fields: Fields): Stored {
    const { payment_method: method, source, coupon, invoice_settings: settings, ...rest } = fields;
    const made = this.make('customer', 'cus', {
      ...{
        name: null,
        email: null,
        description: null,
        currency: null,
        balance: 0,
        delinquent: false,
      },
      ...{ default_source: null, discount: null, address: null, preferred_locales: [], ...rest },
      invoice_settings: { default_payment_method: null },
    });
    if (method !== undefined) {
      const attached = this.attach(String(method), made.id);
      if (settings !== undefined)
        made['invoice_settings'] = { default_payment_method: attached.id };
    }
    this.tell('customer.created', made);
    if (source !== undefined) this.card(made);
    if (coupon !== undefined) this.discount(made, 'created');
    return made;
  }

  card(owner: Stored): Stored {
    const card = this.make('card', 'card', {
      customer: owner.id,
      brand: 'Visa',
      last4: '4242',
      exp_month: 8,
      exp_year: 2031,
      country: 'US',
    });
    this.tell('customer.source.created', card);
    if (owner['default_source'] === null) {
      owner['default_source'] = card.id;
      this.tell('customer.updated', owner, { default_source: null });
    }
    return card;
  }

  discount(owner: Stored, what: string): void {
    const discount = { id: `di_${owner.id}`, object: 'discount', customer: owner.id };
    owner['discount'] = what === 'deleted' ? null : discount;
    this.tell(`customer.discount.${what}`, discount);
  }

  paymentMethod(token: string, customerId: string | null): Stored {
    return this.make('payment_method', 'pm', {
      ...{ customer: customerId, type: 'card', test_token: token },
      card: { brand: 'visa', last4: '4242', exp_month: 8, exp_year: 2031, country: 'US' },
    });
  }

  attach(method: string, customerId: string): Stored {
    const known = this.all.get(method);
    const attached = known ?? this.paymentMethod(method, customerId);
    attached['customer'] = customerId;
    this.tell('payment_method.attached', attached);
    return attached;
  }

  /** Whether a way to pay is declined when it is charged, by the names of Stripe's test cards. */
  declines(method: unknown): boolean {
    const token =
      typeof method === 'string' ? String(this.all.get(method)?.['test_token'] ?? method) : '';
    return /declined|chargeCustomerFail/i.test(token);
  }

  charge(amount: number, fields: Fields, failed: boolean): Stored {
    const made = this.make('charge', 'ch', {
      ...{
        amount,
        amount_refunded: 0,
        currency: 'usd',
        customer: null,
        invoice: null,
        disputed: false,
        refunded: false,
      },
      ...{
        paid: !failed,
        status: failed ? 'failed' : 'succeeded',
        failure_code: failed ? 'card_declined' : null,
      },
      outcome: failed
        ? {
            type: 'issuer_declined',
            reason: 'generic_decline',
            network_decline_code: '01',
            advice_code: 'try_again_later',
          }
        : { type: 'authorized', reason: null },
      payment_method_details: { type: 'card', card: { brand: 'visa' } },
      ...fields,
    });
    this.tell(failed ? 'charge.failed' : 'charge.succeeded', made);
    return made;
  }

  intent(fields: Fields): Stored {
    const {
      confirm,
      payment_method: method = null,
      capture_method: capture = 'automatic',
    } = fields;
    const made = this.make('payment_intent', 'pi', {
      customer: null,
      ...fields,
      amount: numberOf(fields['amount']),
      status: 'requires_confirmation',
      latest_charge: null,
    });
    this.tell('payment_intent.created', made);
    if (confirm === undefined || String(confirm) === 'false') return made;
    if (String(method).includes('threeDSecure')) {
      made['status'] = 'requires_action';
      this.tell('payment_intent.requires_action', made);
      return made;
    }
    const failed = this.declines(method);
    const about = {
      payment_intent: made.id,
      customer: made['customer'],
      payment_method: method,
      currency: fields['currency'],
      captured: capture !== 'manual',
    };
    const paid = this.charge(numberOf(fields['amount']), about, failed);
    made['latest_charge'] = paid.id;
    if (failed) {
      made['status'] = 'requires_payment_method';
      this.tell('payment_intent.payment_failed', made);
      throw new Refused(402, {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'generic_decline',
        message: 'Your card was declined.',
      });
    }
    made['status'] = capture === 'manual' ? 'requires_capture' : 'succeeded';
    this.tell(
      capture === 'manual'
        ? 'payment_intent.amount_capturable_updated'
        : 'payment_intent.succeeded',
      made,
    );
    if (String(method).includes('createDispute'))
      this.dispute(paid, String(method).includes('Inquiry'));
    return made;
  }

  dispute(of: Stored, inquiry: boolean): void {
    of['disputed'] = true;
    const made = this.make('dispute', 'dp', {
      ...{
        charge: of.id,
        payment_intent: of['payment_intent'],
        amount: of['amount'],
        currency: of['currency'],
      },
      status: inquiry ? 'warning_needs_response' : 'needs_response',
    });
    this.tell('charge.dispute.created', made);
    this.tell('charge.updated', of);
  }

  refund(fields: Fields): Stored {
    const intent =
      fields['payment_intent'] === undefined
        ? null
        : this.find(fields['payment_intent'], 'payment_intent');
    const of = this.find(intent?.['latest_charge'] ?? fields['charge'], 'charge');
    const amount = numberOf(fields['amount'], Number(of['amount']));
    of['amount_refunded'] = Number(of['amount_refunded']) + amount;
    of['refunded'] = of['amount_refunded'] === of['amount'];
    const made = this.make('refund', 're', {
      charge: of.id,
      amount,
      currency: of['currency'],
      status: 'succeeded',
      reason: null,
      customer: null,
    });
    this.tell('charge.refunded', of);
    this.tell('refund.created', made);
    return made;
  }

  invoiceOf(fields: Fields, amount: number): Stored {
    const made = this.make('invoice', 'in', {
      ...{
        status: 'draft',
        currency: 'usd',
        amount_due: amount,
        amount_paid: 0,
        amount_remaining: amount,
        total: amount,
      },
      ...{
        attempt_count: 0,
        attempted: false,
        due_date: null,
        effective_at: null,
        next_payment_attempt: null,
        number: null,
      },
      ...{
        parent: null,
        billing_reason: 'manual',
        collection_method: 'charge_automatically',
        period_start: this.now,
        period_end: this.now,
      },
      status_transitions: {
        finalized_at: null,
        paid_at: null,
        voided_at: null,
        marked_uncollectible_at: null,
      },
      ...fields,
    });
    this.tell('invoice.created', made);
    return made;
  }

  finalize(of: Stored): void {
    if (of['status'] !== 'draft') return;
    of['status'] = 'open';
    of['effective_at'] = this.now;
    (of['status_transitions'] as Fields)['finalized_at'] = this.now;
    this.tell('invoice.finalized', of);
  }

  pay(of: Stored, method: unknown): void {
    this.finalize(of);
    of['attempt_count'] = Number(of['attempt_count']) + 1;
    of['attempted'] = true;
    const failed = this.declines(method);
    const amount = Number(of['amount_due']);
    const intent = this.make('payment_intent', 'pi', {
      customer: of['customer'],
      amount,
      currency: 'usd',
      status: failed ? 'requires_payment_method' : 'succeeded',
    });
    const paid = this.charge(
      amount,
      { customer: of['customer'], payment_intent: intent.id, payment_method: method ?? null },
      failed,
    );
    intent['latest_charge'] = paid.id;
    const payment = this.make('invoice_payment', 'inpay', {
      ...{
        invoice: of.id,
        amount_paid: failed ? null : amount,
        amount_requested: amount,
        currency: 'usd',
        is_default: true,
      },
      ...{
        status: failed ? 'open' : 'paid',
        payment: { type: 'payment_intent', payment_intent: intent.id },
      },
    });
    if (failed) {
      this.tell('invoice_payment.attached', payment);
      of['next_payment_attempt'] = this.now + 3 * 86_400;
      this.tell('invoice.payment_failed', of);
      return;
    }
    Object.assign(of, {
      status: 'paid',
      amount_paid: amount,
      amount_remaining: 0,
      next_payment_attempt: null,
    });
    (of['status_transitions'] as Fields)['paid_at'] = this.now;
    this.tell('invoice_payment.paid', payment);
    this.tell('invoice.paid', of);
  }

  subscribe(fields: Fields): Stored {
    const owner = this.find(fields['customer'], 'customer');
    const trialDays = numberOf(fields['trial_period_days']);
    const trialEnd =
      fields['trial_end'] === undefined
        ? trialDays > 0
          ? this.now + trialDays * 86_400
          : null
        : numberOf(fields['trial_end']);
    const items = listOf(fields['items']).map((item) => {
      const of = this.find(item['price'], 'price');
      return {
        id: `si_${of.id}`,
        object: 'subscription_item',
        quantity: numberOf(item['quantity'], 1),
        price: of,
        current_period_start: this.now,
        current_period_end: trialEnd ?? this.now + MONTH,
      };
    });
    const { default_payment_method: settled } = owner['invoice_settings'] as Fields;
    const method = fields['default_payment_method'] ?? settled ?? null;
    const made = this.make('subscription', 'sub', {
      ...{
        customer: owner.id,
        status: trialEnd === null ? 'incomplete' : 'trialing',
        start_date: this.now,
        ended_at: null,
      },
      ...{
        canceled_at: null,
        cancel_at: null,
        cancel_at_period_end: false,
        cancellation_details: null,
        pause_collection: null,
      },
      ...{
        default_payment_method: fields['default_payment_method'] ?? null,
        default_source: null,
        latest_invoice: null,
      },
      ...{
        trial_start: trialEnd === null ? null : this.now,
        trial_end: trialEnd,
        collection_method: 'charge_automatically',
      },
      items: { object: 'list', data: items, has_more: false },
    });
    this.tell('customer.subscription.created', made);
    if (trialEnd !== null) {
      if (trialEnd - this.now < 3 * 86_400) this.tell('customer.subscription.trial_will_end', made);
      return made;
    }
    const amount = items.reduce(
      (sum, item) => sum + Number(item.price['unit_amount']) * item.quantity,
      0,
    );
    const parent = {
      type: 'subscription_details',
      subscription_details: { subscription: made.id },
    };
    const bill = this.invoiceOf(
      { customer: owner.id, parent, billing_reason: 'subscription_create' },
      amount,
    );
    made['latest_invoice'] = bill.id;
    this.pay(bill, method ?? owner['default_source'] ?? 'pm_card_visa');
    if (bill['status'] === 'paid') {
      made['status'] = 'active';
      this.tell('customer.subscription.updated', made, { status: 'incomplete' });
    }
    return made;
  }

  /** Answers a request that changes something. */
  // eslint-disable-next-line complexity -- a table of calls, one case each
  write(method: string, path: string, fields: Fields): unknown {
    const [, , type = '', id = '', verb = '', second = ''] = path.split('/');
    switch (
      `${method} ${type}${id === '' ? '' : '/id'}${verb === '' ? '' : `/${verb}`}${second === '' ? '' : '/id'}`
    ) {
      case 'POST customers':
        return this.customer(fields);
      case 'POST customers/id': {
        const owner = this.find(id, 'customer');
        const { coupon, ...rest } = fields;
        Object.assign(owner, rest);
        if (coupon !== undefined) this.discount(owner, 'updated');
        this.tell('customer.updated', owner);
        return owner;
      }
      case 'DELETE customers/id': {
        const owner = this.find(id, 'customer');
        this.all.delete(id);
        this.tell('customer.deleted', owner);
        return { id, object: 'customer', deleted: true };
      }
      case 'DELETE customers/id/discount':
        this.discount(this.find(id, 'customer'), 'deleted');
        return { object: 'discount', deleted: true };
      case 'POST customers/id/sources':
        return this.card(this.find(id, 'customer'));
      case 'POST customers/id/sources/id': {
        const card = this.find(second, 'card');
        Object.assign(card, fields);
        this.tell('customer.source.updated', card);
        return card;
      }
      case 'POST products':
        return this.told(
          'product.created',
          this.make('product', 'prod', { ...fields, active: true }),
        );
      case 'POST prices': {
        const recurring = fields['recurring'] as Fields | undefined;
        const made = this.make('price', 'price', {
          ...{
            lookup_key: null,
            billing_scheme: 'per_unit',
            ...fields,
            unit_amount: numberOf(fields['unit_amount']),
          },
          unit_amount_decimal: String(fields['unit_amount']),
          recurring:
            recurring === undefined
              ? null
              : { interval_count: 1, usage_type: 'licensed', meter: null, ...recurring },
        });
        return this.told('price.created', made);
      }
      case 'POST coupons':
        return this.told('coupon.created', this.make('coupon', 'coupon', fields));
      case 'POST payment_methods': {
        const card = fields['card'] as Fields | undefined;
        return this.paymentMethod(String(card?.['token'] ?? 'pm_other'), null);
      }
      case 'POST payment_methods/id/attach':
        return this.attach(id, String(fields['customer']));
      case 'POST payment_intents':
        return this.intent(fields);
      case 'POST payment_intents/id/capture': {
        const intent = this.find(id, 'payment_intent');
        const of = this.find(intent['latest_charge'], 'charge');
        of['captured'] = true;
        intent['status'] = 'succeeded';
        this.tell('charge.captured', of);
        return intent;
      }
      case 'POST payment_intents/id/cancel':
        return this.told(
          'payment_intent.canceled',
          Object.assign(this.find(id, 'payment_intent'), { status: 'canceled' }),
        );
      case 'POST refunds':
        return this.refund(fields);
      case 'POST refunds/id':
        return this.told('charge.refund.updated', Object.assign(this.find(id, 'refund'), fields));
      case 'POST disputes/id':
        return this.told('charge.dispute.updated', Object.assign(this.find(id, 'dispute'), fields));
      case 'POST disputes/id/close': {
        const dispute = this.find(id, 'dispute');
        const inquiry = String(dispute['status']).startsWith('warning_');
        return this.told(
          'charge.dispute.closed',
          Object.assign(dispute, { status: inquiry ? 'warning_closed' : 'lost' }),
        );
      }
      case 'POST invoiceitems':
        return this.told(
          'invoiceitem.created',
          this.make('invoiceitem', 'ii', {
            ...fields,
            amount: numberOf(fields['amount']),
            invoice: null,
          }),
        );
      case 'DELETE invoiceitems/id': {
        const item = this.find(id, 'invoiceitem');
        this.all.delete(id);
        this.tell('invoiceitem.deleted', item);
        return { id, object: 'invoiceitem', deleted: true };
      }
      case 'POST invoices': {
        const items = this.list(
          'invoiceitem',
          (item) => item['customer'] === fields['customer'] && item['invoice'] === null,
        );
        const made = this.invoiceOf(
          {
            customer: fields['customer'],
            ...(fields['collection_method'] === undefined
              ? {}
              : { collection_method: fields['collection_method'] }),
            ...(fields['days_until_due'] === undefined
              ? {}
              : { due_date: this.now + numberOf(fields['days_until_due']) * 86_400 }),
          },
          items.reduce((sum, item) => sum + Number(item['amount']), 0),
        );
        for (const item of items) item['invoice'] = made.id;
        return made;
      }
      case 'POST invoices/id':
        return this.told('invoice.updated', Object.assign(this.find(id, 'invoice'), fields));
      case 'DELETE invoices/id': {
        const draft = this.find(id, 'invoice');
        this.all.delete(id);
        this.tell('invoice.deleted', draft);
        return { id, object: 'invoice', deleted: true };
      }
      case 'POST invoices/id/finalize': {
        const of = this.find(id, 'invoice');
        this.finalize(of);
        return of;
      }
      case 'POST invoices/id/pay': {
        const of = this.find(id, 'invoice');
        const method = fields['payment_method'] ?? null;
        if (
          String(this.all.get(String(method))?.['test_token'] ?? method).includes('threeDSecure')
        ) {
          this.finalize(of);
          this.tell('invoice.payment_action_required', of);
          throw new Refused(402, {
            type: 'card_error',
            code: 'invoice_payment_intent_requires_action',
            message: 'This payment requires additional user action.',
          });
        }
        this.pay(of, method);
        if (of['status'] !== 'paid')
          throw new Refused(402, {
            type: 'card_error',
            code: 'card_declined',
            message: 'Your card was declined.',
          });
        return of;
      }
      case 'POST invoices/id/send': {
        const of = this.find(id, 'invoice');
        this.finalize(of);
        return this.told('invoice.sent', of);
      }
      case 'POST invoices/id/void':
        return this.closed(id, 'void', 'voided_at', 'invoice.voided');
      case 'POST invoices/id/mark_uncollectible':
        return this.closed(
          id,
          'uncollectible',
          'marked_uncollectible_at',
          'invoice.marked_uncollectible',
        );
      case 'POST subscriptions':
        return this.subscribe(fields);
      case 'POST subscriptions/id':
        return this.changed(this.find(id, 'subscription'), fields);
      case 'DELETE subscriptions/id':
        return this.told(
          'customer.subscription.deleted',
          Object.assign(this.find(id, 'subscription'), {
            status: 'canceled',
            canceled_at: this.now,
            ended_at: this.now,
          }),
        );
      case 'POST billing/id':
        if (id === 'meter_events')
          return this.make('billing.meter_event', 'mtrev', { timestamp: this.now, ...fields });
        return this.told(
          'billing.meter.created',
          this.make('billing.meter', 'mtr', { ...fields, status: 'active' }),
        );
      default:
        throw new Refused(404, {
          type: 'invalid_request_error',
          message: `Unrecognized request URL (${method}: ${path})`,
        });
    }
  }

  changed(of: Stored, { trial_end: trialEnd, ...fields }: Fields): Stored {
    Object.assign(of, fields);
    if (trialEnd === undefined) return this.told('customer.subscription.updated', of);
    const end = trialEnd === 'now' ? this.now : numberOf(trialEnd);
    Object.assign(of, { trial_start: of['trial_start'] ?? this.now, trial_end: end });
    if (end > this.now) {
      of['status'] = 'trialing';
      this.told('customer.subscription.updated', of);
      return this.told('customer.subscription.trial_will_end', of);
    }
    of['status'] = 'paused';
    return this.told('customer.subscription.paused', of);
  }

  closed(id: string, status: string, transition: string, event: string): Stored {
    const of = this.find(id, 'invoice');
    this.finalize(of);
    of['status'] = status;
    (of['status_transitions'] as Fields)[transition] = this.now;
    return this.told(event, of);
  }

  told(type: string, object: Stored): Stored {
    this.tell(type, object);
    return object;
  }

  /** Answers a request that reads. */
  read(path: string, query: URLSearchParams): unknown {
    const [, , first = '', id = '', verb = ''] = path.split('/');
    if (first === 'account') return { id: 'acct_ours', object: 'account' };
    if (first === 'subscription_items') {
      const { items } = this.find(query.get('subscription'), 'subscription');
      return pageOf((items as { data: Stored[] }).data.map(withoutTiers), path, query);
    }
    if (path.endsWith('/event_summaries')) return this.summaries(verb, path, query);
    const type =
      TYPES[verb === 'payment_methods' ? verb : first === 'billing' ? `${first}/${id}` : first];
    if (type === undefined)
      throw new Refused(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (GET: ${path})`,
      });
    if (id !== '' && first !== 'billing' && verb === '')
      return asTold(this.find(id, type), query.getAll('expand[]'));
    const since = Number(query.get('created[gte]') ?? 0);
    const wanted = this.list(type, (object) => {
      const asked = ['customer', 'payment_intent', 'subscription'].every(
        (name) => query.get(name) === null || object[name] === query.get(name),
      );
      const own = verb !== 'payment_methods' || object['customer'] === id;
      return asked && own && Number(object['created']) >= since;
    });
    // Cards that were kept as sources are listed as payment methods too.
    const cards =
      verb === 'payment_methods' ? this.list('card', (card) => card['customer'] === id) : [];
    const told = wanted.map((object) => asTold(object, []));
    return pageOf([...told, ...cards.map(asPaymentMethod)], path, query);
  }

  /** What a meter counted for a customer, as one sum; from minute to minute, as Stripe wants it. */
  summaries(meterId: string, path: string, query: URLSearchParams): unknown {
    const meter = this.find(meterId, 'billing.meter');
    const [start, end] = ['start_time', 'end_time'].map((name) => Number(query.get(name)));
    if (start === undefined || end === undefined || start % 60 !== 0 || end % 60 !== 0) {
      throw new Refused(400, {
        type: 'invalid_request_error',
        message: 'start_time and end_time must align with minute boundaries',
      });
    }
    const counted = this.list('billing.meter_event', (told) => {
      const { stripe_customer_id: of } = told['payload'] as Fields;
      const at = Number(told['timestamp']);
      return (
        told['event_name'] === meter['event_name'] &&
        of === query.get('customer') &&
        start <= at &&
        at < end
      );
    });
    const sum = counted.reduce(
      (all, { payload }) => all + numberOf((payload as Fields)['value']),
      0,
    );
    const summary = {
      ...{ id: `mtrusg_${meterId}`, object: 'billing.meter_event_summary', livemode: false },
      ...{ meter: meterId, start_time: start, end_time: end, aggregated_value: sum },
    };
    return pageOf(counted.length === 0 ? [] : [summary], path, query);
  }
}

/** A list inside an object ends after ten, and the tiers of a price come to who asks for them. */
const asTold = (object: Stored, expand: readonly string[]): Stored => {
  if (object.object === 'price' && !expand.includes('tiers')) {
    const told: Stored = { ...object };
    delete told['tiers'];
    return told;
  }
  if (object.object !== 'subscription') return object;
  const { data } = object['items'] as { data: Stored[] };
  return {
    ...object,
    items: {
      object: 'list',
      data: data.slice(0, 10).map(withoutTiers),
      has_more: data.length > 10,
    },
  };
};

const withoutTiers = (item: Stored): Stored => ({
  ...item,
  price: asTold(item['price'] as Stored, []),
});

const asPaymentMethod = (card: Stored): Stored => {
  const { brand, last4, exp_month, exp_year, country } = card;
  const described = { brand: String(brand).toLowerCase(), last4, exp_month, exp_year, country };
  return { ...card, object: 'payment_method', type: 'card', card: described };
};

const TYPES: Readonly<Record<string, string>> = {
  customers: 'customer',
  products: 'product',
  prices: 'price',
  subscriptions: 'subscription',
  invoices: 'invoice',
  charges: 'charge',
  refunds: 'refund',
  disputes: 'dispute',
  invoice_payments: 'invoice_payment',
  payment_methods: 'payment_method',
  'billing/meters': 'billing.meter',
};

const pageOf = (objects: readonly Stored[], path: string, query: URLSearchParams) => {
  const after = query.get('starting_after');
  const start = after === null ? 0 : objects.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) throw missing(after, 'starting_after');
  const limit = Number(query.get('limit') ?? 10);
  const data = objects.slice(start, start + limit);
  return { object: 'list', url: path, data, has_more: objects.length > start + limit };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const keyOf = (request: IncomingMessage): string =>
  (request.headers.authorization ?? '').replace(/^Bearer /, '');

/** Starts it on a free port. `now`: seconds at which its history begins. */
export const startStripe = async (options: {
  readonly now: number;
  /** The folder of Stripe's fixtures, where there is one. */
  readonly fixtures?: string | null;
  /** What it says the time is, in its answers; by default the company's own. */
  readonly clock?: () => number;
}): Promise<StripeServer> => {
  const company = new Company(templates(options.fixtures ?? null), options.now);
  const requests: string[] = [];
  const refused = new Set<string>();
  const handle: { onRequest: StripeServer['onRequest'] } = { onRequest: null };
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe');
    const method = request.method ?? 'GET';
    const call = `${method} ${pathname}`;
    const key = keyOf(request);
    const body = await bodyOf(request);
    requests.push(call);
    if (![READ_KEY, WRITE_KEY].includes(key)) {
      throw new Refused(401, {
        type: 'invalid_request_error',
        message: 'Invalid API Key provided',
      });
    }
    if (refused.has(call) || (key === READ_KEY && method !== 'GET')) {
      throw new Refused(403, {
        type: 'invalid_request_error',
        message: `The provided key does not have the required permissions for ${call}`,
      });
    }
    if (method === 'GET') return company.read(pathname, searchParams);
    return company.write(method, pathname, parseForm(body));
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const outcome = handle.onRequest?.(`${request.method ?? 'GET'} ${request.url ?? ''}`) ?? 'go';
    if (outcome === 'hang') return;
    response.setHeader('Date', new Date((options.clock?.() ?? company.now) * 1000).toUTCString());
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Stripe-Should-Retry', 'false');
    if (outcome === 'fail') {
      response
        .writeHead(500)
        .end(
          JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred' } }),
        );
      return;
    }
    try {
      const text = JSON.stringify(await answer(request));
      response.writeHead(200).end(text);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      response.writeHead(error.status).end(JSON.stringify({ error: error.body }));
    }
  };
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      response
        .writeHead(500)
        .end(JSON.stringify({ error: { type: 'api_error', message: String(error) } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    events: company.events,
    requests,
    objects: (type) => company.list(type),
    edit: (id, fields) => {
      Object.assign(company.all.get(id) ?? {}, fields);
    },
    forget: (id) => {
      company.all.delete(id);
    },
    refuse: (call) => {
      refused.add(call);
    },
    get onRequest() {
      return handle.onRequest;
    },
    set onRequest(listener) {
      handle.onRequest = listener;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
};
