import * as v from 'valibot';

declare const REGISTER_NAMES: readonly [
	"eax",
	"ecx",
	"edx",
	"ebx",
	"esp",
	"ebp",
	"esi",
	"edi",
	"eip",
	"eflags"
];
type RegisterName = (typeof REGISTER_NAMES)[number];
declare const SEGMENT_NAMES: readonly [
	"es",
	"cs",
	"ss",
	"ds",
	"fs",
	"gs"
];
type SegmentName = (typeof SEGMENT_NAMES)[number];
declare const CONTROL_REGISTERS: readonly [
	0,
	2,
	3,
	4
];
type ControlRegister = (typeof CONTROL_REGISTERS)[number];
interface Registers {
	get(name: RegisterName): number;
	set(name: RegisterName, value: number): void;
	segment(name: SegmentName): number;
	segmentBase(name: SegmentName): number;
	control(index: ControlRegister): number;
	readonly privilege: number;
	readonly idt: {
		base: number;
		limit: number;
	};
	readonly gdt: {
		base: number;
		limit: number;
	};
	fxsave(): Uint8Array;
	fxrestore(image: Uint8Array): void;
}
interface AddressSpace {
	read8(address: number): number;
	read16(address: number): number;
	read32(address: number): number;
	write8(address: number, value: number): void;
	write16(address: number, value: number): void;
	write32(address: number, value: number): void;
	read(address: number, length: number): Uint8Array;
	write(address: number, bytes: Uint8Array): void;
}
interface PhysicalMemory extends AddressSpace {
	readonly size: number;
	fill(address: number, length: number, value: number): void;
}
interface Mapping {
	readonly linear: number;
	readonly physical: number;
	readonly size: number;
	readonly writable: boolean;
	readonly user: boolean;
	readonly accessed: boolean;
	readonly dirty: boolean;
}
interface LinearMemory extends AddressSpace {
	translate(address: number): number | undefined;
	locate(address: number, length: number): PhysicalPiece[];
	readMapped(address: number, length: number): Uint8Array;
	readMappedInto(address: number, target: Uint8Array): number;
	mappings(): Iterable<Mapping>;
}
type PortWidth = 1 | 2 | 4;
interface PortHandler {
	write?(value: number, width: PortWidth, port: number): void;
	read?(width: PortWidth, port: number): number;
}
type UnclaimedPortHandler = (port: number, access: "read" | "write") => void;
interface WatchedRange {
	readonly address: number;
	readonly length: number;
	readonly access: "read" | "write" | "access";
	readonly space?: "linear" | "physical";
}
interface MemoryAccess {
	readonly access: "read" | "write";
	readonly previous: Uint8Array;
	readonly value: Uint8Array;
}
type AccessHandler = (access: MemoryAccess) => void;
interface PhysicalPiece {
	readonly physical: number;
	readonly offset: number;
	readonly length: number;
}
interface TrappedInterrupt {
	readonly vector: number;
	readonly frame: {
		eip: number;
		cs: number;
		eflags: number;
		esp: number;
		ss: number;
	};
}
type TrapDecision = "deliver" | "return";
type TrapHandler = (interrupt: TrappedInterrupt) => TrapDecision;
type MachineStop<Reason = unknown> = {
	readonly kind: "requested";
	readonly reason: Reason;
} | {
	readonly kind: "halted";
} | {
	readonly kind: "reached";
	readonly limit: "instructions" | "virtual-time";
} | {
	readonly kind: "wall-time";
} | {
	readonly kind: "breakpoint";
	readonly address: number;
} | {
	readonly kind: "watchpoint";
	readonly address: number;
	readonly access: "read" | "write";
} | {
	readonly kind: "crash";
	readonly cause: MachineCrash;
};
interface MachineCrash {
	readonly message: string;
	readonly registers: Readonly<Record<RegisterName, number>>;
	readonly faultAddress: number;
}
interface RunLimits {
	readonly instructions?: number;
	readonly virtualNanoseconds?: number;
	readonly wallMilliseconds?: number;
}
interface MachineImage {
	readonly memoryBytes: number;
	readonly instructions: number;
	readonly virtualNanoseconds: number;
}
interface CaptureOptions {
	readonly compiled?: boolean;
}
interface KeepCodeOptions {
	readonly optimize?: boolean;
	readonly onOptimize?: (pages: number) => void;
}
interface RestoreOptions {
	readonly compiled?: "image" | "keep" | "none";
}
interface RestoreReport {
	readonly pagesCopied: number;
}
interface HostWork {
	readonly interpreted: number;
	readonly stretches: number;
	readonly entries: number;
}
interface StepLog {
	readonly addresses: Uint32Array;
	readonly rings: Uint8Array;
}
interface LoggedSteps {
	readonly steps: number;
	readonly stop: MachineStop;
}
interface Machine {
	readonly registers: Registers;
	readonly memory: PhysicalMemory;
	readonly linear: LinearMemory;
	readonly instructions: number;
	readonly virtualNanoseconds: number;
	readonly hostWork: HostWork;
	enterRealMode(start: Partial<Record<RegisterName, number>>): void;
	claimPorts(ports: readonly number[], handler: PortHandler): () => void;
	onUnclaimedPort(handler: UnclaimedPortHandler): () => void;
	setInterruptLine(line: number, level: boolean): void;
	trapInterrupts(vectors: readonly number[], handler: TrapHandler): () => void;
	onInterruptReturn(handler: () => void): () => void;
	onExecute(linear: number, handler: () => void): () => void;
	run(limits?: RunLimits): MachineStop;
	requestStop(reason: unknown): void;
	step(count?: number): MachineStop;
	logSteps(log: StepLog): LoggedSteps;
	onAccess(range: WatchedRange, handler: AccessHandler): () => void;
	setBreakpoint(linear: number): () => void;
	setWatchpoint(linear: number, length: number, access: "read" | "write" | "access"): () => void;
	capture(options?: CaptureOptions): MachineImage;
	restore(image: MachineImage, options?: RestoreOptions): RestoreReport;
	compileSoon(): void;
	compileForManyRuns(): void;
	takeCode(key: string): boolean;
	keepCode(key: string, options?: KeepCodeOptions): void;
	dispose(): void;
}
declare const eraSteps: readonly [
	"2024",
	"S",
	"M1",
	"M2",
	"M3",
	"M4",
	"M5"
];
export type EraStep = (typeof eraSteps)[number];
declare const eraNames: readonly [
	"2024",
	"S",
	"M",
	"M1",
	"M2",
	"M3",
	"M4",
	"M5"
];
export type EraName = (typeof eraNames)[number];
declare const errno: {
	readonly EPERM: 1;
	readonly ENOENT: 2;
	readonly ESRCH: 3;
	readonly EINTR: 4;
	readonly EIO: 5;
	readonly E2BIG: 7;
	readonly ENOEXEC: 8;
	readonly EBADF: 9;
	readonly EAGAIN: 11;
	readonly ENOMEM: 12;
	readonly EACCES: 13;
	readonly EFAULT: 14;
	readonly EBUSY: 16;
	readonly EEXIST: 17;
	readonly ENODEV: 19;
	readonly ENOTDIR: 20;
	readonly EISDIR: 21;
	readonly EINVAL: 22;
	readonly EMFILE: 24;
	readonly ENOSPC: 28;
	readonly ESPIPE: 29;
	readonly ERANGE: 34;
	readonly ENOMSG: 35;
	readonly EDEADLK: 45;
	readonly EBADMSG: 77;
	readonly ENOSYS: 88;
	readonly ENOTEMPTY: 90;
	readonly ENAMETOOLONG: 91;
	readonly ELOOP: 92;
	readonly EOPNOTSUPP: 95;
	readonly ENOBUFS: 105;
	readonly ETIMEDOUT: 116;
	readonly ENOTSUP: 134;
	readonly EILSEQ: 138;
	readonly EOVERFLOW: 139;
	readonly ECANCELED: 140;
};
type ErrnoName = keyof typeof errno;
declare const resultRegisters: readonly [
	"edx:eax",
	"eax"
];
type ResultRegisters = (typeof resultRegisters)[number];
type LaterPython = `3.${string}`;
interface Variant {
	readonly name: string;
	readonly python?: LaterPython;
	readonly docStrings: boolean;
	readonly computedGotos: boolean;
	readonly configureFlags: readonly string[];
	readonly optimize: "O0" | "O1" | "O2" | "O3" | "Os" | "Oz" | "Og";
	readonly framePointer: boolean;
	readonly unwindTables: boolean;
	readonly lto: boolean;
	readonly compileFlags: readonly string[];
	readonly link: "no-pie" | "pie";
	readonly functionOrder: "compiled" | "by-use";
	readonly allocator: "musl" | "size-classes";
	readonly encodings: "frozen" | "pyc" | "source";
	readonly linkFlags: readonly string[];
	readonly strip: "all" | "debug" | "none";
}
interface ImageFile {
	readonly path: string;
	readonly bytes: number;
	readonly sha256: string;
}
type KernelMemory = 128 | 256;
interface Images {
	readonly variant: Variant;
	readonly kernel: Readonly<Record<KernelMemory, ImageFile>>;
	readonly python: {
		readonly elf: ImageFile;
		readonly symbols: ImageFile;
		readonly debug: ImageFile;
	};
	readonly ramfs: {
		readonly hello: ImageFile;
	};
	readonly warnings: readonly string[];
	readonly upToDate: boolean;
}
interface BootImages {
	readonly kernel: Readonly<Partial<Record<KernelMemory, ImageFile>>>;
	readonly python?: Images["python"];
	readonly ramfs?: Images["ramfs"];
	readonly warnings: readonly string[];
}
export interface KernelCall {
	readonly index: number;
	readonly number: number;
	readonly name: string;
	readonly arguments: readonly [
		number,
		number,
		number,
		number
	];
	readonly vector: number;
	readonly returnAddress: number;
	readonly instructions: number;
}
export interface CrashReport {
	readonly message: string;
	readonly registers: Readonly<Record<RegisterName, number>>;
	readonly symbol?: string;
	readonly faultAddress: number;
	readonly recentCalls: readonly KernelCall[];
	readonly consoleTail: string;
}
export interface ProtocolViolation {
	readonly port: number;
	readonly value: number;
	readonly message: string;
	readonly contradictsEra?: true;
}
export type DeadlineKind = "instructions" | "virtual" | "wall";
export type Stop = {
	readonly kind: "exit";
	readonly status: number;
	readonly panic?: string;
} | {
	readonly kind: "kernel-call";
	readonly call: KernelCall;
} | {
	readonly kind: "snapshot";
} | {
	readonly kind: "paused";
} | {
	readonly kind: "deadline";
	readonly deadline: DeadlineKind;
	readonly limit: number;
} | {
	readonly kind: "reached";
	readonly instructions: number;
} | {
	readonly kind: "input";
} | {
	readonly kind: "breakpoint";
	readonly address: number;
} | {
	readonly kind: "watchpoint";
	readonly address: number;
	readonly access: "read" | "write";
} | {
	readonly kind: "crash";
	readonly crash: CrashReport;
} | {
	readonly kind: "halted";
	readonly crash: CrashReport;
} | {
	readonly kind: "protocol-error";
	readonly violation: ProtocolViolation;
	readonly crash: CrashReport;
} | {
	readonly kind: "requested";
	readonly reason: unknown;
};
export type StopKind = Stop["kind"];
interface NamedProgram {
	readonly name: string;
	readonly bytes: Uint8Array;
	readonly pid?: number;
	readonly symbolFile?: Uint8Array;
}
interface SymbolSource {
	readonly kernel: () => Uint8Array | undefined;
	readonly program: () => Uint8Array | undefined;
	readonly bundled?: () => readonly NamedProgram[];
	readonly sha256: Readonly<Record<"kernel" | "program", string | undefined>>;
}
export declare function formatCall(call: KernelCall): string;
export declare function formatCrashReport(report: CrashReport): string;
interface ComponentIdentity {
	readonly name: string;
	readonly bytes: number;
	readonly sha256: string;
}
type OptionValue = string | number | boolean | null;
export interface GuestIdentity {
	readonly kernel: ComponentIdentity;
	readonly program: ComponentIdentity;
	readonly ramfs: ComponentIdentity | null;
	readonly options: Readonly<Record<string, OptionValue>>;
}
export declare function identityDifferences(expected: GuestIdentity, actual: GuestIdentity): string[];
interface Evidence {
	readonly what: string;
	readonly admits: readonly EraStep[];
	readonly indication?: boolean;
}
interface Judgement {
	readonly steps: readonly EraStep[];
	readonly reasons: readonly Evidence[];
	readonly doubts?: readonly Evidence[];
}
interface Contradiction {
	readonly message: string;
}
export type LogLine = (message: string, details?: Readonly<Record<string, unknown>>) => void;
export interface Log {
	readonly warn?: LogLine | undefined;
	readonly debug?: LogLine | undefined;
	readonly trace?: LogLine | undefined;
}
export type WallClock = () => number;
export type FileSource = string | Uint8Array;
export type InputSource = string | Uint8Array | (() => Uint8Array | undefined) | AsyncIterable<Uint8Array | string>;
export interface Deadlines {
	readonly wallMs?: number;
	readonly virtualMs?: number;
	readonly instructions?: number;
}
export declare const DEFAULT_WALL_DEADLINE_MS = 120000;
export declare const DEFAULT_VIRTUAL_DEADLINE_MS = 600000;
export declare const DEFAULT_MEMORY_MIB = 256;
export declare const DEFAULT_INSTRUCTIONS_PER_MICROSECOND = 1000;
export declare const DEFAULT_BOOT_TIME = 1767225600000000000n;
export type SnapshotPolicy = "ignore" | "stop" | "capture-and-continue";
export interface BootOptions {
	readonly kernel?: FileSource;
	readonly program: FileSource;
	readonly sysroot?: string;
	readonly programName?: string;
	readonly ramfs?: FileSource;
	readonly stdlib?: boolean;
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly commandLine?: string;
	readonly stdin?: InputSource;
	readonly kernelArguments?: string;
	readonly memoryMiB?: number;
	readonly bootTime?: bigint | Date;
	readonly seed?: number;
	readonly instructionsPerMicrosecond?: number;
	readonly era?: EraName;
	readonly mount?: string;
	readonly announceMessages?: boolean;
	readonly onSnapshot?: SnapshotPolicy;
	readonly compile?: boolean | number;
	readonly onConsole?: (bytes: Uint8Array) => void;
	readonly onOutput?: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
	readonly log?: Log;
	readonly deadlines?: Deadlines;
	readonly images?: BootImages;
	readonly wallClock?: WallClock;
}
export interface CallHistory {
	readonly count: number;
	readonly recent: readonly KernelCall[];
}
declare class ByteLog {
	#private;
	get length(): number;
	get bytes(): Uint8Array;
	append(bytes: Uint8Array): void;
	appendByte(value: number): void;
	restore(bytes: Uint8Array): void;
}
declare class KernelConsole {
	#private;
	readonly log: ByteLog;
	constructor(onBytes?: (bytes: Uint8Array) => void);
	write(character: number): void;
	writeLog(piece: Uint8Array): void;
	get panic(): string | undefined;
	observe(observer: (bytes: Uint8Array) => void): () => void;
	flush(): void;
	restore(bytes: Uint8Array): void;
}
interface Party {
	readonly pid: number;
	readonly tid: number;
}
interface GuestMessage {
	readonly source: Party;
	readonly destination: number;
	readonly kind: number;
	readonly request: number;
	readonly body: Uint8Array;
	readonly payload: Uint8Array;
}
interface Answer {
	readonly from?: number;
	readonly to: Party;
	readonly status?: number;
}
interface Bulk {
	readonly source: Party;
	readonly destination: Party;
	readonly pieces: readonly Piece[];
	readonly length: number;
	readonly name: number;
}
interface Piece {
	readonly address: number;
	readonly length: number;
}
interface MessageForm {
	readonly layout: "short" | "long" | "numbered";
	readonly payloadBytes: number;
	read(bytes: Uint8Array): GuestMessage;
	write(answer: Answer, payload: Uint8Array): Uint8Array;
	payload(kind: number, request: number, body: Uint8Array): Uint8Array;
	pullResponse(pull: Bulk, delivered: number): Uint8Array;
}
declare const hostFileErrno: {
	readonly EPERM: 1;
	readonly ENOENT: 2;
	readonly EIO: 5;
	readonly EBADF: 9;
	readonly EACCES: 13;
	readonly EEXIST: 17;
	readonly ENOTDIR: 20;
	readonly EISDIR: 21;
	readonly EINVAL: 22;
	readonly ELOOP: 40;
};
interface Refused {
	readonly refused: keyof typeof hostFileErrno;
}
interface FolderEntry {
	readonly name: string;
	readonly isFolder: boolean;
	readonly bytes: number;
}
interface OpenHow {
	readonly writes: boolean;
	readonly create: boolean;
	readonly exclusive: boolean;
	readonly truncate: boolean;
	readonly mode: number;
}
interface HostFolder {
	open(path: string, how: OpenHow): {
		readonly isFolder: boolean;
	} | Refused;
	read(path: string, offset: number, count: number): Uint8Array | Refused;
	write(path: string, offset: number, bytes: Uint8Array): number | Refused;
	size(path: string): number | Refused;
	list(path: string): readonly FolderEntry[] | Refused;
}
interface HostFilesForm {
	readonly partsBehindNumber: boolean;
	readonly opensWithMode: boolean;
	readonly zerosForErrors: boolean;
	readonly answersGoTo: "vfsd" | "requester";
	readonly onlyVfsd: boolean;
}
interface OpenFile {
	readonly descriptor: number;
	readonly path: string;
	readonly isFolder: boolean;
	readonly reads: boolean;
	readonly writes: boolean;
	readonly appends: boolean;
	readonly position: number;
}
interface HostFilesState {
	readonly open: readonly OpenFile[];
}
interface BootForm {
	readonly initrdBase: number;
	readonly initrdSizeBits: number;
	readonly pages: "rounded-up" | "rounded-down";
	readonly programEntry?: number;
	readonly commandLine?: {
		readonly lengthBytes: 1 | 2;
		readonly maximum: number;
	};
	readonly bundles: boolean;
	readonly sharedPages: boolean;
}
interface BusForm {
	readonly pointer: "message" | "envelope";
	readonly scatter: boolean;
	readonly fetchesByAnyWidth: boolean;
	readonly messages: MessageForm;
	readonly announces: boolean;
	readonly streams: boolean;
	readonly hostFiles: HostFilesForm | undefined;
	readonly network: boolean;
	readonly networkBulk: boolean;
	readonly polls: boolean;
	readonly answersStrayPulls: boolean;
}
interface MachinePortForm {
	readonly width: 2 | 4;
	readonly status: boolean;
}
interface MonitorEra {
	readonly step: EraStep;
	readonly meaning: string;
	readonly boot: BootForm;
	readonly bus: BusForm;
	readonly machinePort: MachinePortForm;
}
interface EraState {
	readonly era: readonly EraStep[];
	readonly eraIndicated?: readonly EraStep[];
}
declare class EraInForce {
	#private;
	constructor(judgement: Judgement, log?: Log);
	get era(): MonitorEra;
	get steps(): readonly EraStep[];
	mayBe(...steps: readonly EraStep[]): boolean;
	isSuspected(...steps: readonly EraStep[]): boolean;
	isOneOf(...steps: readonly EraStep[]): boolean;
	saw(evidence: Evidence): Contradiction | undefined;
	capture(): EraState;
	restore({ era, eraIndicated }: Partial<EraState>): void;
}
interface DataFrame {
	readonly message: Uint8Array;
	readonly pieces: readonly Piece[];
	readonly bytes: Uint8Array;
}
type Frame = Uint8Array | DataFrame;
interface OutboxState {
	readonly inbox: readonly Frame[];
	readonly announced?: boolean;
}
interface InputPosition {
	readonly piece: number;
	readonly offset: number;
}
type InputPortion = {
	readonly kind: "bytes";
	readonly bytes: Uint8Array;
	readonly next: InputPosition;
} | {
	readonly kind: "end";
} | {
	readonly kind: "wait";
};
declare class StandardInput {
	#private;
	constructor(source: InputSource | StandardInput | undefined);
	get source(): object;
	get carried(): readonly Uint8Array[];
	get start(): number;
	get given(): number;
	get ofSource(): readonly Uint8Array[];
	replaceSource(source: InputSource): void;
	carry(pieces: readonly Uint8Array[], start: number): void;
	unread(position: InputPosition): readonly Uint8Array[];
	read(position: InputPosition, count: number): InputPortion;
	ready(position: InputPosition): Promise<void>;
}
type OutputListener = (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
interface StreamPositions {
	readonly stdout: Uint8Array;
	readonly stderr: Uint8Array;
	readonly input: InputPosition;
}
declare class StandardStreams {
	#private;
	readonly stdout: ByteLog;
	readonly stderr: ByteLog;
	readonly input: StandardInput;
	constructor(input: StandardInput, onOutput: OutputListener | undefined);
	get position(): InputPosition;
	write(descriptor: number, bytes: Uint8Array): boolean;
	look(count: number): InputPortion;
	take(next: InputPosition): void;
	capture(): StreamPositions;
	restore(state: StreamPositions): void;
}
type Subscription = "none" | "waiting" | "told" | "ended";
interface PollState {
	readonly subscription: Subscription;
}
interface PendingRequest {
	readonly tid: number;
	readonly fd: number;
	readonly count: number;
	readonly pid?: number;
	readonly request?: number;
	readonly message?: Uint8Array;
}
interface WaitingPull extends Piece {
	readonly tid: number;
	readonly pid?: number;
	readonly more?: readonly Piece[];
	readonly name?: number;
	readonly peer?: Party;
}
type OtherWanted = "poll" | "network-push" | "network-pull";
interface OtherRequest extends PendingRequest {
	readonly wants: OtherWanted;
}
interface RequestState {
	readonly writes: readonly PendingRequest[];
	readonly reads: readonly PendingRequest[];
	readonly others?: readonly OtherRequest[];
	readonly waitingPull: WaitingPull | null;
	readonly polls?: PollState;
}
type MonitorStop = {
	readonly kind: "exit";
	readonly status: number;
	readonly panic?: string;
} | {
	readonly kind: "pause";
} | {
	readonly kind: "snapshot";
} | {
	readonly kind: "input";
} | {
	readonly kind: "protocol-error";
	readonly violation: ProtocolViolation;
};
export interface MonitorState extends OutboxState, Partial<EraState> {
	readonly console: Uint8Array;
	readonly streams: StreamPositions & RequestState;
	readonly transfers?: number;
	readonly files?: HostFilesState;
	readonly snapshotRequests: number;
	readonly bootCompleteAt: number | null;
	readonly exitStatus: number | null;
}
interface MonitorOptions {
	readonly input: StandardInput;
	readonly era: EraInForce;
	readonly hostFolder?: HostFolder | undefined;
	readonly announceMessages: boolean;
	readonly stopAtSnapshot: boolean;
	readonly onConsole: ((bytes: Uint8Array) => void) | undefined;
	readonly onOutput: ((stream: "stdout" | "stderr", bytes: Uint8Array) => void) | undefined;
	readonly log?: Log | undefined;
	readonly onStop: (stop: MonitorStop) => void;
}
export declare class Monitor {
	#private;
	readonly console: KernelConsole;
	readonly streams: StandardStreams;
	readonly era: EraInForce;
	constructor(machine: Machine, options: MonitorOptions);
	get isBusy(): boolean;
	get waits(): boolean;
	get listens(): boolean;
	keepFileAnswers(): void;
	resume(): void;
	get snapshotRequests(): number;
	get bootCompleteAt(): number | null;
	get exitStatus(): number | null;
	capture(): MonitorState;
	restore(state: MonitorState): void;
}
interface SnapshotInput {
	readonly source?: object;
	readonly carried: readonly Uint8Array[];
	readonly start: number;
	readonly continued: boolean;
	readonly unread: readonly Uint8Array[];
}
export interface GuestSnapshot {
	readonly machine: MachineImage;
	readonly monitor: MonitorState;
	readonly calls: CallHistory;
	readonly identity: GuestIdentity;
	readonly input: SnapshotInput;
}
export type ClockRule = "continue" | {
	readonly advanceNanoseconds: bigint;
} | {
	readonly atLeast: bigint;
};
interface GuestParts {
	readonly machine: Machine;
	readonly newMachine: () => Promise<Machine>;
	readonly identity: GuestIdentity;
	readonly symbols: SymbolSource;
	readonly wallClock: WallClock;
	readonly input?: StandardInput;
	readonly carriesInput?: boolean;
	readonly hostFolder?: HostFolder | undefined;
	readonly era?: Judgement;
	readonly options: Pick<BootOptions, "stdin" | "announceMessages" | "onSnapshot" | "onConsole" | "onOutput" | "log" | "deadlines">;
}
interface SnapshotObserver {
	captured(snapshot: GuestSnapshot): void;
	restored(snapshot: GuestSnapshot): void;
}
export interface GuestRestoreOptions extends RestoreOptions {
	readonly stdin?: InputSource;
}
export type CallDecision = {
	readonly kind: "deliver";
} | {
	readonly kind: "stop";
} | {
	readonly kind: "answer";
	readonly value: number | bigint;
} | {
	readonly kind: "fail";
	readonly errno: ErrnoName;
};
export type Interceptor = (call: KernelCall) => CallDecision | undefined;
export type CallObserver = (call: KernelCall, decision: CallDecision) => void;
export type CallSelector = string | number | readonly (string | number)[];
interface CallListeners {
	readonly first: (vector: number) => void;
	readonly stop: (call: KernelCall) => void;
}
export declare class KernelCalls {
	#private;
	constructor(machine: Machine, era: () => EraName, told: CallListeners);
	get count(): number;
	recent(): KernelCall[];
	intercept(selector: CallSelector, interceptor: Interceptor): () => void;
	observe(observer: CallObserver): () => void;
	capture(): CallHistory;
	restore(history: CallHistory): void;
}
export type StageName = "instance" | "load" | "run" | "to-snapshot" | "capture" | "restore" | "after-snapshot";
export interface Stage {
	readonly name: StageName;
	readonly instructions: number;
	readonly virtualMs: number;
	readonly wallMs: number;
}
export interface GuestPhase {
	readonly name: string;
	readonly from: number;
	readonly to: number;
	readonly wallMs: number;
	readonly process?: string;
	readonly instructions?: number;
}
export interface RunResult {
	readonly outcome: Stop;
	readonly output: string;
	readonly errorOutput: string;
	readonly console: string;
	readonly exitStatus: number;
	readonly instructions: number;
	readonly virtualMs: number;
	readonly wallMs: number;
	readonly stages: readonly Stage[];
	readonly guestPhases?: readonly GuestPhase[];
}
interface Counters {
	readonly instructions: number;
	readonly virtualNanoseconds: number;
}
declare class StageRecorder {
	#private;
	constructor(clock: WallClock);
	get stages(): readonly Stage[];
	restart(): void;
	start(name: StageName, counters: Counters): (counters: Counters) => void;
	add(stage: Stage): void;
}
export declare class Guest {
	#private;
	readonly machine: Machine;
	readonly monitor: Monitor;
	readonly calls: KernelCalls;
	readonly identity: GuestIdentity;
	readonly stages: StageRecorder;
	readonly symbolFiles: SymbolSource;
	constructor(parts: GuestParts);
	get era(): EraStep;
	get output(): string;
	get errorOutput(): string;
	get console(): string;
	get snapshots(): readonly GuestSnapshot[];
	get captureMs(): number;
	get time(): bigint | undefined;
	run(deadlines?: Deadlines): Stop;
	step(): Stop | undefined;
	logSteps(log: StepLog): {
		readonly steps: number;
		readonly stop?: Stop;
	};
	runToEnd(deadlines?: Deadlines, signal?: AbortSignal): Promise<Stop>;
	get waitsForInput(): boolean;
	get listens(): boolean;
	get isRunningToEnd(): boolean;
	endRunsAt(wallMs: number): void;
	runToKernelCall(selector: CallSelector, deadlines?: Deadlines): Stop;
	runToSnapshot(deadlines?: Deadlines): Stop;
	runToInstruction(instructions: number, deadlines?: Deadlines): Stop;
	get inputGiven(): readonly Uint8Array[];
	inputReady(): Promise<void>;
	requestPause(): void;
	advanceClock(nanoseconds: bigint): void;
	capture(options?: CaptureOptions): GuestSnapshot;
	observeSnapshots(observer: SnapshotObserver): () => void;
	restore(snapshot: GuestSnapshot, clock?: ClockRule, options?: GuestRestoreOptions): RestoreReport;
	warm(snapshot: GuestSnapshot, deadlines?: Deadlines): GuestSnapshot;
	fork(): Promise<Guest>;
	static fromSnapshot(parts: Omit<GuestParts, "machine">, snapshot: GuestSnapshot, clock?: ClockRule): Promise<Guest>;
	result(outcome: Stop): RunResult;
	dispose(): void;
}
export declare function boot(options: BootOptions): Promise<Guest>;
export type SnapshotErrorKind = "unreadable" | "unwritable" | "truncated" | "corrupted" | "version" | "mismatch" | "too-large" | "unsafe";
export declare class SnapshotError extends Error {
	readonly name = "SnapshotError";
	readonly kind: SnapshotErrorKind;
	constructor(kind: SnapshotErrorKind, message: string, options?: ErrorOptions);
	inFile(path: string): SnapshotError;
}
export declare class InputError extends Error {
	readonly name = "InputError";
}
export declare class EraContradictionError extends Error {
	readonly name = "EraContradictionError";
}
export declare class GuestStateError extends Error {
	readonly name = "GuestStateError";
}
export declare class ForkWorkerError extends Error {
	readonly name = "ForkWorkerError";
}
export declare class SnapshotMismatchError extends SnapshotError {
	constructor(message: string);
}
interface GuestProcess {
	readonly space: number;
	readonly order: number;
	pid: number | undefined;
	program: string | undefined;
	code: number | undefined;
}
type ProcessIdentity = Readonly<Pick<GuestProcess, "pid" | "program">>;
interface Change {
	readonly at: number;
	readonly apply: () => void;
}
export interface RecordedCall extends KernelCall {
	readonly stackPointer: number;
	readonly space: number;
	readonly process?: ProcessIdentity;
}
type CallAnswer = Extract<CallDecision, {
	kind: "answer" | "fail";
}>;
declare class History$1 {
	#private;
	get changes(): readonly Change[];
	get calls(): readonly RecordedCall[];
	addChange(change: Change): void;
	setAnswer(at: number, answer: CallAnswer): void;
	answerAt(at: number): CallAnswer | undefined;
	recordCall(call: RecordedCall): void;
	callsUntil(at: number): number;
	callReturningTo(registers: Pick<Registers, "get" | "control">, at: number): RecordedCall | undefined;
	returnOf(call: RecordedCall, at: number): number;
	forgetAfter(at: number): void;
	forgetAll(): void;
}
export interface RuleOptions {
	readonly after?: number;
	readonly times?: number;
	readonly when?: (call: KernelCall) => boolean;
}
export interface CallRule {
	readonly id: number;
	readonly calls: CallSelector;
	readonly answer: CallAnswer;
	readonly after: number;
	readonly times: number;
	readonly answered: number;
}
declare class CallRules {
	#private;
	constructor(era: () => EraName);
	get all(): readonly CallRule[];
	add(calls: CallSelector, answer: CallAnswer, options?: RuleOptions): CallRule;
	remove(id: number): boolean;
	decide(call: KernelCall): CallAnswer | undefined;
}
interface InterceptableGuest {
	readonly era: EraName;
	readonly calls: Pick<KernelCalls, "intercept">;
}
export declare function injectFault(guest: InterceptableGuest, calls: CallSelector, error: ErrnoName, options?: RuleOptions): () => void;
export interface CallResult {
	readonly value: bigint;
	readonly error?: string | number;
}
export interface FaultFrame {
	readonly vector: number;
	readonly name: string;
	readonly errorCode?: number;
	readonly eip: number;
	readonly cs: number;
	readonly eflags: number;
	readonly address?: number;
}
interface Place {
	readonly instructions: number;
	readonly point?: number;
	readonly points?: readonly number[];
}
export type DebugStop = Place & ({
	readonly kind: "call";
	readonly call: RecordedCall;
} | {
	readonly kind: "return";
	readonly call: RecordedCall;
	readonly result: CallResult;
} | {
	readonly kind: "breakpoint";
	readonly address: number;
} | {
	readonly kind: "watchpoint";
	readonly address: number;
	readonly access: "read" | "write";
	readonly previous: Uint8Array;
	readonly value: Uint8Array;
} | {
	readonly kind: "fault";
	readonly fault: FaultFrame;
} | {
	readonly kind: "step";
} | {
	readonly kind: "reached";
} | {
	readonly kind: "start";
} | {
	readonly kind: "interrupted";
} | {
	readonly kind: "exit";
	readonly status: number;
	readonly panic?: string;
} | {
	readonly kind: "crash" | "halted";
	readonly crash: CrashReport;
} | {
	readonly kind: "protocol-error";
	readonly violation: ProtocolViolation;
	readonly crash: CrashReport;
} | {
	readonly kind: "snapshot" | "paused" | "input";
});
export type DebugStopKind = DebugStop["kind"];
interface FileSymbol {
	readonly name: string;
	readonly address: number;
	readonly size: number;
	readonly kind: "function" | "object" | "label";
	readonly binding: "local" | "global" | "weak";
}
interface FileSegment {
	readonly address: number;
	readonly bytes: Uint8Array;
	readonly memoryBytes: number;
	readonly executable: boolean;
}
interface ProgramFile {
	readonly symbols: readonly FileSymbol[];
	readonly segments: readonly FileSegment[];
	readonly relocatable: boolean;
	readonly debugSections: ReadonlyMap<string, Uint8Array>;
}
export interface GuestSymbol {
	readonly name: string;
	readonly address: number;
	readonly size: number;
	readonly kind: FileSymbol["kind"];
}
export interface SymbolicAddress {
	readonly symbol: GuestSymbol;
	readonly offset: number;
}
declare class SymbolTable {
	#private;
	constructor(file: ProgramFile, bias?: number);
	get symbols(): GuestSymbol[];
	get empty(): boolean;
	at(address: number): SymbolicAddress | undefined;
	named(name: string): GuestSymbol | undefined;
	allNamed(name: string): readonly GuestSymbol[];
}
interface FrameRule {
	readonly register: "esp" | "ebp" | ScratchRegister;
	readonly offset: number;
	readonly indirect: boolean;
	readonly savedEbp: {
		readonly register: "esp" | "ebp";
		readonly offset: number;
	} | undefined;
	readonly keepsScratch: boolean;
	readonly interrupt: boolean;
}
type ScratchRegister = "eax" | "ecx" | "edx" | "ebx" | "esi" | "edi";
interface SymbolSources {
	readonly kernel?: Uint8Array;
	readonly program?: Uint8Array;
	readonly bundled?: readonly NamedProgram[];
}
interface ProgramSymbols extends NamedProgram {
	readonly symbols: GuestSymbols;
}
export declare class GuestSymbols {
	#private;
	constructor({ kernel, program, bundled }: SymbolSources);
	get programs(): readonly ProgramSymbols[];
	ofProgram(index: number | undefined): GuestSymbols | undefined;
	at(address: number): SymbolicAddress | undefined;
	named(name: string): GuestSymbol | undefined;
	get kernel(): SymbolTable | undefined;
	get program(): SymbolTable | undefined;
	describe(address: number): string | undefined;
	inFile(address: number): {
		readonly file: "kernel" | "program";
		readonly address: number;
	};
	frameRule(address: number, afterCall: boolean): FrameRule | undefined;
	isCode(address: number): boolean;
	returnsOf(symbol: GuestSymbol): readonly number[];
	followsCall(address: number, word: (address: number) => number | undefined): boolean;
	get kernelOnly(): GuestSymbols;
}
export interface StackFrame {
	readonly address: number;
	readonly function?: string;
	readonly offset?: number;
	readonly guessed?: true;
}
interface WalkStart {
	readonly eip: number;
	readonly esp: number;
	readonly ebp: number;
	readonly afterInterrupt?: boolean;
	readonly scratch?: Readonly<Record<ScratchRegister, number>>;
}
export declare function callStack(start: WalkStart, memory: Pick<AddressSpace, "read32">, symbols: GuestSymbols, limit?: number): StackFrame[];
export declare function guestSymbols(guest: {
	readonly symbolFiles: SymbolSource;
}, instead?: SymbolSources): GuestSymbols;
interface Opened {
	readonly descriptor: number;
	readonly flags: string;
	readonly closeOnExec: boolean;
}
type OpenFile$1 = Opened & ({
	readonly kind: "stream";
	readonly stream: "stdin" | "stdout" | "stderr";
} | {
	readonly kind: "special";
	readonly name: string;
} | {
	readonly kind: "file" | "directory";
	readonly path: string | undefined;
	readonly offset: number;
	readonly size: number;
});
interface KernelProcess {
	readonly pid: number;
	readonly space: number;
	readonly address: number;
}
type ThreadState = "running" | "ready" | "blocked" | "ended";
interface SavedRegisters {
	readonly general: Readonly<Record<RegisterName, number>>;
	readonly segments: Readonly<Record<SegmentName, number>>;
	readonly fxImage: Uint8Array;
}
export interface GuestThread {
	readonly tid: number;
	readonly state: ThreadState;
	readonly saved?: SavedRegisters;
	readonly process?: KernelProcess;
}
type Pause = undefined | {
	readonly ready: Promise<void>;
};
export type Operation<Result> = Generator<Pause, Result, boolean>;
export declare function inBackground<Result>(operation: Operation<Result>, signal?: AbortSignal): Promise<Result | undefined>;
type ProcessName = string | number;
interface DebuggedProcess extends ProcessIdentity {
	readonly space: number;
	readonly order: number;
	readonly state: "running" | "waiting" | "ended";
	readonly calls: number;
}
type Location$1 = number | string;
export type StopSpec = InProcess & ({
	readonly kind: "call";
	readonly calls: CallSelector;
	readonly when?: (call: RecordedCall) => boolean;
} | {
	readonly kind: "return";
	readonly calls: CallSelector;
	readonly when?: (call: RecordedCall, result: CallResult) => boolean;
} | {
	readonly kind: "breakpoint";
	readonly at: Location$1;
	readonly when?: () => boolean;
} | {
	readonly kind: "watchpoint";
	readonly at: Location$1;
	readonly physical?: number;
	readonly length?: number;
	readonly access: "read" | "write" | "access";
	readonly when?: () => boolean;
} | {
	readonly kind: "fault";
	readonly vectors?: readonly number[];
	readonly when?: (fault: FaultFrame) => boolean;
} | {
	readonly kind: "instructions";
	readonly at: number;
});
interface InProcess {
	readonly process?: ProcessName;
}
type ResolvedStop = {
	readonly kind: "call";
	readonly numbers: ReadonlySet<number> | undefined;
	readonly when: (call: RecordedCall) => boolean;
} | {
	readonly kind: "return";
	readonly numbers: ReadonlySet<number> | undefined;
	readonly when: (call: RecordedCall, result: CallResult) => boolean;
} | {
	readonly kind: "breakpoint";
	readonly address: number;
	readonly when: () => boolean;
} | {
	readonly kind: "watchpoint";
	readonly address: number;
	readonly physical?: number;
	readonly length: number;
	readonly access: "read" | "write" | "access";
	readonly when: () => boolean;
} | {
	readonly kind: "fault";
	readonly vectors: ReadonlySet<number> | undefined;
	readonly when: (fault: FaultFrame) => boolean;
} | {
	readonly kind: "instructions";
	readonly at: number;
};
export interface StopPoint {
	readonly id: number;
	readonly spec: StopSpec;
	readonly resolved: ResolvedStop;
	readonly text: string;
	readonly enabled: boolean;
	readonly once: boolean;
	readonly hits: number;
}
interface StopPointOptions {
	readonly once?: boolean;
	readonly text?: string;
}
interface Places {
	place(location: Location$1): {
		readonly address: number;
		readonly process?: ProcessName;
	};
	isIn(process: ProcessName): () => boolean;
}
export declare class StopPoints {
	#private;
	constructor(places: Places, era: () => EraName);
	get all(): readonly StopPoint[];
	get enabled(): readonly StopPoint[];
	maySeeStep(position: number, entersOrLeaves: () => boolean): boolean;
	add(spec: StopSpec, options?: StopPointOptions): StopPoint;
	get(id: number): StopPoint | undefined;
	remove(id: number): boolean;
	removeAll(): void;
	enable(id: number, enabled: boolean): boolean;
	met(id: number): void;
}
interface Checkpoint {
	readonly at: number;
	readonly changes: number;
	readonly snapshot: GuestSnapshot;
}
interface CheckpointOptions {
	readonly spacing?: number;
	readonly capacity?: number;
}
declare class Checkpoints {
	#private;
	constructor(start: Checkpoint, options?: CheckpointOptions);
	get start(): Checkpoint;
	get spacing(): number;
	get all(): readonly Checkpoint[];
	nextPlace(at: number): number;
	wantedAt(at: number): boolean;
	addRegular(checkpoint: Checkpoint): void;
	addNear(checkpoint: Checkpoint): void;
	nearest(at: number): Checkpoint;
	dropAfter(at: number): void;
	restart(start: Checkpoint): void;
}
type OutputName = "stdout" | "stderr" | "console";
type OutputListener$1 = (stream: OutputName, bytes: Uint8Array) => void;
declare class OutputGate {
	#private;
	constructor(listener: OutputListener$1 | undefined);
	get bootOptions(): Required<Pick<BootOptions, "onConsole" | "onOutput">>;
	rewind(state: Pick<MonitorState, "console" | "streams">): void;
	branch(): void;
}
interface TimelineGuest {
	readonly machine: {
		readonly instructions: number;
	};
	run(deadlines: Deadlines): Stop;
	step(): Stop | undefined;
	logSteps(log: StepLog): {
		readonly stop?: Stop;
	};
	inputReady(): Promise<void>;
	capture(options: CaptureOptions): GuestSnapshot;
	restore(snapshot: GuestSnapshot, clock: "continue", options: RestoreOptions): unknown;
}
declare class Timeline {
	#private;
	readonly history: History$1;
	readonly checkpoints: Checkpoints;
	constructor(guest: TimelineGuest, gate: OutputGate, options?: CheckpointOptions);
	get position(): number;
	get start(): number;
	get end(): number;
	get final(): Stop | undefined;
	get revision(): number;
	isPast(at: number): boolean;
	run(limit?: number): Operation<Stop>;
	mayStep(position: number): boolean;
	step(position: number): Stop | undefined;
	travel(target: number, leaveNear?: boolean): Operation<void>;
	path(count: number): Operation<StepLog>;
	change(apply: () => void): void;
	forgetFuture(): void;
	restart(snapshot: GuestSnapshot): void;
}
declare class Seeker {
	#private;
	constructor(guest: Guest, timeline: Timeline, rules: CallRules, identify: () => ProcessIdentity | undefined);
	forward(points: readonly StopPoint[], limit?: number): Operation<DebugStop>;
	backward(points: readonly StopPoint[]): Operation<DebugStop>;
}
export interface ExecutedInstruction {
	readonly instructions: number;
	readonly address: number;
	readonly ring: number;
}
interface DebuggedGuest {
	readonly machine: Machine;
	readonly timeline: Timeline;
	readonly stops: StopPoints;
	readonly position: number;
	readonly call: RecordedCall | undefined;
	callStack(limit?: number): readonly StackFrame[];
	readonly places: Places;
	readonly era: EraName;
}
declare class DebugOperations {
	#private;
	constructor(session: DebuggedGuest, seeker: Seeker, onStop: (stop: DebugStop) => void);
	continue(limit?: number): Operation<DebugStop>;
	quickStep(): DebugStop | undefined;
	step(count?: number): Operation<DebugStop>;
	stepWithoutInterrupts(): Operation<DebugStop>;
	stepBackWithoutInterrupts(): Operation<DebugStop>;
	stepOver(): Operation<DebugStop>;
	stepOut(): Operation<DebugStop>;
	nextCall(calls?: CallSelector, withStops?: boolean): Operation<DebugStop>;
	finishCall(): Operation<DebugStop>;
	stepBack(count?: number): Operation<DebugStop>;
	stepBackCall(calls?: CallSelector): Operation<DebugStop>;
	reverseContinue(): Operation<DebugStop>;
	lastWrite(at: Location$1, length?: number): Operation<DebugStop>;
	goTo(instructions: number): Operation<DebugStop>;
	path(count: number): Operation<readonly ExecutedInstruction[]>;
	answerCall(answer: number | bigint | ErrnoName): Operation<DebugStop>;
}
type RestoreOptions$1 = Partial<Pick<BootOptions, "kernel" | "program" | "programName" | "ramfs" | "stdlib" | "args" | "env" | "commandLine" | "memoryMiB" | "kernelArguments" | "seed" | "era" | "bootTime" | "instructionsPerMicrosecond" | "announceMessages" | "images" | "stdin" | "mount" | "onSnapshot" | "compile" | "onConsole" | "onOutput" | "log" | "deadlines" | "wallClock">> & {
	readonly clock?: ClockRule;
};
export declare function restoreSnapshot(snapshot: GuestSnapshot, options?: RestoreOptions$1): Promise<Guest>;
declare const TRACE_VERSION = 1;
export type TraceLevel = "kernel" | "posix";
export interface TraceHeader {
	readonly type: "trace";
	readonly version: typeof TRACE_VERSION;
	readonly levels: readonly TraceLevel[];
	readonly kernel: string;
	readonly program: string;
	readonly ramfs: string | null;
	readonly options: Readonly<Record<string, string | number | boolean>>;
}
export interface CallArgument {
	readonly name: string;
	readonly value: number;
	readonly text: string;
	readonly out?: true;
}
export interface CallResultRecord {
	readonly value: number;
	readonly text: string;
	readonly errno?: string;
}
export type CallCompletion = "returned" | "answered" | "never-returns" | "abandoned" | "unfinished";
export interface CallRecord {
	readonly type: "call";
	readonly index: number;
	readonly level: TraceLevel;
	readonly parent?: number;
	readonly depth: number;
	readonly process?: number;
	readonly program?: string;
	readonly thread: number;
	readonly number: number;
	readonly name: string;
	readonly arguments: readonly CallArgument[];
	readonly instructions: number;
	readonly nanoseconds: number;
	readonly completion: CallCompletion;
	readonly result?: CallResultRecord;
	readonly duration?: number;
	readonly elapsed?: number;
	readonly returnAddress: number;
	readonly caller?: string;
	readonly stack?: readonly StackFrame[];
}
interface LogRecord {
	readonly type: "log";
	readonly text: string;
	readonly instructions: number;
	readonly nanoseconds: number;
}
interface TraceEnd {
	readonly type: "end";
	readonly outcome: StopKind;
	readonly exitStatus: number;
	readonly instructions: number;
	readonly nanoseconds: number;
}
type TraceLine = TraceHeader | CallRecord | LogRecord | TraceEnd;
export interface CallFilter {
	readonly calls?: readonly string[];
	readonly threads?: readonly number[];
	readonly results?: readonly string[];
	readonly fromMs?: number;
	readonly toMs?: number;
}
export interface TracerOptions {
	readonly levels?: readonly TraceLevel[];
	readonly symbols?: GuestSymbols;
	readonly stack?: boolean;
	readonly stringLimit?: number;
	readonly resultRegisters?: ResultRegisters;
	readonly keep?: boolean;
	readonly onEntry?: (call: CallRecord) => void;
	readonly onCall?: (call: CallRecord) => void;
	readonly onLog?: (log: LogRecord) => void;
}
export declare class Tracer {
	#private;
	readonly levels: ReadonlySet<TraceLevel>;
	constructor(guest: Guest, options?: TracerOptions);
	get header(): TraceHeader;
	get records(): readonly CallRecord[];
	get count(): number;
	get unfinished(): readonly CallRecord[];
	detach(): void;
}
export interface CallsOptions extends Omit<TracerOptions, "onCall"> {
	readonly filter?: CallFilter;
	readonly deadlines?: Deadlines;
}
export declare function calls(guest: Guest, options?: CallsOptions): AsyncGenerator<CallRecord, Stop, void>;
export interface RecordedTrace {
	readonly header: TraceHeader;
	readonly calls: readonly CallRecord[];
	readonly end?: TraceEnd;
}
export declare function formatTraceLine(line: TraceLine): string;
export declare function parseTrace(text: string, name: string): RecordedTrace;
export interface TraceDiffOptions {
	readonly ignorePointers?: boolean;
	readonly ignoreTimes?: boolean;
	readonly compareDurations?: boolean;
}
export interface DiffPart {
	readonly kind: "same" | "changed" | "only-first" | "only-second";
	readonly first: readonly CallRecord[];
	readonly second: readonly CallRecord[];
}
export interface TraceDiff {
	readonly parts: readonly DiffPart[];
	readonly same: number;
	readonly headerDifferences: readonly string[];
}
export declare function diffTraces(first: RecordedTrace, second: RecordedTrace, options?: TraceDiffOptions): TraceDiff;
export declare function firstDifference(diff: TraceDiff): DiffPart | undefined;
interface TracePalette {
	readonly name: (text: string) => string;
	readonly error: (text: string) => string;
	readonly faint: (text: string) => string;
}
interface FormatOptions {
	readonly palette?: TracePalette;
	readonly markKernel?: boolean;
}
export declare function formatCallText(call: CallRecord, options?: FormatOptions): string;
export declare function formatCallLines(call: CallRecord, options?: FormatOptions): string[];
export declare class TracePrinter {
	#private;
	constructor(write: (line: string) => void, filter?: CallFilter, options?: FormatOptions);
	entered(call: CallRecord): void;
	over(call: CallRecord): void;
	logged(log: LogRecord): void;
	finish(): void;
}
export interface SummaryRow {
	readonly level: TraceLevel;
	readonly name: string;
	readonly calls: number;
	readonly errors: number;
	readonly instructions: number;
}
export declare function summarize(calls: Iterable<CallRecord>): SummaryRow[];
interface CallPlace {
	readonly machine: {
		readonly linear: Pick<LinearMemory, "readMappedInto">;
	};
	readonly symbols: GuestSymbols | undefined;
	readonly era?: EraName;
}
interface DisassembledInstruction {
	readonly address: number;
	readonly length: number;
	readonly bytes: Uint8Array;
	readonly text: string;
	readonly isCall: boolean;
	readonly target?: number;
}
export declare class DebugSession {
	#private;
	readonly guest: Guest;
	readonly timeline: Timeline;
	readonly stops: StopPoints;
	readonly operations: DebugOperations;
	readonly places: Places;
	constructor(guest: Guest, gate: OutputGate, options?: CheckpointOptions & {
		readonly symbols?: GuestSymbols;
	});
	get era(): EraName;
	get machine(): Machine;
	get symbols(): GuestSymbols;
	get symbolsHere(): GuestSymbols;
	get process(): DebuggedProcess | undefined;
	get processes(): readonly DebuggedProcess[];
	get position(): number;
	get last(): DebugStop;
	interrupted(): DebugStop;
	get call(): RecordedCall | undefined;
	get callsSoFar(): readonly RecordedCall[];
	get rules(): readonly CallRule[];
	resolve(location: Location$1): number;
	continue(limit?: number): DebugStop;
	step(count?: number): DebugStop;
	stepOver(): DebugStop;
	stepOut(): DebugStop;
	nextCall(calls?: CallSelector): DebugStop;
	finishCall(): DebugStop;
	stepBack(count?: number): DebugStop;
	stepBackCall(calls?: CallSelector): DebugStop;
	reverseContinue(): DebugStop;
	lastWrite(at: Location$1, length?: number): DebugStop;
	goTo(instructions: number): DebugStop;
	calls(selector?: CallSelector): AsyncGenerator<RecordedCall>;
	path(count?: number): readonly ExecutedInstruction[];
	setRegister(name: RegisterName, value: number): void;
	writeMemory(address: number, bytes: Uint8Array): void;
	setFxState(image: Uint8Array): void;
	setArgument(which: number | string, value: number): void;
	answerCall(answer: number | bigint | ErrnoName): DebugStop;
	fail(calls: CallSelector, error: ErrnoName, options?: RuleOptions): CallRule;
	answer(calls: CallSelector, value: number | bigint, options?: RuleOptions): CallRule;
	removeRule(id: number): boolean;
	callStack(limit?: number): StackFrame[];
	callStackOf(tid: number, limit?: number): StackFrame[];
	describe(address: number): string | undefined;
	get threads(): readonly GuestThread[] | undefined;
	get thread(): number;
	get openFiles(): readonly OpenFile$1[] | undefined;
	disassemble(at?: Location$1, count?: number): DisassembledInstruction[];
	argumentsOf(call: RecordedCall): CallArgument[];
	get callPlace(): CallPlace;
	capture(): GuestSnapshot;
	restore(snapshot: GuestSnapshot): void;
	inputReady(): Promise<void>;
	dispose(): void;
}
interface SessionOptions extends CheckpointOptions {
	readonly symbols?: GuestSymbols | ((guest: Guest) => Promise<GuestSymbols>);
}
interface ListenerOptions extends SessionOptions {
	readonly onOutput?: OutputListener$1;
}
export interface DebugOptions extends Omit<BootOptions, "onConsole" | "onOutput" | "deadlines">, ListenerOptions {
}
export interface DebugSnapshotOptions extends Omit<RestoreOptions$1, "onConsole" | "onOutput" | "deadlines">, ListenerOptions {
}
export declare function debug(options: DebugOptions): Promise<DebugSession>;
export declare function debugSnapshot(snapshot: GuestSnapshot, options?: DebugSnapshotOptions): Promise<DebugSession>;
interface CommandContext {
	readonly session: DebugSession;
	readonly print: (text: string) => void;
	readonly go: (operation: Operation<DebugStop>) => Promise<void>;
}
interface DebugCommand {
	readonly name: string;
	readonly aliases?: readonly string[];
	readonly usage?: string;
	readonly help: string;
	readonly complete?: (session: DebugSession) => readonly string[];
	readonly run: (context: CommandContext, words: readonly string[]) => Promise<void> | void;
}
type LineOutcome = "done" | "quit" | "failed";
export declare class CommandInterpreter {
	#private;
	constructor(session: DebugSession, more?: readonly DebugCommand[]);
	execute(line: string, print: (text: string) => void, signal?: AbortSignal): Promise<LineOutcome>;
	complete(line: string): [
		readonly string[],
		string
	];
}
export declare const harnessStatus: {
	readonly usage: 2;
	readonly unexpected: 3;
	readonly outputFailed: 74;
	readonly eraContradiction: 76;
	readonly timedOut: 124;
	readonly stopped: 125;
	readonly crashed: 138;
};
export declare function exitStatusOf(stop: Stop): number;
export interface Dump {
	readonly elf: Uint8Array;
	readonly instructions: number;
	readonly printed: number;
}
export type DumpResult = {
	readonly kind: "dumped";
	readonly dump: Dump;
} | {
	readonly kind: "refused";
	readonly reason: string;
} | {
	readonly kind: "no-call";
	readonly stop: Stop;
};
export declare function dumpGuest(guest: Guest, signal?: AbortSignal): Promise<DumpResult>;
export declare function dumpOf(result: DumpResult, program: string): Dump;
type ResumeAction = {
	readonly kind: "continue" | "step" | "reverse-continue" | "reverse-step";
} | {
	readonly kind: "range-step";
	readonly start: number;
	readonly end: number;
};
type StopReason = {
	readonly kind: "software-breakpoint" | "hardware-breakpoint";
} | {
	readonly kind: "watch";
	readonly access: "read" | "write" | "access";
	readonly address: number;
} | {
	readonly kind: "call-entry" | "call-return";
	readonly number: number;
} | {
	readonly kind: "history-begin" | "history-end";
};
type TargetStop = {
	readonly kind: "stopped";
	readonly signal: number;
	readonly thread: number;
	readonly reason?: StopReason;
	readonly note?: string;
} | {
	readonly kind: "exited";
	readonly status: number;
};
declare const breakpointKinds: {
	readonly 0: "software";
	readonly 1: "hardware";
	readonly 2: "write";
	readonly 3: "read";
	readonly 4: "access";
};
type BreakpointKind = (typeof breakpointKinds)[keyof typeof breakpointKinds];
interface TargetThread {
	readonly id: number;
	readonly description: string;
}
interface GdbTarget {
	threads(): readonly TargetThread[];
	currentThread(): number;
	readRegister(thread: number, index: number): Uint8Array | undefined;
	writeRegister(thread: number, index: number, bytes: Uint8Array): boolean;
	readMemory(address: number, length: number): Uint8Array;
	writeMemory(address: number, bytes: Uint8Array): boolean;
	insertBreakpoint(kind: BreakpointKind, address: number, length: number): boolean;
	removeBreakpoint(kind: BreakpointKind, address: number, length: number): boolean;
	catchCalls(calls: readonly number[] | "all" | "none"): boolean;
	stop(): TargetStop;
	resume(action: ResumeAction, signal: AbortSignal): Promise<TargetStop>;
	monitor(line: string, print: (text: string) => void, signal: AbortSignal): Promise<void>;
}
type Leave = "detach" | "kill" | "exit";
export interface DebugTargetOptions {
	readonly stopAtEnd?: boolean;
}
export declare class DebugTarget implements GdbTarget {
	#private;
	constructor(session: DebugSession, options?: DebugTargetOptions);
	threads(): readonly TargetThread[];
	currentThread(): number;
	readRegister(thread: number, index: number): Uint8Array | undefined;
	writeRegister(thread: number, index: number, bytes: Uint8Array): boolean;
	readMemory(address: number, length: number): Uint8Array;
	writeMemory(address: number, bytes: Uint8Array): boolean;
	insertBreakpoint(kind: BreakpointKind, address: number, length: number): boolean;
	removeBreakpoint(kind: BreakpointKind, address: number, length: number): boolean;
	catchCalls(calls: readonly number[] | "all" | "none"): boolean;
	stop(): TargetStop;
	resume(action: ResumeAction, signal: AbortSignal): Promise<TargetStop>;
	monitor(line: string, print: (text: string) => void, signal: AbortSignal): Promise<void>;
	clear(): void;
}
export interface GdbServer {
	readonly port: number;
	readonly left: Promise<Leave>;
	close(): Promise<void>;
}
export declare function serveGdb(target: GdbTarget, port?: number): Promise<GdbServer>;
export declare const HELLO: {
	readonly program: "python";
	readonly args: readonly [
		"-B",
		"-S",
		"/test_hello.py"
	];
	readonly env: {
		readonly PYTHONHOME: "/";
		readonly PYTHONDONTWRITEBYTECODE: "1";
		readonly PYTHONHASHSEED: "0";
		readonly NANVIX_SNAPSHOT: "1";
	};
	readonly kernelArguments: "snapshot";
};
export interface HelloResult {
	readonly cold: RunResult;
	readonly restored: RunResult | undefined;
}
export interface ColdHello {
	readonly guest: Guest;
	readonly cold: RunResult;
	readonly snapshot: GuestSnapshot | undefined;
}
export declare function bootHello(options?: Partial<BootOptions>): Promise<ColdHello>;
export declare function restoreHello({ guest, snapshot }: ColdHello): Promise<RunResult>;
export declare function hello(options?: Partial<BootOptions>): Promise<HelloResult>;
interface Boundary {
	readonly phase: string;
	readonly symbols: readonly string[];
	readonly afterReturn?: string;
}
export interface PhaseOptions {
	readonly first?: string;
	readonly boundaries?: readonly Boundary[];
	readonly symbols?: SymbolSource;
	readonly clock?: WallClock;
}
export declare class PhaseWatch {
	#private;
	constructor(guest: Guest, options?: PhaseOptions);
	get phases(): GuestPhase[];
}
export declare function run(options: BootOptions): Promise<RunResult>;
export interface ValueDifference {
	readonly path: string;
	readonly a: string;
	readonly b: string;
}
export interface PageDifference {
	readonly physical: number;
	readonly linear?: number;
	readonly bytes: number;
	readonly first: number;
	readonly last: number;
	readonly symbol?: string;
}
export interface SnapshotDifference {
	readonly origin: readonly string[];
	readonly registers: readonly ValueDifference[];
	readonly devices: readonly ValueDifference[];
	readonly monitor: readonly ValueDifference[];
	readonly pages: readonly PageDifference[];
}
interface AddressNames {
	describe(address: number): string | undefined;
}
export declare function diffSnapshots(a: GuestSnapshot, b: GuestSnapshot, names?: AddressNames): Promise<SnapshotDifference>;
export declare function isEmptyDifference(difference: SnapshotDifference): boolean;
export declare function exportVmem(path: string, snapshot: GuestSnapshot): Promise<number>;
export interface ForkRunOptions {
	readonly stdin?: string | Uint8Array;
	readonly deadlines?: Deadlines;
	readonly clock?: ClockRule;
}
export declare class ForkPool {
	#private;
	private constructor();
	static start(snapshot: GuestSnapshot, workers: number): Promise<ForkPool>;
	run(options?: ForkRunOptions): Promise<RunResult>;
	stop(): Promise<void>;
}
export declare function formatDifference(difference: SnapshotDifference, shown?: number): string;
export interface SaveOptions {
	readonly compiled?: boolean;
}
export interface LoadOptions {
	readonly trustCompiled?: boolean;
}
declare const part: v.StrictObjectSchema<{
	readonly name: v.SchemaWithPipe<readonly [
		v.StringSchema<undefined>,
		v.MaxLengthAction<string, 4096, undefined>
	]>;
	readonly bytes: v.SchemaWithPipe<readonly [
		v.NumberSchema<undefined>,
		v.SafeIntegerAction<number, undefined>,
		v.MinValueAction<number, 0, undefined>
	]>;
	readonly sha256: v.SchemaWithPipe<readonly [
		v.StringSchema<undefined>,
		v.RegexAction<string, "expected a SHA-256 in hexadecimal">
	]>;
	readonly pages: v.ExactOptionalSchema<v.SchemaWithPipe<readonly [
		v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>,
		v.MinValueAction<number, 1, undefined>,
		v.MaxValueAction<number, 256, undefined>
	]>, undefined>;
	readonly inflatedBytes: v.ExactOptionalSchema<v.SchemaWithPipe<readonly [
		v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>,
		v.MaxValueAction<number, number, undefined>
	]>, undefined>;
}, undefined>;
declare const manifest: v.StrictObjectSchema<{
	readonly format: v.LiteralSchema<"nanvix-v86 snapshot", undefined>;
	readonly version: v.LiteralSchema<1, undefined>;
	readonly emulator: v.StrictObjectSchema<{
		readonly name: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>;
		readonly version: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>;
		readonly sha256: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.RegexAction<string, "expected a SHA-256 in hexadecimal">
		]>;
	}, undefined>;
	readonly kernel: v.StrictObjectSchema<{
		readonly name: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>;
		readonly bytes: v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>;
		readonly sha256: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.RegexAction<string, "expected a SHA-256 in hexadecimal">
		]>;
	}, undefined>;
	readonly program: v.StrictObjectSchema<{
		readonly name: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>;
		readonly bytes: v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>;
		readonly sha256: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.RegexAction<string, "expected a SHA-256 in hexadecimal">
		]>;
	}, undefined>;
	readonly ramfs: v.NullableSchema<v.StrictObjectSchema<{
		readonly name: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>;
		readonly bytes: v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>;
		readonly sha256: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.RegexAction<string, "expected a SHA-256 in hexadecimal">
		]>;
	}, undefined>, undefined>;
	readonly options: v.RecordSchema<v.SchemaWithPipe<readonly [
		v.StringSchema<undefined>,
		v.MaxLengthAction<string, 4096, undefined>
	]>, v.NullableSchema<v.UnionSchema<[
		v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>,
		v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.FiniteAction<number, undefined>
		]>,
		v.BooleanSchema<undefined>
	], undefined>, undefined>, undefined>;
	readonly memoryBytes: v.SchemaWithPipe<readonly [
		v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>,
		v.MinValueAction<number, 4096, undefined>,
		v.MultipleOfAction<number, 4096, undefined>
	]>;
	readonly instructions: v.SchemaWithPipe<readonly [
		v.NumberSchema<undefined>,
		v.SafeIntegerAction<number, undefined>,
		v.MinValueAction<number, 0, undefined>
	]>;
	readonly virtualNanoseconds: v.SchemaWithPipe<readonly [
		v.NumberSchema<undefined>,
		v.FiniteAction<number, undefined>,
		v.MinValueAction<number, 0, undefined>
	]>;
	readonly kernelCall: v.NullableSchema<v.StrictObjectSchema<{
		readonly index: v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>;
		readonly number: v.SchemaWithPipe<readonly [
			v.NumberSchema<undefined>,
			v.SafeIntegerAction<number, undefined>,
			v.MinValueAction<number, 0, undefined>
		]>;
		readonly name: v.SchemaWithPipe<readonly [
			v.StringSchema<undefined>,
			v.MaxLengthAction<string, 4096, undefined>
		]>;
	}, undefined>, undefined>;
	readonly compression: v.LiteralSchema<"deflate-raw", undefined>;
	readonly parts: v.SchemaWithPipe<readonly [
		v.ArraySchema<v.StrictObjectSchema<{
			readonly name: v.SchemaWithPipe<readonly [
				v.StringSchema<undefined>,
				v.MaxLengthAction<string, 4096, undefined>
			]>;
			readonly bytes: v.SchemaWithPipe<readonly [
				v.NumberSchema<undefined>,
				v.SafeIntegerAction<number, undefined>,
				v.MinValueAction<number, 0, undefined>
			]>;
			readonly sha256: v.SchemaWithPipe<readonly [
				v.StringSchema<undefined>,
				v.RegexAction<string, "expected a SHA-256 in hexadecimal">
			]>;
			readonly pages: v.ExactOptionalSchema<v.SchemaWithPipe<readonly [
				v.SchemaWithPipe<readonly [
					v.NumberSchema<undefined>,
					v.SafeIntegerAction<number, undefined>,
					v.MinValueAction<number, 0, undefined>
				]>,
				v.MinValueAction<number, 1, undefined>,
				v.MaxValueAction<number, 256, undefined>
			]>, undefined>;
			readonly inflatedBytes: v.ExactOptionalSchema<v.SchemaWithPipe<readonly [
				v.SchemaWithPipe<readonly [
					v.NumberSchema<undefined>,
					v.SafeIntegerAction<number, undefined>,
					v.MinValueAction<number, 0, undefined>
				]>,
				v.MaxValueAction<number, number, undefined>
			]>, undefined>;
		}, undefined>, undefined>,
		v.MaxLengthAction<{
			name: string;
			bytes: number;
			sha256: string;
			pages?: number;
			inflatedBytes?: number;
		}[], number, undefined>
	]>;
}, undefined>;
export type SnapshotPart = v.InferOutput<typeof part>;
export type SnapshotManifest = v.InferOutput<typeof manifest>;
export interface WrittenSnapshot {
	readonly manifest: SnapshotManifest;
	readonly bytes: number;
}
export interface LoadedSnapshot {
	readonly snapshot: GuestSnapshot;
	readonly manifest: SnapshotManifest;
	readonly bytes: number;
}
export declare function saveSnapshot(path: string, snapshot: GuestSnapshot, options?: SaveOptions): Promise<WrittenSnapshot>;
export declare function loadSnapshot(path: string, options?: LoadOptions): Promise<LoadedSnapshot>;
export declare function readSnapshotManifest(path: string): Promise<SnapshotManifest>;

export {
	Location$1 as Location,
	OpenFile$1 as OpenFile,
	OutputListener$1 as OutputListener,
	RestoreOptions$1 as RestoreOptions,
};

export {};
