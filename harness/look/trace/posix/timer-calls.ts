/** What the calls about timers mean: one row per call, in the order of the arguments. */
import * as constants from './constants.ts';
import { call, choice, flags, input, int, output, pointer, type PosixSignatures } from './signature.ts';

const clock = ['clock', choice(constants.clocks)] as const;
const which = ['which', choice(constants.intervalTimers)] as const;
const timer = ['timer', int] as const;

export const timerCalls: PosixSignatures = {
  setitimer: call([which, ['new', input('twoTimevals32')], ['old', output('twoTimevals32')]]),
  getitimer: call([which, ['current', output('twoTimevals32')]]),
  timer_create: call([clock, ['event', pointer], ['timer', output('word')]]),
  timer_settime32: call([
    timer,
    ['flags', flags(constants.timerFlags)],
    ['new', input('twoTimespecs32')],
    ['old', output('twoTimespecs32')],
  ]),
  timer_settime64: call([
    timer,
    ['flags', flags(constants.timerFlags)],
    ['new', input('twoTimespecs64')],
    ['old', output('twoTimespecs64')],
  ]),
  timer_gettime64: call([timer, ['current', output('twoTimespecs64')]]),
  timer_getoverrun: call([timer], 'number'),
  timer_delete: call([timer]),
};
