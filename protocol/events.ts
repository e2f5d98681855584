import type { Diagnostic } from './diagnostic.ts';

/**
 * What happens while a build runs, in order. Each started step is finished, also when it fails or is cancelled.
 * The engine reports events; only the client makes sentences for a screen of them.
 */
export type BuildEvent =
  | {
      readonly event: 'step-started';
      readonly step: number;
      readonly name: StepName;
      readonly subject: string;
    }
  | {
      readonly event: 'step-progress';
      readonly step: number;
      readonly done: number;
      /** Absent when the end is not known. */
      readonly total?: number;
      readonly unit: 'bytes' | 'crates' | 'modules' | 'files';
      readonly detail?: string;
    }
  | {
      readonly event: 'step-finished';
      readonly step: number;
      readonly outcome: 'done' | 'cached' | 'failed' | 'cancelled';
      readonly ms: number;
    }
  /** Text of pip, cargo, or the config's print(); may hold several lines. */
  | {
      readonly event: 'output';
      readonly step?: number;
      readonly from: 'pip' | 'cargo' | 'config';
      readonly text: string;
    }
  /** A line worth a user's attention, such as which distribution was chosen and why. */
  | { readonly event: 'notice'; readonly text: string }
  | { readonly event: 'diagnostic'; readonly diagnostic: Diagnostic }
  | {
      readonly event: 'artifact';
      readonly target: string;
      readonly kind: ArtifactKind;
      readonly path: string;
    }
  /** `--watch`: one round is over. */
  | {
      readonly event: 'round';
      readonly outcome: 'built' | 'unchanged' | 'failed';
      readonly changed: readonly string[];
      readonly ms: number;
    };

export type StepName =
  | 'distribution'
  | 'pip'
  | 'scan'
  | 'bytecode'
  | 'stub'
  | 'cargo'
  | 'layer'
  | 'image'
  | 'package'
  | 'config';

/** A program, any other single file (a wheel, an installer), or a folder. */
export type ArtifactKind = 'executable' | 'file' | 'directory';
