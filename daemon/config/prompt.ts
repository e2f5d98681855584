// What a config asks whoever builds it. The daemon has no terminal: it passes the question to the client.
import type { Prompt, PromptAnswer } from '../../protocol/prompts.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { bool, optional, str, withDefault } from './parameter.ts';

/** What the user answers. Without one the default does, and without that it is an error. */
function answer(evaluation: Evaluation, prompt: Prompt, value: PromptAnswer | undefined): PromptAnswer {
  if (evaluation.outlet.ask('canAsk', {})) return evaluation.outlet.ask('ask', prompt);
  if (value !== undefined) return value;
  throw new ConfigError(
    `cannot ask ${JSON.stringify(prompt.prompt)}: there is no terminal`,
    'run it in a terminal without --json, give a default, or pass the answer with --var and read VARS',
  );
}

const withDefaultOf = <T>(value: T | undefined): { readonly default?: T } =>
  value === undefined ? {} : { default: value };

export const canPrompt = declareFunction({
  name: 'can_prompt',
  doc: 'Whether there is somebody who can be asked: the build was started in a terminal, without `--json`.',
  generation: 'modern',
  parameters: {},
  returns: 'bool',
  call: (evaluation) => evaluation.outlet.ask('canAsk', {}),
});

export const promptConfirm = declareFunction({
  name: 'prompt_confirm',
  doc: 'Asks for a yes or a no. The default is what an empty answer means, and the result where nobody can be asked; without one that is an error. Answers are for one build: the next one asks again, also when nothing has changed.',
  generation: 'modern',
  parameters: { prompt: str, default: optional(bool) },
  returns: 'bool',
  call: (evaluation, { prompt, default: value }) =>
    answer(evaluation, { kind: 'confirm', prompt, ...withDefaultOf(value) }, value),
});

export const promptInput = declareFunction({
  name: 'prompt_input',
  doc: 'Asks for a line of text. The default is what an empty answer means, and the result where nobody can be asked; without one that is an error.',
  generation: 'modern',
  parameters: { prompt: str, default: optional(str) },
  returns: 'str',
  call: (evaluation, { prompt, default: value }) =>
    answer(evaluation, { kind: 'input', prompt, ...withDefaultOf(value) }, value),
});

export const promptPassword = declareFunction({
  name: 'prompt_password',
  doc: 'Asks for a password, which is not shown while it is typed; twice with `confirm`. The default is the result where nobody can be asked; without one that is an error.',
  generation: 'modern',
  parameters: { prompt: str, confirm: withDefault(bool, false), default: optional(str) },
  returns: 'str',
  call: (evaluation, { prompt, confirm, default: value }) =>
    answer(evaluation, { kind: 'password', prompt, confirm }, value),
});
