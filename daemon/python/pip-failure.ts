// Makes of pip's output what the user must know.
import { type Failure, environmentFailure, inputFailure } from '../../protocol/failure.ts';
import { keepLog } from './program-log.ts';

/** The cause is in the first lines of pip's errors or the last; a compiler's output between them can be thousands. */
const firstLinesMax = 12;
const lastLinesMax = 20;
/** pip puts whole lists of failed files into one line. */
const lineLengthMax = 400;

/** What of the circumstances matters to whoever reads the failure. */
export type PipCircumstances = {
  readonly subject: string;
  /** For which Python and platform it worked. */
  readonly python: string;
  /** Of the file that gets the whole output. */
  readonly name: string;
  readonly isOffline: boolean;
  readonly isFromLock: boolean;
};

/** The failure of a pip that ended badly. Its whole output goes into a file below `logs`. */
export function pipFailure(
  output: string,
  logs: string,
  { subject, python, name, isOffline, isFromLock }: PipCircumstances,
): Failure {
  const logFile = keepLog(logs, name, output);
  const words = pipsOwnWords(output);
  const message = `pip cannot install ${subject}${isOffline ? ' offline' : ''}\n${words}`;
  if (isOffline && /No matching distribution found|Failed to establish|ProxyError|timed out/i.test(output))
    return environmentFailure(message, {
      hint: 'build once with the network, or name a folder of wheels with PIP_FIND_LINKS',
      logFile,
    });
  if (isFromLock && /No matching distribution found/.test(output))
    return inputFailure(message, {
      hint: 'the lock has no wheel of it for this Python and platform: lock it for these too, or choose with --python',
      logFile,
    });
  if (/THESE PACKAGES DO NOT MATCH THE HASHES/.test(output))
    return inputFailure(message, {
      hint: 'what was downloaded is not what was locked: find out why before you lock it again',
      logFile,
    });
  if (/No space left on device|Errno 28/.test(output))
    return environmentFailure(message, { hint: 'free disk space and build again', logFile });
  if (
    /Failed to establish a new connection|name resolution|Name or service not known|Network is unreachable|Connection refused|timed out|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED/.test(
      output,
    )
  )
    return environmentFailure(message, {
      hint: 'check the network, and the proxy and index settings (HTTPS_PROXY, PIP_INDEX_URL, PIP_CERT, pip.conf)',
      logFile,
    });
  return inputFailure(message, { ...hintFor(output, python), logFile });
}

function hintFor(output: string, python: string): { readonly hint?: string } {
  if (/No matching distribution found/.test(output))
    return { hint: 'check the name and version, and whether the package has a release for this Python' };
  const foreign = /(\S+\.whl) is not a supported wheel on this platform/.exec(output)?.[1];
  if (foreign !== undefined)
    return {
      hint: `the end of its name says which Python and platform ${foreign} is for: take the wheel for ${python}`,
    };
  if (/ResolutionImpossible|conflicting dependencies/.test(output))
    return { hint: 'loosen one of the versions that exclude each other' };
  if (/(error: command .*(gcc|cc|g\+\+)|unable to execute|Python\.h: No such file)/.test(output))
    return {
      hint: 'the package has no wheel for this Python: install its build requirements, or take another version',
    };
  return {};
}

/** pip's advertisements, and its advice about conflicts, which the hint gives. */
const notWorthTelling =
  /^\[notice\]|^WARNING: (You are using pip|Retrying)|^To fix this you could try|^\d\. (loosen|remove) /;

/** From pip's first error on, or from where it says what excludes what. */
function pipsOwnWords(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .map((line) => (line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}…` : line.trimEnd()))
    .filter((line) => line !== '' && !notWorthTelling.test(line));
  const start = lines.findIndex((line) =>
    /^\s*(ERROR|error|×|Usage):?|^The conflict is caused by:/.test(line),
  );
  const relevant = start === -1 ? lines.slice(-lastLinesMax) : lines.slice(start);
  if (relevant.length <= firstLinesMax + lastLinesMax) return relevant.join('\n');
  const left = relevant.length - firstLinesMax - lastLinesMax;
  return [
    ...relevant.slice(0, firstLinesMax),
    `… ${left} more lines …`,
    ...relevant.slice(-lastLinesMax),
  ].join('\n');
}
