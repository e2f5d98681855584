// Builds are answered by a daemon, which has no terminal to ask at: only defaults can answer.
import { ConfigError } from './config-object.ts';
import { declareFunction } from './declaration.ts';
import { bool, optional, str, withDefault } from './parameter.ts';

function answer<T>(prompt: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new ConfigError(
    `cannot ask ${JSON.stringify(prompt)}: a build has no terminal`,
    'give a default, or pass the answer with --var and read VARS',
  );
}

export const canPrompt = declareFunction({
  name: 'can_prompt',
  doc: 'Whether the user can be asked. Always False.',
  generation: 'modern',
  parameters: {},
  returns: 'bool',
  call: () => false,
});

export const promptConfirm = declareFunction({
  name: 'prompt_confirm',
  doc: 'The default; an error without one.',
  generation: 'modern',
  parameters: { prompt: str, default: optional(bool) },
  returns: 'bool',
  call: (_evaluation, values) => answer(values.prompt, values.default),
});

export const promptInput = declareFunction({
  name: 'prompt_input',
  doc: 'The default; an error without one.',
  generation: 'modern',
  parameters: { prompt: str, default: optional(str) },
  returns: 'str',
  call: (_evaluation, values) => answer(values.prompt, values.default),
});

export const promptPassword = declareFunction({
  name: 'prompt_password',
  doc: 'The default; an error without one.',
  generation: 'modern',
  parameters: { prompt: str, confirm: withDefault(bool, false), default: optional(str) },
  returns: 'str',
  call: (_evaluation, values) => answer(values.prompt, values.default),
});
