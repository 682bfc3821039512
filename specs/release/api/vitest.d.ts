import { MatcherState, TestAPI, expect } from 'vitest';

declare const eraSteps: readonly [
	"2024",
	"S",
	"M1",
	"M2",
	"M3",
	"M4",
	"M5"
];
type EraStep = (typeof eraSteps)[number];
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
type EraName = (typeof eraNames)[number];
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
interface KernelCall {
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
interface CrashReport {
	readonly message: string;
	readonly registers: Readonly<Record<RegisterName, number>>;
	readonly symbol?: string;
	readonly faultAddress: number;
	readonly recentCalls: readonly KernelCall[];
	readonly consoleTail: string;
}
interface ProtocolViolation {
	readonly port: number;
	readonly value: number;
	readonly message: string;
	readonly contradictsEra?: true;
}
type DeadlineKind = "instructions" | "virtual" | "wall";
type Stop = {
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
interface ComponentIdentity {
	readonly name: string;
	readonly bytes: number;
	readonly sha256: string;
}
type OptionValue = string | number | boolean | null;
interface GuestIdentity {
	readonly kernel: ComponentIdentity;
	readonly program: ComponentIdentity;
	readonly ramfs: ComponentIdentity | null;
	readonly options: Readonly<Record<string, OptionValue>>;
}
interface CallHistory {
	readonly count: number;
	readonly recent: readonly KernelCall[];
}
type LogLine = (message: string, details?: Readonly<Record<string, unknown>>) => void;
interface Log {
	readonly warn?: LogLine | undefined;
	readonly debug?: LogLine | undefined;
	readonly trace?: LogLine | undefined;
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
type WallClock = () => number;
type FileSource = string | Uint8Array;
type InputSource = string | Uint8Array | (() => Uint8Array | undefined) | AsyncIterable<Uint8Array | string>;
interface Deadlines {
	readonly wallMs?: number;
	readonly virtualMs?: number;
	readonly instructions?: number;
}
type SnapshotPolicy = "ignore" | "stop" | "capture-and-continue";
interface BootOptions {
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
interface MonitorState extends OutboxState, Partial<EraState> {
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
declare class Monitor {
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
interface GuestSnapshot {
	readonly machine: MachineImage;
	readonly monitor: MonitorState;
	readonly calls: CallHistory;
	readonly identity: GuestIdentity;
	readonly input: SnapshotInput;
}
type ClockRule = "continue" | {
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
interface GuestRestoreOptions extends RestoreOptions {
	readonly stdin?: InputSource;
}
type CallDecision = {
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
type Interceptor = (call: KernelCall) => CallDecision | undefined;
type CallObserver = (call: KernelCall, decision: CallDecision) => void;
type CallSelector = string | number | readonly (string | number)[];
interface CallListeners {
	readonly first: (vector: number) => void;
	readonly stop: (call: KernelCall) => void;
}
declare class KernelCalls {
	#private;
	constructor(machine: Machine, era: () => EraName, told: CallListeners);
	get count(): number;
	recent(): KernelCall[];
	intercept(selector: CallSelector, interceptor: Interceptor): () => void;
	observe(observer: CallObserver): () => void;
	capture(): CallHistory;
	restore(history: CallHistory): void;
}
type StageName = "instance" | "load" | "run" | "to-snapshot" | "capture" | "restore" | "after-snapshot";
interface Stage {
	readonly name: StageName;
	readonly instructions: number;
	readonly virtualMs: number;
	readonly wallMs: number;
}
interface GuestPhase {
	readonly name: string;
	readonly from: number;
	readonly to: number;
	readonly wallMs: number;
	readonly process?: string;
	readonly instructions?: number;
}
interface RunResult {
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
declare class Guest {
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
export type RunLike = Guest | RunResult;
export interface GuestMatchers<Result = unknown> {
	toPrint(expected: string | RegExp): Promise<Result>;
	toExitWith(status: number): Promise<Result>;
	toRunFasterThan(limit: number | RunLike): Promise<Result>;
	toExecuteFewerThan(limit: number | RunLike): Promise<Result>;
	toEqualSnapshot(expected: GuestSnapshot): Promise<Result>;
}
interface Verdict {
	readonly pass: boolean;
	readonly message: () => string;
}
type Matcher<Expected> = (this: MatcherState, received: unknown, expected: Expected) => Promise<Verdict>;
export declare const guestMatchers: {
	readonly toPrint: Matcher<string | RegExp>;
	readonly toExitWith: Matcher<number>;
	readonly toRunFasterThan: Matcher<number | RunLike>;
	readonly toExecuteFewerThan: Matcher<number | RunLike>;
	readonly toEqualSnapshot: Matcher<GuestSnapshot>;
};
export type SnapshotPoint = "snapshot-call" | "input" | {
	readonly call: CallSelector;
} | {
	readonly instructions: number;
};
export interface CachedSnapshot {
	readonly snapshot: GuestSnapshot;
	readonly path: string;
	readonly booted: boolean;
}
export declare function cachedSnapshot(options: BootOptions, point?: SnapshotPoint, folder?: string): Promise<CachedSnapshot>;
export interface GuestFixtures {
	readonly booted: Guest;
	readonly snapshot: GuestSnapshot;
	readonly restored: Guest;
	readonly forked: Guest;
}
export interface GuestTestOptions extends BootOptions {
	readonly snapshotAt?: SnapshotPoint;
	readonly cacheFolder?: string;
}
export declare function guestTest(options: GuestTestOptions | (() => GuestTestOptions | Promise<GuestTestOptions>)): TestAPI<GuestFixtures>;

export {
	expect,
};

export {};
