/**
 * Where in memory a user means, by an address or by the name of a symbol, and in which process.
 *
 * What must hold: a name means one place. One that several programs have is refused, and the answer says how to tell them apart.
 */
import { addressMap } from '../../images/abi/memory-map.ts';
import { InputError } from '../guest/errors.ts';
import type { GuestSymbols } from '../look/symbols/index.ts';
import type { DebugProcesses, ProcessName } from './processes.ts';
import type { Location } from './stop-points.ts';

/** An address; where it is one of a process alone, that process. */
interface Place {
  readonly address: number;
  readonly process?: ProcessName;
}

/**
 * @param symbolsHere The names for where the guest stands.
 * @throws InputError for a name that nothing has, or that more than one program has.
 */
export function findPlace(location: Location, symbolsHere: GuestSymbols, processes: DebugProcesses): Place {
  if (typeof location === 'number') return { address: location >>> 0 };
  const { programs } = processes;
  const at = programs.length === 0 ? -1 : location.indexOf(':');
  if (at > 0) {
    const process = location.slice(0, at);
    const name = location.slice(at + 1);
    const symbol = processes.programOf(process).symbols.program?.named(name);
    if (symbol === undefined)
      throw new InputError(`${process} has no symbol named ${JSON.stringify(name)}: give an address`);
    return { address: symbol.address, process };
  }
  const symbol = symbolsHere.named(location);
  if (symbol !== undefined) {
    const own = symbol.address < addressMap.userBase ? undefined : processes.identify();
    const process = own?.program ?? own?.pid;
    return { address: symbol.address, ...(process !== undefined && { process }) };
  }
  const holders = programs.flatMap((program) => {
    const found = program.symbols.program?.named(location);
    return found === undefined ? [] : [{ address: found.address, process: program.name }];
  });
  const [only, another] = holders;
  if (only !== undefined && another === undefined) return only;
  if (only === undefined) {
    throw new InputError(
      `no symbol is named ${JSON.stringify(location)}: give an address, or boot with a file that has it`,
    );
  }
  const names = [...new Set(holders.map(({ process }) => process))];
  throw new InputError(
    `${location} is a symbol of ${names.join(', ')}: say whose, as ${only.process}:${location}`,
  );
}
