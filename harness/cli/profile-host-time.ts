/** `profile --host`: runs a program as `run` does and tells where the host's time went meanwhile. */
import { InputError } from '../guest/errors.ts';
import type { HostProfile } from '../look/profile/index.ts';
import { bootOptionsOf } from './guest-options.ts';
import type { ObservedGuestValues } from './observed-guest.ts';
import { explainEnd, processStatus } from './report.ts';
import { Sink } from './sink.ts';
import { ProcessInput, writeThrough } from './standard-streams.ts';
import { plainGuests, startGuest } from './start-guest.ts';
import type { StartRequest } from './start-guest.ts';

export interface HostTimeOptions extends ObservedGuestValues {
  readonly format?: string;
  readonly interval?: number;
  readonly output?: string;
  readonly json?: true;
}

const PERCENT = 100;

/** @returns The process's exit status. @throws InputError for options that mean nothing here. */
export async function profileHostTime(request: StartRequest, options: HostTimeOptions): Promise<number> {
  const json = options.json === true || options.format === 'json';
  if (!json && options.format !== undefined && options.format !== 'table')
    throw new InputError(`--host has no format ${options.format}: give table or json`);
  if (options.interval !== undefined)
    throw new InputError('--host samples time, not instructions: leave --interval out');
  const toStdout = json && options.output === undefined;
  const sink = new Sink(options.output, toStdout ? 'stdout' : 'stderr');
  const stdin = new ProcessInput();
  const onOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    writeThrough(toStdout ? 'stderr' : stream, bytes);
  };
  try {
    const { made: guest } = await startGuest(request, { stdin, onOutput }, plainGuests);
    try {
      const { profileHost } = await import('../look/profile/index.ts');
      const profile = await profileHost(guest, bootOptionsOf(options).deadlines);
      const result = guest.result(profile.end);
      sink.write(json ? `${JSON.stringify(valuesOf(profile, result.exitStatus))}\n` : tableOf(profile));
      const why = explainEnd(result);
      if (why !== undefined) process.stderr.write(`nanvix-v86: ${why}\n`);
      return processStatus(result.exitStatus);
    } finally {
      guest.dispose();
    }
  } finally {
    stdin.close();
    sink.close();
  }
}

/** Of all instructions, those that were interpreted. */
const interpretedShare = ({ work, instructions }: HostProfile): number =>
  instructions === 0 ? 0 : work.interpreted / instructions;

function valuesOf(profile: HostProfile, exitStatus: number | undefined): object {
  const { milliseconds, shares, instructions, work } = profile;
  return {
    instructions,
    exitStatus,
    milliseconds,
    shares,
    ...work,
    interpretedShare: interpretedShare(profile),
  };
}

function tableOf(profile: HostProfile): string {
  const { milliseconds, shares, instructions, work } = profile;
  const rows = Object.entries(shares).map(
    ([kind, share]) => `${(PERCENT * share).toFixed(1).padStart(5)}  ${kind}`,
  );
  const perSecond = milliseconds === 0 ? 0 : instructions / milliseconds / 1000;
  return [
    `host: ${milliseconds.toFixed(0)} ms, ${perSecond.toFixed(0)} M instructions a second`,
    '    %  in',
    ...rows,
    `instructions: ${instructions}, of them interpreted: ${work.interpreted} (${(PERCENT * interpretedShare(profile)).toFixed(2)} %), ` +
      `in ${work.stretches} stretches`,
    `compiled code was entered from the main loop ${work.entries} times`,
    '',
  ].join('\n');
}
