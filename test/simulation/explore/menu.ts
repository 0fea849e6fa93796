import type { Opening } from './scene.ts'

const AUTOMATIC = { isAutomatic: true, asked: null, harms: ['dies', 'freezes'], momentMs: 9_500 } as const
const UNSEEN = { ...AUTOMATIC, harms: ['is out of sight'], momentMs: 1_900 } as const
const SWITCH = { ...AUTOMATIC, isAutomatic: false, asked: 'switch' } as const
const TEST = { ...AUTOMATIC, asked: 'test' } as const
const RECOVERY = { ...AUTOMATIC, isAutomatic: false, harms: ['dies'] } as const

const NOTHING = { faults: 0, lostAnswers: 0, deaths: 0, writes: 0 }

/** Each is explored to its end with every test. */
export const SMALL: readonly (readonly [string, Opening])[] = [
  ['a node dies or freezes', { ...AUTOMATIC, left: { ...NOTHING, faults: 1, writes: 1 } }],
  [
    'a node dies or freezes, and a worker dies or is overtaken',
    { ...AUTOMATIC, left: { ...NOTHING, faults: 1, deaths: 1 } },
  ],
  ['a node is out of sight', { ...UNSEEN, left: { ...NOTHING, faults: 1 } }],
  ['a failover is tested, and an order is lost', { ...TEST, left: { ...NOTHING, lostAnswers: 1 } }],
  ['a switch is asked for, and a node dies or freezes', { ...SWITCH, left: { ...NOTHING, faults: 1 } }],
  [
    'a switch is asked for, and a worker dies or is overtaken',
    { ...SWITCH, left: { ...NOTHING, deaths: 1, writes: 1 } },
  ],
  ['a node dies where nobody takes over by itself', { ...RECOVERY, left: { ...NOTHING, faults: 1 } }],
]

/** These take minutes. */
export const LARGE: readonly (readonly [string, Opening])[] = [
  [
    'a node dies or freezes, and an order is lost',
    { ...AUTOMATIC, left: { ...NOTHING, faults: 1, lostAnswers: 1, writes: 1 } },
  ],
  ['two nodes die or freeze', { ...AUTOMATIC, left: { ...NOTHING, faults: 2, writes: 1 } }],
  [
    'a node is out of sight, and a worker dies or is overtaken',
    { ...UNSEEN, left: { ...NOTHING, faults: 1, deaths: 1, writes: 1 } },
  ],
  [
    'a failover is tested, an order is lost, and a worker dies or is overtaken',
    { ...TEST, left: { ...NOTHING, lostAnswers: 1, deaths: 1, writes: 1 } },
  ],
  [
    'a switch is asked for, an order is lost, and a worker dies or is overtaken',
    { ...SWITCH, left: { ...NOTHING, lostAnswers: 1, deaths: 1, writes: 1 } },
  ],
  [
    'a node dies where nobody takes over by itself, and a worker dies or is overtaken',
    { ...RECOVERY, left: { ...NOTHING, faults: 1, deaths: 1 } },
  ],
]
