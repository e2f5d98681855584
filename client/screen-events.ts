// What both drawings do alike: which events are lines that stay.
import type { BuildEvent } from '../protocol/events.ts';
import type { Colors } from './colors.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { artifactSentence, roundSentence } from './sentences.ts';

/** The text of an event that is shown wherever it is shown at all; undefined for steps and the output of programs. */
export function standingText(event: BuildEvent, paint: { cwd: string; colors: Colors }): string | undefined {
  switch (event.event) {
    case 'notice':
      return `${event.text}\n`;
    case 'artifact':
      return `${artifactSentence(event)}\n`;
    case 'diagnostic':
      return diagnosticText(event.diagnostic, paint);
    case 'round':
      return `${roundSentence(event)}\n`;
    case 'output':
      // What a config prints is its author's word; pip and cargo are up to the drawing.
      return event.from === 'config' ? ended(event.text) : undefined;
    case 'step-started':
    case 'step-progress':
    case 'step-finished':
      return undefined;
  }
}

/** With a line break at its end. */
export const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** A step that takes longer than this is worth a line; most take milliseconds. */
export const worthTellingMs = 500;
