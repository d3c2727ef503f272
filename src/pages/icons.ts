import { type Html, html } from "./html.js";

/** Line icons of 24 by 24. They say nothing that words don't say, so they are hidden from screen readers. */
export const icons = {
  alert: html`<circle cx="12" cy="12" r="9"/><path d="M12 7.5V13M12 16.3v.2"/>`,
  barred: html`<circle cx="12" cy="12" r="9"/><path d="m5.7 5.7 12.6 12.6"/>`,
  clock: html`<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>`,
  group: html`<circle cx="9" cy="9" r="3.5"/><path d="M2.5 19c.8-3.3 3.2-5 6.5-5s5.7 1.7 6.5 5M16 5.7a3.5 3.5 0 0 1 0 6.6M18.7 14.7c1.5.8 2.5 2.3 2.9 4.3"/>`,
  mail: html`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7.5 8.5 6 8.5-6"/>`,
  person: html`<rect x="3" y="5" width="18" height="14" rx="2"/><circle cx="8.5" cy="10.5" r="2"/><path d="M5.5 16c.4-1.7 1.5-2.5 3-2.5s2.6.8 3 2.5M14.5 10h4M14.5 14h3"/>`,
  plug: html`<path d="M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0V8zM12 17v4"/>`,
  tick: html`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  warning: html`<path d="M12 4 2.8 19.5h18.4L12 4z"/><path d="M12 10v4M12 16.8v.2"/>`,
} as const;

export type IconName = keyof typeof icons;

export function renderIcon(name: IconName): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${icons[name]}</svg>`;
}
