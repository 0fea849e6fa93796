import { basename } from 'node:path'
import type { ContainerCreateOptions } from 'dockerode'
import { DIRECTORY, FILES, UID } from '../config/node-files.ts'
import type { TrialBlueprint } from '../core/docker-engine.ts'
import { engineImageTag } from '../images/engine-image-tag.ts'
import { hardening, volumeOf } from './container-options.ts'
import type { TarFile } from './tar.ts'

/** An engine of the writer's version on no network at all: a file that somebody brought may be anything. */
export function trialOptions({ name, labels, trial }: TrialBlueprint): ContainerCreateOptions {
  return {
    name,
    Image: engineImageTag({ engine: trial.engine, version: trial.engineVersion }),
    Entrypoint: [`${trial.engine}-server`],
    Cmd: [FILES.config],
    User: `${UID}:${UID}`,
    Labels: { ...labels },
    WorkingDir: '/tmp',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...hardening(trial.memoryBytes),
      NetworkMode: 'none',
      Mounts: [volumeOf({ name, labels })],
    },
  }
}

const CONFIG = `bind 127.0.0.1
port 6379
dir ${DIRECTORY}
dbfilename ${basename(FILES.seed)}
save ""
appendonly no
`

export const TRIAL_FILES: readonly TarFile[] = [
  { name: basename(FILES.config), content: CONFIG, mode: 0o400 },
]
