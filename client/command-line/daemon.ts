import { type Command, plain } from './command.ts';

export const daemon: readonly Command[] = [
  { ...plain, name: 'daemon start', summary: 'Start the daemon, unless it runs' },
  { ...plain, name: 'daemon stop', summary: 'Stop the daemon; running builds are cancelled' },
  { ...plain, name: 'daemon restart', summary: 'Stop the daemon and start a new one' },
  {
    ...plain,
    name: 'daemon status',
    summary: 'Show what the daemon does; exit code 3 when none runs',
  },
  {
    ...plain,
    name: 'daemon logs',
    summary: "Show the daemon's log, whether or not it runs",
    options: [{ flag: '--follow', short: '-f', values: [], help: 'Go on until interrupted' }],
  },
];
