/** The promises of exactness, for one program; two spec files share them, so that they run side by side. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot } from '../../../harness/index.ts';
import type { BootOptions } from '../../../harness/index.ts';
import {
  captureAt,
  captureAtEveryCall,
  endsInAnotherProcess,
  endsInNewMachines,
  endsInSameMachine,
  finish,
  type CapturedRun,
  type End,
} from './exactness.ts';
import { seededRandom } from './random.ts';
import { scratchFolder } from './scratch-folder.ts';

/** A program and what it must say, so that the promise is not kept by a program that does nothing. */
export interface Scenario {
  readonly name: string;
  readonly says: string;
  readonly options: () => Promise<BootOptions>;
}

const RANDOM_STOPS = 10;

/** Runs a guest once for every kernel call there is: minutes, on a machine that is busy with something else. */
const PATIENCE_MS = 600_000;

export function describeExactness({ name, says, options }: Scenario): void {
  describe(name, () => {
    const scratch = scratchFolder();
    let bootOptions: BootOptions;
    let uninterrupted: End;
    let captured: CapturedRun;

    beforeAll(async () => {
      bootOptions = await options();
      uninterrupted = await finish(await boot(bootOptions));
      captured = await captureAtEveryCall(bootOptions);
    });
    afterAll(() => {
      captured.guest.dispose();
    });

    const expectAll = (ends: readonly End[]): void => {
      expect(ends).toEqual(captured.snapshots.map(() => uninterrupted));
    };

    it('the program does what it is here for', () => {
      expect(uninterrupted.output).toContain(says);
      expect(captured.snapshots.length).toBeGreaterThan(5);
    });

    it('taking a snapshot at every kernel call changes nothing', () => {
      expect(captured.end).toEqual(uninterrupted);
    });

    it(
      'each of them restored in the same machine',
      async () => {
        expectAll(await endsInSameMachine(captured.guest, captured.snapshots));
      },
      PATIENCE_MS,
    );

    it(
      'each of them restored in a new machine',
      async () => {
        expectAll(await endsInNewMachines(captured.snapshots));
      },
      PATIENCE_MS,
    );

    it(
      'each of them restored from a file in another process',
      async () => {
        expectAll(await endsInAnotherProcess(scratch.path(name), captured.snapshots));
      },
      PATIENCE_MS,
    );

    it('snapshots at random instructions', async () => {
      const random = seededRandom(name.length);
      const counts = Array.from({ length: RANDOM_STOPS }, () => random(uninterrupted.instructions));
      const snapshots = await captureAt(
        bootOptions,
        counts.sort((a, b) => a - b),
      );
      expect(await endsInNewMachines(snapshots)).toEqual(counts.map(() => uninterrupted));
    });
  });
}
