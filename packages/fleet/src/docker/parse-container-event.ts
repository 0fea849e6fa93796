import type { ContainerEvent } from '../core/docker-engine.ts'
import { stringRecord } from './json.ts'

export interface ParsedEvent {
  event: ContainerEvent
  atSeconds: number
}

/** One line of Docker's event stream; null for what is no event of a container. */
export function parseContainerEvent(line: string): ParsedEvent | null {
  const json = parse(line)
  if (json?.['Type'] !== 'container' || typeof json['time'] !== 'number') return null
  const actor = json['Actor']
  const attributes =
    typeof actor === 'object' && actor !== null && 'Attributes' in actor ? actor.Attributes : {}
  return {
    event: { action: actionOf(String(json['Action'])), labels: stringRecord(attributes) },
    atSeconds: json['time'],
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(line)
    return typeof json === 'object' && json !== null ? { ...json } : null
  } catch {
    return null
  }
}

function actionOf(action: string): ContainerEvent['action'] {
  switch (action) {
    case 'start':
      return 'started'
    case 'die':
      return 'died'
    case 'destroy':
      return 'removed'
    case 'pause':
      return 'paused'
    default:
      return 'other'
  }
}
