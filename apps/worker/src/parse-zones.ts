export interface ZoneConfig {
  name: string
  /** `unix://`, `tcp://` or `ssh://` address of a Docker engine. */
  dockerAddress: string
  /** Where clients reach the ports that this engine publishes. */
  announcedAddress: string
}

const ENTRY =
  /^(?<name>[a-z0-9][a-z0-9-]*)=(?<docker>(?:unix|tcp|ssh):\/\/[^#\s]+)(?:#(?<announced>[\w.:-]+))?$/

/**
 * `local-1a=unix:///var/run/docker.sock#10.0.0.5,…` → zones. Without `#…` clients are told 127.0.0.1 for a local engine
 * and the host of its address for a remote one. Throws a sentence about the first entry that is wrong.
 */
export function parseZones(text: string): ZoneConfig[] {
  const zones = text.split(',').map((entry) => parseZone(entry.trim()))
  const names = new Set(zones.map((zone) => zone.name))
  if (names.size < zones.length) throw new Error('a zone is named twice')
  return zones
}

function parseZone(entry: string): ZoneConfig {
  const { name, docker, announced } = ENTRY.exec(entry)?.groups ?? {}
  if (name === undefined || docker === undefined) {
    throw new Error(`"${entry}" is no <zone>=<docker address>[#<announced address>]`)
  }
  const host = docker.startsWith('unix://') ? '127.0.0.1' : new URL(docker).hostname
  return { name, dockerAddress: docker, announcedAddress: announced ?? host }
}
