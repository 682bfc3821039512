// What VS Code starts for the debug type `nanvix-v86`: the command `dap`, found from here even if this folder is a link.
process.argv.splice(2, Infinity, 'dap');
await import('../nanvix-v86.cjs');
