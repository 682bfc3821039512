/** Types of elfy, which has none of its own: the part of its result that is used here. */
declare module 'elfy' {
  namespace elfy {
    interface Program {
      readonly type: string | undefined;
      readonly offset: number;
      readonly vaddr: number;
      readonly paddr: number;
      readonly filesz: number;
      readonly memsz: number;
      readonly flags: Readonly<Record<string, true>>;
      readonly align: number;
      readonly data: Buffer;
    }
    interface Section {
      readonly name: string;
      /** A name of elfy's table, or the number of a type it does not know. */
      readonly type: string | number;
      readonly addr: number;
      readonly off: number;
      readonly size: number;
      readonly link: number;
      readonly info: number;
      readonly entsize: number;
      readonly data: Buffer;
    }
    interface Elf {
      readonly class: string;
      readonly endian: string;
      readonly type: string | undefined;
      readonly machine: string | undefined;
      readonly entry: number;
      readonly body: { readonly programs: readonly Program[]; readonly sections: readonly Section[] };
    }
  }
  const elfy: { parse(file: Buffer): elfy.Elf };
  export default elfy;
}
