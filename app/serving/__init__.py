"""The application on a socket: as `unroll` serves it, and as a process beside a script that is watched."""
