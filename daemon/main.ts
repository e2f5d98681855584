// The daemon's process: claims its folder, listens, says so, works, and ends when asked or when nobody needs it.
import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { type DaemonState, logFileName, type Readiness } from '../protocol/daemon-state.ts';
import { Failure } from '../protocol/failure.ts';
import { bootId, processState } from '../protocol/process-identity.ts';
import { type DaemonReport, type Identity, protocolVersion } from '../protocol/requests.ts';
import { version } from '../protocol/version.ts';
import { codeFolder, packageFolder } from './code-stamp.ts';
import type { CreateEngine, Engine } from './engine.ts';
import { IdleClock, idleMsOf } from './idle.ts';
import { OwnCode } from './lifecycle-code.ts';
import {
  type Claim,
  claimFolder,
  closeInheritedFiles,
  guardState,
  publishState,
  withdrawState,
} from './lifecycle.ts';
import { openLog, type RootLog } from './log.ts';
import { freeMemory } from './lifecycle-memory.ts';
import { listen, type Server } from './server.ts';
import type { Services } from './session.ts';

export type DaemonOptions = {
  readonly runtimeFolder: string;
  readonly cacheFolder: string;
  readonly idleMs: number;
  readonly createEngine: CreateEngine;
  /** Whether to make room for a new daemon when the code it runs has changed. */
  readonly followsCode: boolean;
};

/** Builds that are cancelled get this long to end what they started. */
const stopMs = 10_000;

//  serving --another daemon is wanted--> leaving --last build is over--> ended
//  serving or leaving --stop--> stopping --builds are over, or 10 s--> ended
type Phase = 'serving' | 'leaving' | 'stopping' | 'ended';

class Daemon {
  readonly #options: DaemonOptions;
  readonly #claim: Claim;
  readonly #log: RootLog;
  readonly #state: DaemonState;
  readonly #stopping = new AbortController();
  readonly #startedAt = performance.now();
  readonly #ownCode: OwnCode | undefined;
  readonly #idle: IdleClock;
  readonly #ended = Promise.withResolvers<void>();
  #phase: Phase = 'serving';
  #engine: Promise<Engine> | undefined;
  #openEngine: Engine | undefined;
  #server: Server | undefined;
  #closeGuard: (() => void) | undefined;

  constructor(options: DaemonOptions, claim: Claim) {
    this.#options = options;
    this.#claim = claim;
    this.#state = describe(options, claim);
    this.#log = openLog(join(options.runtimeFolder, logFileName), { pid: process.pid });
    this.#ownCode = options.followsCode ? new OwnCode(codeFolder) : undefined;
    this.#idle = new IdleClock(options.idleMs, {
      onIdle: () => this.#stop('nothing to do'),
      onPause: freeMemory,
    });
  }

  /** Listens and makes itself known. */
  async start(): Promise<void> {
    const { folder, socketName } = this.#claim;
    this.#server = await listen(folder, socketName, this.#services());
    publishState(folder, this.#state);
    const guard = guardState(this.#claim, this.#state, () => this.#makeRoom('its socket is gone'));
    this.#closeGuard = () => guard?.close();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => this.#stop(signal));
    process.on('uncaughtException', (error) => {
      this.#log.error({ err: error }, 'uncaught');
      withdrawState(folder, this.#state);
      process.exit(70);
    });
    this.#log.info({ version, node: process.version, folder }, 'daemon started');
  }

  /** Resolves when nothing is left to do. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  #services(): Services {
    return {
      log: this.#log,
      logFile: join(this.#claim.folder, logFileName),
      token: this.#state.token,
      self: { daemonId: this.#state.daemonId, pid: process.pid, version },
      mismatch: (theirs) => this.#mismatch(theirs),
      engine: () => this.#open(),
      report: () => this.#report(),
      begin: () => this.#idle.begin(),
      stopping: this.#stopping.signal,
      stop: (reason) => this.#stop(reason),
      makeRoom: (reason) => this.#makeRoom(reason),
    };
  }

  #open(): Promise<Engine> {
    const { cacheFolder, createEngine } = this.#options;
    this.#engine ??= Promise.resolve(createEngine({ cacheFolder, log: this.#log })).then(
      (engine) => {
        setImmediate(flushCompileCache);
        return (this.#openEngine = engine);
      },
      (error: unknown) => {
        // A full disk or a locked cache today is no reason to refuse tomorrow.
        this.#engine = undefined;
        throw error;
      },
    );
    return this.#engine;
  }

  #mismatch(theirs: Identity): string | undefined {
    const ours = this.#state.identity;
    if (this.#phase !== 'serving') return 'it is about to end';
    if (theirs.protocol !== ours.protocol || theirs.version !== ours.version)
      return `it is oxd ${ours.version}, this is oxd ${theirs.version}`;
    if (theirs.packageFolder !== ours.packageFolder)
      return `it runs from ${ours.packageFolder}, this from ${theirs.packageFolder}`;
    if (theirs.cacheFolder !== ours.cacheFolder)
      return `its cache is ${ours.cacheFolder}, this one's is ${theirs.cacheFolder}`;
    if (this.#ownCode?.hasChanged() === true) return 'its code has changed';
    return undefined;
  }

  #report(): DaemonReport {
    return {
      pid: process.pid,
      daemonId: this.#state.daemonId,
      version,
      node: process.version,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      rssBytes: process.memoryUsage.rss(),
      clients: (this.#server?.connections ?? 1) - 1,
      builds: this.#openEngine?.status().builds ?? [],
      idleExitMs: this.#idle.leftMs,
      cacheFolder: this.#options.cacheFolder,
      logFile: join(this.#claim.folder, logFileName),
    };
  }

  /** Lets go of all that another daemon needs; what runs here goes on. */
  #release(): void {
    this.#closeGuard?.();
    this.#ownCode?.close();
    withdrawState(this.#claim.folder, this.#state);
    this.#server?.refuseMore();
    this.#claim.lock[Symbol.dispose]();
  }

  #makeRoom(reason: string): void {
    if (this.#phase !== 'serving') return;
    this.#phase = 'leaving';
    this.#log.info({ reason }, 'making room');
    this.#release();
    this.#endAtRest();
  }

  #stop(reason: string): void {
    if (this.#phase === 'stopping' || this.#phase === 'ended') return;
    this.#log.info({ reason }, 'stopping');
    if (this.#phase === 'serving') this.#release();
    this.#phase = 'stopping';
    this.#stopping.abort(new Failure('cancelled', `The daemon stops: ${reason}`));
    setTimeout(() => this.#end(), stopMs).unref();
    this.#endAtRest();
  }

  #endAtRest(): void {
    // The answers of what has just ended are still to be written.
    void this.#idle.rest().then(() => setImmediate(() => this.#end()));
  }

  #end(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#idle.close();
    const closeAll = async (): Promise<void> => {
      await this.#server?.close();
      await this.#openEngine?.[Symbol.asyncDispose]();
    };
    closeAll()
      .catch((error: unknown) => this.#log.error({ err: error }, 'not closed'))
      .finally(() => {
        this.#log.info({}, 'daemon ended');
        this.#ended.resolve();
      });
  }
}

function describe({ cacheFolder }: DaemonOptions, { socketName }: Claim): DaemonState {
  return {
    schema: 1,
    pid: process.pid,
    startTime: processState(process.pid)?.startTime ?? '',
    bootId: bootId(),
    daemonId: randomUUID(),
    socket: socketName,
    token: randomBytes(32).toString('hex'),
    identity: { protocol: protocolVersion, version, packageFolder, cacheFolder },
    startedAt: new Date().toISOString(),
  };
}

/** The pipe on which whoever started the daemon waits for its first words. */
const readinessDescriptor = 3;

/** Runs a daemon in this process until it has ended. Says on descriptor 3 whether it listens. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  closeInheritedFiles([readinessDescriptor]);
  let daemon: Daemon;
  try {
    const claim = claimFolder(options.runtimeFolder);
    if (claim === undefined)
      return tell({ ready: false, reason: 'already-running', message: 'another daemon runs' });
    daemon = new Daemon(options, claim);
    await daemon.start();
  } catch (error) {
    return tell({ ready: false, reason: 'failed', message: (error as Error).message });
  }
  tell({ ready: true });
  // Node would do so when it exits, which a daemon does late, or not at all when it is killed.
  setImmediate(flushCompileCache);
  await daemon.ended;
}

function tell(readiness: Readiness): void {
  try {
    writeSync(readinessDescriptor, `${JSON.stringify(readiness)}\n`);
    closeSync(readinessDescriptor);
  } catch {
    // Whoever waited is gone; the next client finds the state file.
  }
}

if (import.meta.main) {
  process.title = 'oxd daemon';
  const { values } = parseArgs({ options: { runtime: { type: 'string' }, cache: { type: 'string' } } });
  await runDaemon({
    runtimeFolder: values.runtime ?? '',
    cacheFolder: values.cache ?? '',
    idleMs: idleMsOf(process.env['OXD_IDLE_MS']),
    followsCode: true,
    createEngine: async (engineOptions) => {
      // Loaded with the first request that needs it: a daemon that nobody asks to build stays small.
      const { createEngine } = (await import('./builds.ts')) as { createEngine: CreateEngine };
      return createEngine({ ...engineOptions, startsEarly: true });
    },
  });
  process.exit();
}
