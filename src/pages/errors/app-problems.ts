import type { PageProblem } from "../../oidc/page-error.js";
import type { Fact } from "../details.js";
import { html } from "../html.js";
import { appName, showReceived } from "../names.js";
import type { Notice } from "./notice.js";

type Problem<Kind extends PageProblem["kind"]> = Extract<PageProblem, { readonly kind: Kind }>;

const words = {
  details: "Details",
  error: "Error",
  client: "Client",
  received: "Received",
  toDo: "To do",
  allowed: "Allowed",
  goBack: html`Go back to the app and start from there. If it happens again, tell the people who run it. What they need to know is below.`,
  unknownApp: {
    title: "We don’t know this app",
    lead: (product: string) =>
      html`The link that brought you here names an app that is not set up at ${product}. It may be old, or mistyped.`,
    detailsFor: "For the person who sets up the app",
    error: "client_id is unknown",
    toDo: "Check client_id in the app against staticClients in the configuration. Case counts.",
  },
  badRedirect: {
    title: "We stopped to keep your account safe",
    lead: (app: string) =>
      html`${app} asked us to send you to an address that is not on its list. This is a setting of the app; you did nothing wrong.`,
    text: (app: string) => html`Tell the people who run ${app}. What they need to know is below.`,
    detailsFor: (app: string) => `For the person who sets up ${app}`,
    error: "redirect_uri does not match",
    toDo: (client: string) =>
      `Add exactly this address to redirectURIs of client ${client}, or change it in the app. Case, port, path and a closing slash all count.`,
  },
  invalidRequest: {
    title: "The app sent something we can’t use",
    lead: html`This is a setting of the app, or a link that was cut. You did nothing wrong, and your account is fine.`,
    detailsFor: "For the person who sets up the app",
  },
  notFound: {
    title: "There is no page here",
    lead: html`The address may be old, or mistyped. Nothing is wrong with your account.`,
    text: html`To sign in, go back to the app and start from there.`,
  },
  methodNotAllowed: {
    title: "This page can’t be opened like this",
    lead: html`It is a step of signing in that needs another way in. Nothing is wrong with your account.`,
    text: html`To sign in, go back to the app and start from there.`,
    detailsFor: "For the person who sets up the app",
  },
} as const;

export function unknownApp({ received }: Problem<"unknown-app">, productName: string): Notice {
  const { title, lead, detailsFor, error, toDo } = words.unknownApp;
  return {
    title,
    icon: "plug",
    lead: lead(productName),
    text: words.goBack,
    actions: [],
    detailsFor,
    facts: [[words.error, error], receivedFact(received), [words.toDo, toDo]],
  };
}

export function badRedirect(problem: Problem<"bad-redirect">): Notice {
  const { title, lead, text, detailsFor, error, toDo } = words.badRedirect;
  const app = appName(problem);
  const client = showReceived(problem.clientId);
  return {
    title,
    icon: "plug",
    lead: lead(app),
    text: text(app),
    actions: [],
    detailsFor: detailsFor(app),
    facts: [[words.error, error], [words.client, client], receivedFact(problem.received), [words.toDo, toDo(client)]],
  };
}

export function invalidRequest({ reason }: Problem<"invalid-request">): Notice {
  const { title, lead, detailsFor } = words.invalidRequest;
  return {
    title,
    icon: "plug",
    lead,
    text: words.goBack,
    actions: [],
    detailsFor,
    facts: [[words.error, showReceived(reason)]],
  };
}

export function notFound(): Notice {
  return { ...words.notFound, icon: "barred", actions: [], detailsFor: words.details };
}

export function methodNotAllowed({ allow }: Problem<"method-not-allowed">): Notice {
  return { ...words.methodNotAllowed, icon: "barred", actions: [], facts: [[words.allowed, allow]] };
}

function receivedFact(value: string): Fact {
  return [words.received, showReceived(value)];
}
