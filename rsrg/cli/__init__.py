"""The commands: parse, call, print. Everything heavy is imported when a command needs it."""
