import type { Command } from 'commander';

/** One word of the command line, and where what it does is found once it is called. */
export interface CommandEntry {
  readonly name: string;
  /** What `gateway --help` says of it. */
  readonly summary: string;
  /** Whether `gateway --help` leaves it out: nobody calls it but another command. */
  readonly isHidden?: boolean;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of `gateway --help`, which loads none of them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary: 'Put the gateway in front of replicas.',
    load: async () => (await import('./serve.ts')).serveCommand(),
  },
  {
    name: 'up',
    summary: 'Start engines and the gateway in front of them, all in one.',
    load: async () => (await import('./up.ts')).upCommand(),
  },
  {
    name: 'down',
    summary: 'End the engines that were started, and their launcher.',
    load: async () => (await import('./down.ts')).downCommand(),
  },
  {
    name: 'status',
    summary: 'Show the engines that were started: state, CPUs, restarts, load.',
    load: async () => (await import('./status.ts')).statusCommand(),
  },
  {
    name: 'restart',
    summary: 'Restart engines one by one, without a lost request.',
    load: async () => (await import('./restart.ts')).restartCommand(),
  },
  {
    name: 'launcher',
    summary: 'Start and watch engines for a gateway.',
    isHidden: true,
    load: async () => (await import('./launcher.ts')).launcherCommand(),
  },
  {
    name: 'simulate',
    summary: 'Run one simulated replica.',
    load: async () => (await import('./simulate.ts')).simulateCommand(),
  },
  {
    name: 'replay',
    summary: 'Replay a workload and compare it with published runs.',
    load: async () => (await import('./replay.ts')).replayCommand(),
  },
  {
    name: 'demo',
    summary: 'Simulate two replicas, serve and replay, all in one.',
    load: async () => (await import('./demo.ts')).demoCommand(),
  },
  {
    name: 'lab',
    summary: 'Compare policies on virtual time, with a workload of your own.',
    load: async () => (await import('./lab.ts')).labCommand(),
  },
  {
    name: 'plan',
    summary: 'Plan which replica runs on which GPUs, CPUs and memory.',
    load: async () => (await import('./plan.ts')).planCommand(),
  },
  {
    name: 'top',
    summary: 'Watch a running gateway in the terminal.',
    load: async () => (await import('./top.ts')).topCommand(),
  },
  {
    name: 'explain',
    summary: 'Tell why a request went where it went.',
    load: async () => (await import('./explain.ts')).explainCommand(),
  },
  {
    name: 'trace',
    summary: 'Read what a span tells of every token of its stream.',
    load: async () => (await import('./trace.ts')).traceCommand(),
  },
  {
    name: 'drain',
    summary: 'Give a replica no more requests, so that it can be taken down.',
    load: async () => (await import('./drain.ts')).drainCommand(),
  },
  {
    name: 'undrain',
    summary: 'Give a drained replica requests again.',
    load: async () => (await import('./drain.ts')).undrainCommand(),
  },
  {
    name: 'config',
    summary: 'Check a configuration, print it, or print its schema.',
    load: async () => (await import('./config.ts')).configCommand(),
  },
];
