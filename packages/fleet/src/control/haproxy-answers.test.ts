import { expect, test } from 'vitest'
import { countConnecting } from './count-connecting.ts'
import { parseStat } from './parse-stat.ts'
import { PromptParser } from './prompt-parser.ts'

/** As HAProxy 3.0 prints it, less the columns that nobody reads. */
const HEAD = '# pxname,svname,qcur,qmax,scur,smax,status,weight,addr,cookie,mode,\n'
const PRIMARY = `${HEAD}primary3,primary,0,0,2,9,no check,1,10.1.2.3:10001,,tcp,\n`
const READERS = `${HEAD}${[
  'readers3,reader1,0,0,1,1,no check,1,[fd00::1]:10002,,tcp,',
  'readers3,reader2,0,0,0,1,MAINT,1,127.0.0.1:1,,tcp,',
  'readers3,fallback,0,0,4,4,MAINT,1,10.1.2.3:10001,,tcp,',
].join('\n')}\n`
const CONTROL = `${HEAD}control,command,0,0,1,1,no check,1,unix,,tcp,\n`

const SESSIONS = [
  '0x7f: proto=tcpv4 src=127.0.0.1:1 fe=to-primary0 be=primary0 srv=primary ts=00 age=1s scf=[8,0h,fd=23,rex=,wex=] scb=[8,1h,fd=69,rex=,wex=] exp=',
  '0x80: proto=tcpv4 src=127.0.0.1:2 fe=to-primary0 be=primary0 srv=primary ts=00 age=0s scf=[8,0h,fd=24,rex=,wex=] scb=[5,1h,fd=70,rex=,wex=] exp=',
  '0x81: proto=tcpv4 src=127.0.0.1:3 fe=to-readers0 be=readers0 srv=reader1 ts=00 age=0s scf=[8,0h,fd=25,rex=,wex=] scb=[3,1h,fd=-1,rex=,wex=] exp=',
  '0x82: proto=tcpv4 src=127.0.0.1:4 fe=to-primary0 be=primary0 srv=primary ts=00 age=9s scf=[8,0h,fd=26,rex=,wex=] scb=[10,1h,fd=71,rex=,wex=] exp=',
].join('\n')

test('answers are told apart however they are cut into pieces', () => {
  const text = 'No such server.\n\n> \n> # pxname,svname\n\n> '
  for (let size = 1; size <= text.length; size += 1) {
    const parser = new PromptParser()
    const answers: string[] = []
    for (let at = 0; at < text.length; at += size) {
      answers.push(...parser.push(Buffer.from(text.slice(at, at + size))))
    }
    expect(answers).toEqual(['No such server.\n', '', '# pxname,svname\n'])
  }
})

test('a slot is told with its open servers, and with the connections that stand even on closed ones', () => {
  expect(parseStat([PRIMARY, READERS, CONTROL])).toEqual([
    {
      slot: 3,
      primary: { name: 'primary', hop: { host: '10.1.2.3', port: 10_001 }, sessions: 2 },
      fallback: { name: 'fallback', hop: null, sessions: 4 },
      readers: [
        { name: 'reader1', hop: { host: 'fd00::1', port: 10_002 }, sessions: 1 },
        { name: 'reader2', hop: null, sessions: 0 },
      ],
      plain: null,
    },
  ])
})

test('a slot that the edge does not have is none, and half a slot makes no sense', () => {
  expect(parseStat(['No such proxy.\n', 'No such proxy.\n'])).toEqual([])
  expect(() => parseStat([PRIMARY])).toThrow(/fallback/)
})

test('a session counts as connecting until it is established, and not when it is over', () => {
  expect([...countConnecting(SESSIONS)]).toEqual([
    ['primary0/primary', 1],
    ['readers0/reader1', 1],
  ])
  expect(countConnecting('').size).toBe(0)
})
