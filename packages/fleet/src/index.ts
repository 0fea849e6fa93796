export { createDockerFleet, type DockerFleetOptions, type FleetZone } from './create-docker-fleet.ts'
export { createAuthority } from './tls/create-authority.ts'
