import type { ContainerCreateOptions } from 'dockerode'
import { SEED_INPUT, UID } from '../config/node-files.ts'
import type { TrialBlueprint } from '../core/docker-engine.ts'
import { engineImageTag } from '../images/engine-image-tag.ts'
import { hardening, STANDARD_INPUT } from './container-options.ts'

/** An engine of the writer's version on no network at all: a file that somebody brought may be anything. */
export function trialOptions({ name, labels, trial }: TrialBlueprint): ContainerCreateOptions {
  return {
    name,
    Image: engineImageTag({ engine: trial.engine, version: trial.engineVersion }),
    Entrypoint: [`${trial.engine}-server`],
    Cmd: [
      ...['--bind', '127.0.0.1', '--port', '6379', '--save', '', '--appendonly', 'no'],
      // It says then how much memory it has taken.
      ...['--loglevel', 'debug'],
      ...['--dir', SEED_INPUT.directory, '--dbfilename', SEED_INPUT.name],
    ],
    User: `${UID}:${UID}`,
    Labels: { ...labels },
    WorkingDir: '/tmp',
    Healthcheck: { Test: ['NONE'] },
    ...STANDARD_INPUT,
    HostConfig: { ...hardening(trial.memoryBytes), NetworkMode: 'none' },
  }
}
