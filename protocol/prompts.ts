// What a config asks its user while it runs: the only request that goes from the daemon to a client.
import { request } from './requests.ts';

/** `default` is what an empty answer means. */
export type Prompt =
  | { readonly kind: 'confirm'; readonly prompt: string; readonly default?: boolean }
  | { readonly kind: 'input'; readonly prompt: string; readonly default?: string }
  /** `confirm`: to be typed twice. */
  | { readonly kind: 'password'; readonly prompt: string; readonly confirm: boolean };

/** A bool for `confirm`, else what was typed. */
export type PromptAnswer = boolean | string;

/** `stream` is that of the client's own request, on whose behalf it is asked. */
export const AskUser = request<{ readonly stream: number; readonly prompt: Prompt }, PromptAnswer>(
  'oxd/askUser',
);
