import { noFailpoints, type Failpoints } from '@cacheplane/workflows'

const ACTIONS = ['exit', 'stop', 'throw'] as const
type Action = (typeof ACTIONS)[number]

/**
 * `node.boot.afterEffect=exit` makes the process die there once, without a flush, as `kill -9` would; `stop` freezes it,
 * `throw` fails the step. Refused in production: a control plane must not carry a switch that stops it.
 */
export function failpointsFrom(text: string | undefined, nodeEnvironment: string | undefined): Failpoints {
  if (text === undefined || text === '') return noFailpoints
  if (nodeEnvironment !== 'test') throw new Error('CACHEPLANE_FAILPOINT needs NODE_ENV=test')
  const [name, action] = text.split('=')
  if (name === undefined || !isAction(action))
    throw new Error(`CACHEPLANE_FAILPOINT is <name>=<${ACTIONS.join('|')}>`)
  let isArmed = true
  return {
    async reach(reached) {
      if (!isArmed || reached !== name) return
      isArmed = false
      await act(action, name)
    },
  }
}

function isAction(text: string | undefined): text is Action {
  return ACTIONS.some((action) => action === text)
}

async function act(action: Action, name: string): Promise<void> {
  switch (action) {
    case 'exit':
      process.kill(process.pid, 'SIGKILL')
      return new Promise(() => undefined)
    case 'stop':
      process.kill(process.pid, 'SIGSTOP')
      return
    case 'throw':
      throw new Error(`failpoint ${name}`)
  }
}
