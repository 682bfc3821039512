/** The disassembler in a page, which has it anyway. */
import * as Iced from 'iced-x86';

export const iced = (): typeof Iced => Iced;
