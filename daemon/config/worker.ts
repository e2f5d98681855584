// A config's worker thread: runs one config after another, blocking on its questions to the daemon.
import { parentPort } from 'node:worker_threads';

import { awaitReply, type EvaluateMessage, type WorkerMessage } from './channel.ts';
import { runConfig } from './run-config.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread');

const post = (message: WorkerMessage): void => port.postMessage(message);

port.on('message', ({ request, shared, replies }: EvaluateMessage) => {
  try {
    const outcome = runConfig(request, {
      interrupt: shared,
      ask(method, question) {
        post({ kind: 'call', method, request: question });
        return awaitReply(shared, replies);
      },
      print: (text) => post({ kind: 'print', text }),
      notice: (text) => post({ kind: 'notice', text }),
      diagnostic: (diagnostic) => post({ kind: 'diagnostic', diagnostic }),
    });
    post({ kind: 'done', outcome });
  } catch (error) {
    post({ kind: 'broken', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    replies.close();
  }
});
