import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex } from 'node:stream'

/** A Docker engine on a host that is reached by `ssh`. */
export interface SshTarget {
  host: string
  user: string | null
  port: number | null
  /** File of the key to show, and no other; null leaves that to the agent and to ssh's configuration. */
  keyFile: string | null
  /** File of the hosts that are known; null for ssh's own. */
  knownHostsFile: string | null
}

const DIAL = ['docker', 'system', 'dial-stdio']
const CONNECT_SECONDS = 3
/** A host that says nothing for twice this long is gone: nobody asks anything of a stream of events. */
const ALIVE_SECONDS = 2
const COMPLAINT_CHARACTERS = 300

/** All that ssh needs of our environment, in which there are secrets: its configuration may send variables over. */
const VARIABLES = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SSH_AUTH_SOCK', 'LANG'] as const

/**
 * A connection to the engine as Docker's own client makes it: `docker system dial-stdio` over there, and its two pipes here.
 * Deny by default: a host whose key is not known is refused, nobody is asked anything, and nothing of this machine is lent.
 */
export function sshConnection(target: SshTarget): Duplex {
  const environment = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]))
  return new SshPipes(target.host, spawn('ssh', sshArguments(target), { stdio: 'pipe', env: environment }))
}

/** The pipes of a process, which is gone when they are; what it complained of is what they fail with. */
class SshPipes extends Duplex {
  #complaint = ''

  constructor(
    private readonly host: string,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    super()
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString('utf8')).slice(-COMPLAINT_CHARACTERS)
    })
    // Its end tells why.
    child.stdin.on('error', () => undefined)
    child.on('error', () => this.#fail('there is no program `ssh` here: install openssh-client'))
    child.on('close', (code) => {
      if (code === 0) this.push(null)
      else this.#fail(lastLine(this.#complaint) ?? `it ended with ${code}`)
    })
  }

  override _read(): void {
    this.child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: () => void): void {
    this.child.stdin.write(chunk, () => written())
  }

  override _final(ended: () => void): void {
    this.child.stdin.end(() => ended())
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    this.child.kill('SIGKILL')
    destroyed(error)
  }

  // Node's HTTP client asks these of every connection that it keeps.
  setKeepAlive = (): this => this
  setNoDelay = (): this => this
  setTimeout = (): this => this
  ref = (): this => this
  unref = (): this => this

  #fail(because: string): void {
    this.destroy(new Error(`ssh to ${this.host}: ${because}`))
  }
}

export function sshArguments({ host, user, port, keyFile, knownHostsFile }: SshTarget): string[] {
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `ConnectTimeout=${CONNECT_SECONDS}`,
    `ServerAliveInterval=${ALIVE_SECONDS}`,
    'ServerAliveCountMax=2',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    // Connections that share one die with it.
    'ControlPath=none',
    ...(keyFile === null ? [] : ['IdentitiesOnly=yes']),
    ...(knownHostsFile === null
      ? []
      : [`UserKnownHostsFile="${knownHostsFile}"`, 'GlobalKnownHostsFile=/dev/null']),
  ]
  return [
    '-T',
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(keyFile === null ? [] : ['-i', keyFile]),
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    '--',
    host,
    ...DIAL,
  ]
}

function lastLine(text: string): string | null {
  return text.trim().split('\n').at(-1)?.trim() || null
}
