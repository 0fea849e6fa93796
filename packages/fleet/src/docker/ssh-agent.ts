import { Agent, type AgentOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import { sshConnection, type SshTarget } from './ssh-connection.ts'

/** Keeps connections through `ssh`, each of which costs a handshake of some hundred milliseconds. */
export class SshAgent extends Agent {
  constructor(
    private readonly target: SshTarget,
    options: AgentOptions,
  ) {
    super(options)
  }

  override createConnection(): Duplex {
    return sshConnection(this.target)
  }
}
