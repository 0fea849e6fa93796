import type { Keyring, NodeRef, NodeSpec } from '@cacheplane/domain'
import { customerRules } from '../config/users.ts'
import { controlUser } from '../core/names.ts'
import type { Answer, NodeControl, NodeFacts } from '../core/node-control.ts'
import type { Route } from './connect.ts'
import { controlPassword } from './control-password.ts'
import { parseInfo } from './parse-info.ts'
import type { Reply } from './resp-parser.ts'
import { respSession, type Login } from './resp-session.ts'

/** Control of redis and valkey nodes, as the user that only this incarnation of the node knows. */
export class RedisControl implements NodeControl {
  constructor(
    private readonly keyring: Pick<Keyring, 'derive'>,
    private readonly routeTo: (node: NodeRef) => Promise<Route>,
  ) {}

  async read(node: NodeRef): Promise<Answer<NodeFacts>> {
    const commands = [['INFO'], ['ACL', 'GETUSER', 'default']]
    const answer = await respSession(await this.routeTo(node), this.#login(node), commands)
    if (answer.kind !== 'answered') return answer
    const [info, user] = answer.value
    if (typeof info !== 'string') return { kind: 'silent', because: 'its INFO makes no sense' }
    return { kind: 'answered', value: { ...parseInfo(info), open: isOn(user) } }
  }

  async open(node: NodeSpec): Promise<Answer<void>> {
    const command = ['ACL', 'SETUSER', 'default', ...customerRules(node, node.authToken)]
    const answer = await respSession(await this.routeTo(node), this.#login(node), [command])
    return answer.kind === 'answered' ? { kind: 'answered', value: undefined } : answer
  }

  #login(node: NodeRef): Login {
    return { user: controlUser(node.nodeId), password: controlPassword(this.keyring, node) }
  }
}

/** `ACL GETUSER` answers a flat list of names and values, the flags among them as a list. */
function isOn(user: Reply | undefined): boolean {
  if (!Array.isArray(user)) return false
  const flags = user[user.indexOf('flags') + 1]
  return Array.isArray(flags) && flags.includes('on')
}
